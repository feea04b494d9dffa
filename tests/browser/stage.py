"""The real server in a process of its own, behind the proxy, on a folder that is thrown away."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import httpx

from server.clock import Clock, system_clock
from server.config import Config
from server.identity.links import Link, link_for
from tests.browser import company
from tests.browser.company import CODE, ORG
from tests.browser.proxy import HOST, Proxy


class Person(Protocol):
    @property
    def id(self) -> str: ...


ROOT = Path(__file__).parents[2]
BUILT = ROOT / "pwa" / "dist"
SECRET = "a-key-for-the-browser-tests"
START_S, STOP_S = 90, 20


class Stage:
    """A copy of the program, so that a build under way elsewhere changes nothing here; a server
    that can be killed and started again; a network that can be cut."""

    def __init__(self, folder: Path, port: int, origin: str) -> None:
        self.program = folder / "program"
        self.config = Config(
            data=folder / "data",
            database_url=f"sqlite:///{folder / 'data' / 'shopbell.sqlite3'}",
            keys=(SECRET,),
            origin=origin,
            port=port,
        )
        self.config.data.mkdir(parents=True)
        self.process: subprocess.Popen[bytes] | None = None
        self.poster_id = ""
        self.clock: Clock = system_clock
        self.entry = ["-m", "server.cli", "serve"]

    @property
    def origin(self) -> str:
        return self.config.origin

    @property
    def database(self) -> Path:
        return self.config.data / "shopbell.sqlite3"

    @property
    def dist(self) -> Path:
        return self.program / "pwa" / "dist"

    def serve_app(self, build: Callable[[Path], object]) -> None:
        """Another build of the app from now on: `build` fills the folder."""
        shutil.rmtree(self.dist)
        build(self.dist)

    def copy_program(self) -> None:
        # What the tests have compiled already is good for the copy too; half-written files are not.
        leave = shutil.ignore_patterns("*.pyc.*")
        for part in ("server", "sync"):
            shutil.copytree(ROOT / part, self.program / part, ignore=leave)
        shutil.copytree(BUILT, self.dist)

    def start(self, *words: str) -> None:
        environ = {
            **os.environ,
            "PYTHONPATH": str(self.program),
            "SHOPBELL_DATA": str(self.config.data),
            "SHOPBELL_DATABASE_URL": self.config.database_url,
            "SHOPBELL_ORIGIN": self.config.origin,
            "SHOPBELL_PORT": str(self.config.port),
            "SHOPBELL_SECRETS": SECRET,
        }
        command = [sys.executable, *self.entry, *words]
        with (self.config.data.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.program, env=environ, stdout=log, stderr=log
            )
        self.await_ready()

    def await_ready(self) -> None:
        address = f"http://{HOST}:{self.config.port}/readyz"
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                if httpx.get(address, verify=False).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the server did not become ready")

    def kill(self) -> None:
        """As a power cut would: nothing is told to end."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            finally:
                self.kill()

    def door_of(self, person: Person, org_id: str = ORG, code: str = CODE) -> str:
        """A link that signs this person in."""
        link = Link(org_id, code, person.id)
        return self.origin + link_for(self.config.keys, link, self.clock())


@contextmanager
def staged(folder: Path) -> Iterator[tuple[Stage, Proxy]]:
    """Server not yet started: whoever stages it fills the database first."""
    with ExitStack() as stack:
        port = free_port()
        proxy = stack.enter_context(Proxy(port))
        stage = Stage(folder, port, proxy.origin)
        stack.callback(stage.stop)
        stage.copy_program()
        yield stage, proxy


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


async def found_company(stage: Stage, patience_s: int = 1800) -> None:
    stage.poster_id = await company.found(stage.config, patience_s)
