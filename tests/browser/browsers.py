"""Chromium, one profile for each person, and what can happen to it."""

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Playwright, expect

from server.clock import Clock

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
# The same engine without the window around the page, which costs a third of its time: nothing asks
# for permissions there, nothing can be installed and no notice appears.
SHELL = shutil.which("chromium-headless-shell") or CHROMIUM
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = (390, 844)
PLACE = (30.24893, 120.16525)
PATIENCE_MS = 15_000
# What the browser itself says when there is no network, when nobody is signed in, and on a phone
# that finds out that it was revoked.
NO_FAULT = re.compile(
    r"net::ERR_|status of 401 \(Unauthorized\) \(\S+/(api/session|sync/events|sync/pull\S*)\)"
    r"|status of 403 \(Forbidden\) \(\S+/sync/pull\S*\)"
)
# Threads have the machine's clock: as where their script did not load, the page pulls by itself.
WITHOUT_PULLER = """window.Worker = new Proxy(Worker, {construct: (made, wish) =>
  !String(wish[0]).includes('puller') ? new made(...wish) : {
    postMessage() { setTimeout(() => this.onerror?.()) },
    terminate() {},
  }})"""
# To the page, its service worker is for ever about to come.
WITHOUT_WORKER = """if (navigator.serviceWorker)
  navigator.serviceWorker.register = () => new Promise(() => {})"""

# A phone on a dear connection: nothing is fetched ahead.
SAVING_DATA = "Object.defineProperty(NetworkInformation.prototype, 'saveData', {get: () => true})"

FOLLOW = """path => {
  const link = Object.assign(document.createElement('a'), {href: path})
  if (location.pathname !== link.pathname)
    for (const one of document.querySelectorAll('main h1')) one.dataset.left = ''
  document.body.append(link)
  link.click()
  link.remove()
}"""
ARRIVED = "() => !document.querySelector('main h1[data-left]')"

Scheme = Literal["light", "dark"]
T = TypeVar("T")

expect.set_options(timeout=PATIENCE_MS)


class Profile:
    """One person's browser on disk: `open` and `open` again is the same phone.

    `camera` is a file of JPEGs that the camera plays; the `microphone` beeps, once it is allowed.
    `faults` are console errors, uncaught exceptions and violations of the content security policy.
    `windowed` is for whoever needs more than the page: to be asked, to install, to be told.
    `clock` is the phone's own, in ms; the machine's where there is none. Without a service
    `worker` no page opens offline, and none has to wait until every other one has been fetched.
    """

    def __init__(
        self,
        playwright: Playwright,
        folder: Path,
        origin: str,
        *,
        locale: str = "zh-CN",
        scheme: Scheme = "light",
        camera: Path | None = None,
        microphone: bool = False,
        width: int = SIZE[0],
        worker: bool = True,
        windowed: bool = False,
    ) -> None:
        self.playwright = playwright
        self.folder = folder
        self.origin = origin
        self.locale = locale
        self.scheme: Scheme = scheme
        self.camera = camera
        self.microphone = microphone
        self.width = width
        self.worker = worker
        self.program = CHROMIUM if windowed else SHELL
        self.clock: Clock | None = None
        self.saves_data = False
        self.context: BrowserContext | None = None
        self.faults: list[str] = []
        self.answered: set[str] = set()

    def open(self, address: str = "/") -> Page:
        latitude, longitude = PLACE
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder,
            executable_path=self.program,
            args=[*ARGS, *self.media_args()],
            viewport={"width": self.width, "height": SIZE[1]},
            locale=self.locale,
            timezone_id="Asia/Shanghai",
            color_scheme=self.scheme,
            base_url=self.origin,
            geolocation={"latitude": latitude, "longitude": longitude, "accuracy": 12},
            permissions=["geolocation"],
        )
        self.context.set_default_timeout(PATIENCE_MS)
        if self.clock:
            self.context.clock.install(time=moment(self.clock()))
            self.context.add_init_script(WITHOUT_PULLER)
        if self.saves_data:
            self.context.add_init_script(SAVING_DATA)
        if not self.worker:
            self.context.add_init_script(WITHOUT_WORKER)
        self.answered.clear()
        self.context.on("console", self.hear)
        self.context.on("response", lambda answer: self.answered.add(urlsplit(answer.url).path))
        self.context.on(
            "weberror", lambda error: self.faults.append(f"uncaught: {stack_of(error.error)}")
        )
        page = self.context.pages[0]
        page.goto(address)
        return page

    def reads_its_clock(self) -> None:
        """From now on it goes on from what `clock` says; no timer fires for that."""
        if self.context is not None and self.clock:
            self.context.clock.set_system_time(moment(self.clock()))

    def media_args(self) -> list[str]:
        if self.microphone:
            return ["--use-fake-device-for-media-stream"]
        if self.camera is None:
            return []
        return [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={self.camera}",
        ]

    def hear(self, message: ConsoleMessage) -> None:
        said = f"{message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not NO_FAULT.search(said):
            self.faults.append(said)

    def await_answer(self, path: str) -> None:
        """Until the server has begun to answer a request for `path`."""
        assert self.context is not None
        if path not in self.answered:
            self.context.wait_for_event("response", lambda one: urlsplit(one.url).path == path)

    def picture(self, path: Path) -> None:
        if self.context is not None:
            with suppress(Error):
                self.context.pages[-1].screenshot(path=path)

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def kill(self) -> None:
        """SIGKILL for the browser and everything it started: nothing is written on the way out."""
        context, self.context = self.context, None
        assert context is not None
        main = next(pid for pid in running() if self.is_main(pid))
        with context.expect_event("close"):
            for pid in [main, *descendants(main)]:
                os.kill(pid, signal.SIGKILL)

    def is_main(self, pid: int) -> bool:
        words = words_of(pid)
        ours = f"--user-data-dir={self.folder}" in words
        return ours and not any(word.startswith("--type=") for word in words)


def go(page: Page, path: str) -> None:
    """To another page of the app without loading it anew: by a link, as from anywhere in it."""
    page.evaluate(FOLLOW, path)
    page.wait_for_function(ARRIVED)


def stack_of(error: Error | str) -> str:
    return getattr(error, "stack", None) or str(error)


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def running() -> Iterator[int]:
    return (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())


def words_of(pid: int) -> list[str]:
    return read(pid, "cmdline", lambda text: text.split("\0"), [])


def parent_of(pid: int) -> int:
    return read(pid, "stat", lambda text: int(text.rsplit(")", 1)[1].split()[1]), 0)


def descendants(pid: int) -> list[int]:
    children = [each for each in running() if parent_of(each) == pid]
    return [*children, *(each for child in children for each in descendants(child))]


def read(pid: int, name: str, understand: Callable[[str], T], otherwise: T) -> T:
    try:
        return understand(Path(f"/proc/{pid}/{name}").read_text())
    except (OSError, IndexError):
        return otherwise
