"""SQLite without a thread, and a database that fails where it is told to.

The real driver does its work in a thread of its own; waking it costs more than the statements of a
simulation do. Here each statement runs at once, so that nothing depends on who is woken first.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import aiosqlite
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.db.database import T, Work
from server.db.direct import Direct
from server.db.sqlite import (
    ALWAYS,
    READER,
    READERS,
    WRITER,
    SqliteDatabase,
    set_up,
    writing_engine,
)

When = Literal["before", "after"]
QUICK = ("synchronous=OFF",)


class Crash(Exception):
    """The server's process is gone: at a commit, it is not known on which side of it."""


class AtOnce:
    """Stands where the driver keeps the queue of its thread."""

    def put_nowait(self, item: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = item
        try:
            result = function()
        except Exception as error:
            if future is None:
                raise
            future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)


class DirectConnection(aiosqlite.Connection):
    """The driver's connection with its thread left out."""

    def __init__(self, path: Path) -> None:
        super().__init__(lambda: sqlite3.connect(path, check_same_thread=False), 64)
        self._tx: Any = AtOnce()

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()


class FragileDatabase(SqliteDatabase):
    """The real database, except that it neither syncs to disk nor uses threads, and crashes.

    `doom` is where the next transaction ends: before its commit or after. From then on nothing
    works until `revive`, as if the process were gone.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"sqlite:///{path}")
        self.writer = writing_engine(path, WRITER + QUICK)
        self.readers = direct_readers(path)
        self.doom: When | None = None
        self.is_dead = False

    async def once(self, work: Work[T]) -> T:
        async with self.write() as connection:
            return await work(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Direct]:
        self.check_alive()
        async with super().write() as connection:
            yield connection
            self.end_before_commit()
        self.end_after_commit()

    @asynccontextmanager
    async def read(self, *, snapshot: bool = True) -> AsyncIterator[AsyncConnection]:
        self.check_alive()
        async with super().read(snapshot=snapshot) as connection:
            yield connection

    async def lookups(self) -> aiosqlite.Connection:
        self.check_alive()
        if self.opening is None:
            self.opening = asyncio.create_task(open_reader(self.path))
        return await self.opening

    def check_alive(self) -> None:
        if self.is_dead:
            raise Crash

    def end_before_commit(self) -> None:
        if self.doom == "before":
            self.is_dead = True
            raise Crash

    def end_after_commit(self) -> None:
        if self.doom == "after":
            self.is_dead = True
            raise Crash

    def revive(self) -> None:
        self.doom, self.is_dead = None, False


def direct_readers(path: Path) -> AsyncEngine:
    made = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        async_creator=lambda: connect(path),
        pool_size=READERS,
        max_overflow=0,
        pool_reset_on_return=None,
        skip_autocommit_rollback=True,
    )
    event.listen(made.sync_engine, "connect", set_up(ALWAYS + READER))
    return made


async def connect(path: Path) -> aiosqlite.Connection:
    return await DirectConnection(path)


async def open_reader(path: Path) -> aiosqlite.Connection:
    connection = await connect(path)
    connection.isolation_level = None
    for pragma in ALWAYS + READER:
        await connection.execute(f"PRAGMA {pragma}")
    return connection
