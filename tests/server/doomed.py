"""A server that is killed, by kill -9, at the very moment of a commit or whenever somebody likes.

Servers are forked from a process that has everything imported, so that a life costs little.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from types import TracebackType
from typing import Any, Literal

import uvicorn
from sqlalchemy.ext.asyncio import AsyncConnection

from server import cli
from server.app import create_app
from server.config import Config
from server.db import Connection
from server.db.database import T, Work
from server.db.postgres import PostgresDatabase
from server.db.sqlite import SqliteDatabase
from server.exchange.entities import ENTITIES
from server.followups.digest import fire_digest
from server.leads.mornings import DIGEST
from server.leads.worker import Worker
from server.notify.sender import open_sender
from server.rows import Movement
from tests.bench.process import START_S
from tests.bench.stage import Client

Point = Literal["before", "after", "never"]
"""Where in the commit of a push the process dies."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__])


class Fate:
    """Dies at the `nth` commit, before it or after it and before anybody is answered."""

    def __init__(self, point: Point, nth: int) -> None:
        self.point, self.left = point, nth

    def reach(self, point: Point) -> None:
        if point == self.point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class DoomedSqlite(SqliteDatabase):
    fate = Fate("never", 0)

    def run_through(self, work: Work[T]) -> T:
        async def to_the_commit(connection: Connection) -> T:
            outcome = await work(connection)
            self.fate.reach("before")
            return outcome

        outcome = super().run_through(to_the_commit)
        self.fate.reach("after")
        return outcome


class DoomedPostgres(PostgresDatabase):
    fate = Fate("never", 0)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with super().write() as connection:
            yield connection
            self.fate.reach("before")
        self.fate.reach("after")


def serve(config: Config, point: Point, nth: int) -> None:
    """Without the background tasks: every commit is a push's."""
    database = doomed(config.database_url)
    app = create_app(config, database=database, tasks=())
    asyncio.run(run(app, config, database, Fate(point, nth)))


def doomed(database_url: str) -> Any:
    is_sqlite = database_url.startswith("sqlite")
    return DoomedSqlite(database_url) if is_sqlite else DoomedPostgres(database_url)


def work(database_url: str, now: int, point: Point, nth: int) -> None:
    """A worker that does what is due at `now`; every commit is a batch of deadlines."""
    asyncio.run(settle(doomed(database_url), now, Fate(point, nth)))


async def settle(database: Any, now: int, fate: Fate) -> None:
    database.fate = fate
    worker = Worker(database, ENTITIES, Movement(), {DIGEST: fire_digest})
    while await worker.tick(now):
        pass
    await database.close()


def work_in_a_process(database_url: str, now: int, point: Point = "never", nth: int = 0) -> int:
    """Returns how the process ended: 0, or the signal it died of, negated."""
    process = _forks.Process(target=work, args=(database_url, now, point, nth), daemon=True)
    process.start()
    process.join(START_S)
    return process.exitcode or 0


def deliver(config: Config, now: int, point: Point, nth: int) -> None:
    """A sender that says one letter: its first commit takes it, its second notes the answer."""
    asyncio.run(say_one(config, now, Fate(point, nth)))


async def say_one(config: Config, now: int, fate: Fate) -> None:
    database = doomed(config.database_url)
    database.fate = fate
    async with open_sender(config, database, lambda: now) as sender:
        await sender.deliver()
    await database.close()


def deliver_in_a_process(config: Config, now: int, point: Point = "never", nth: int = 0) -> int:
    """As `work_in_a_process`."""
    process = _forks.Process(target=deliver, args=(config, now, point, nth), daemon=True)
    process.start()
    process.join(START_S)
    return process.exitcode or 0


async def run(app: Any, config: Config, database: Any, fate: Fate) -> None:
    quiet = uvicorn.Config(app, port=config.port, log_level="critical", lifespan="off")
    async with app.router.lifespan_context(app):
        database.fate = fate  # what the start itself commits does not count
        await uvicorn.Server(quiet).serve()


def obey(config: Config, *_: object) -> None:
    """`python -m server.cli serve`, all of it, from where its imports are done."""
    os.environ.update(SHOPBELL_DATA=str(config.data), SHOPBELL_PORT=str(config.port))
    silence = os.open(os.devnull, os.O_WRONLY)
    for spoken in (sys.stdout, sys.stderr):
        os.dup2(silence, spoken.fileno())
    cli.main(["serve"])


class Life:
    """`with Life(config, "after", 2) as life`: one server process, from start to death."""

    work: Callable[[Config, Point, int], None] = staticmethod(serve)

    def __init__(self, config: Config, point: Point = "never", nth: int = 0) -> None:
        self.config = config
        self.process = _forks.Process(target=self.work, args=(config, point, nth), daemon=True)

    def __enter__(self) -> "Life":
        self.process.start()
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            with closing(Client(self.config.port)) as client, suppress(OSError):
                if client.request("GET", "/livez")[0] == 200:
                    return self
            time.sleep(0.02)
        raise RuntimeError("the server did not become ready")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.join(START_S)


class WholeLife(Life):
    """With its background tasks and everything else that the command does."""

    work = staticmethod(obey)
