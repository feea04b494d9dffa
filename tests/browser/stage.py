"""The real server in a process of its own, behind the proxy, on a folder that is thrown away."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Protocol, TypeVar

from server.clock import Clock, system_clock
from server.config import Config
from server.identity.links import Link, link_for
from tests.bench.stage import Client
from tests.browser import company
from tests.browser.company import CODE, ORG
from tests.browser.forked import forked
from tests.browser.proxy import HOST, Proxy, bound_to

T = TypeVar("T")


class Person(Protocol):
    @property
    def id(self) -> str: ...


ROOT = Path(__file__).parents[2]
BUILT = ROOT / "pwa" / "dist"
SECRET = "a-key-for-the-browser-tests"
START_S, STOP_S = 90, 20
# One address for all that this process opens, one after the other: what a browser has fetched from
# there it may keep.
DOOR = bound_to(0)


class Stage:
    """A copy of the built app, so that a build under way elsewhere changes nothing here; a server
    that can be killed and started again; a network that can be cut."""

    def __init__(self, folder: Path, port: int, origin: str) -> None:
        self.folder = folder
        self.dist = folder / "dist"
        self.config = Config(
            data=folder / "data",
            database_url=f"sqlite:///{folder / 'data' / 'shopbell.sqlite3'}",
            keys=(SECRET,),
            origin=origin,
            port=port,
            app=self.dist,
        )
        self.config.data.mkdir(parents=True)
        shutil.copytree(BUILT, self.dist)
        self.environ = {
            "SHOPBELL_APP": str(self.dist),
            "SHOPBELL_DATA": str(self.config.data),
            "SHOPBELL_DATABASE_URL": self.config.database_url,
            "SHOPBELL_ORIGIN": origin,
            "SHOPBELL_PORT": str(port),
            "SHOPBELL_SECRETS": SECRET,
        }
        self.process: subprocess.Popen[bytes] | ForkServerProcess | None = None
        self.program: Path | None = None
        self.poster_id = ""
        self.clock: Clock = system_clock

    @property
    def origin(self) -> str:
        return self.config.origin

    @property
    def database(self) -> Path:
        return self.config.data / "shopbell.sqlite3"

    def serve_app(self, build: Callable[[Path], object]) -> None:
        """Another build of the app from now on: `build` fills the folder."""
        shutil.rmtree(self.dist)
        build(self.dist)

    def copy_program(self) -> Path:
        """From now on it is a copy that starts, and whoever likes may change it."""
        self.program = self.folder / "program"
        # What the tests have compiled already is good for the copy too; half-written files are not.
        leave = shutil.ignore_patterns("*.pyc.*")
        for part in ("server", "sync"):
            shutil.copytree(ROOT / part, self.program / part, ignore=leave)
        return self.program

    def start(self, *, sample: bool = False) -> None:
        log = self.folder / "server.log"
        if self.program:
            self.process = launched(self.program, self.environ, log)
        else:
            self.process = forked(self.environ, log, self.clock, sample=sample)
        self.await_ready()

    def await_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.process
            assert not has_ended(self.process), "see server.log"
            with closing(Client(self.config.port)) as client, suppress(OSError):
                if client.request("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the server did not become ready")

    def kill(self) -> None:
        """As a power cut would: nothing is told to end."""
        if self.process is not None:
            self.process.kill()
            await_end(self.process)
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                await_end(self.process)
            finally:
                self.kill()

    def put_back(self, backup: Path) -> None:
        """As `docs/operations.md` says, while the server is down."""
        for part in ("", "-wal", "-shm"):
            self.database.with_name(self.database.name + part).unlink(missing_ok=True)
        shutil.copyfile(backup, self.database)
        command = [sys.executable, "-m", "server.cli", "restored"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **self.environ}, check=True)

    def door_of(self, person: Person, org_id: str = ORG, code: str = CODE) -> str:
        """A link that signs this person in."""
        link = Link(org_id, code, person.id)
        return self.origin + link_for(self.config.keys, link, self.clock())


def launched(program: Path, environ: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    around = {**os.environ, "PYTHONPATH": str(program), **environ}
    command = [sys.executable, "-m", "server.cli", "serve"]
    with log.open("ab") as file:
        return subprocess.Popen(command, cwd=program, env=around, stdout=file, stderr=file)


def has_ended(process: subprocess.Popen[bytes] | ForkServerProcess) -> bool:
    if isinstance(process, subprocess.Popen):
        return process.poll() is not None
    return process.exitcode is not None


def await_end(process: subprocess.Popen[bytes] | ForkServerProcess) -> None:
    if isinstance(process, subprocess.Popen):
        process.wait(STOP_S)
    else:
        process.join(STOP_S)
        assert process.exitcode is not None, "the server did not stop"


@contextmanager
def staged(folder: Path) -> Iterator[tuple[Stage, Proxy]]:
    """Server not yet started: whoever stages it fills the database first."""
    with ExitStack() as stack:
        port = free_port()
        proxy = stack.enter_context(Proxy(port, DOOR.getsockname()[1]))
        stage = Stage(folder, port, proxy.origin)
        stack.callback(stage.stop)
        yield stage, proxy


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def found_company(stage: Stage, patience_s: int = 1800) -> None:
    stage.poster_id = awaited(company.found(stage.config, patience_s))


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """What comes of it. Beside this thread, which may have a loop already: the browsers'."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()
