"""SQLite in WAL mode: one connection writes and checkpoints, a few read.

Transactions run one after the other in a thread of their own, which leaves the event loop to
everybody else.

Commits are on disk when they return (synchronous=FULL), because the phone forgets its only copy
when we acknowledge. Checkpoints belong to the writer alone: SQLite before 3.51.3 can lose commits
when one connection checkpoints while another one commits.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any, cast

import aiosqlite
from sqlalchemy import Connection, Engine, Select, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.db.database import Database, T, Work, whole
from server.db.direct import Direct, finish
from server.db.guards import lone_file, shared_file
from server.db.lookup import driver_of, lookup_for
from server.errors import Unavailable

READERS = 2
POOL_TIMEOUT_S = 10
PASSIVE_BYTES = 4 * 1024 * 1024
TRUNCATE_BYTES = 64 * 1024 * 1024
SCRUBS = 20
SCRUB_PAUSE_S = 0.25
ALWAYS = ("busy_timeout=5000", "foreign_keys=ON", "trusted_schema=OFF", "wal_autocheckpoint=0")
# A log that starts over is cut, so that its size says how much is not yet checkpointed.
WRITER = (
    *("journal_mode=WAL", "synchronous=FULL", "journal_size_limit=0", "cache_size=-32000"),
    # What is erased is overwritten (law 35); what it costs is measured in docs/decisions.
    "secure_delete=ON",
)
# What readers read stays the system's: a cache of their own would be filled, page by page, for
# every first pull.
READER = ("query_only=ON", "mmap_size=1073741824")


class SqliteDatabase(Database):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.path = Path(make_url(url).database or "")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.log = self.path.with_name(self.path.name + "-wal")
        self.writer = writing_engine(self.path, WRITER)
        self.readers = reading_engine(self.path)
        self.lookers = looking_engine(self.path)
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self.threads = ThreadPoolExecutor(READERS, thread_name_prefix="looker")
        self.looks = asyncio.Semaphore(READERS)
        self.opening: asyncio.Task[aiosqlite.Connection] | None = None
        self.turn = asyncio.Lock()
        self.checkpoint_bytes = PASSIVE_BYTES

    @asynccontextmanager
    async def read(self, *, snapshot: bool = True) -> AsyncIterator[AsyncConnection]:
        try:
            connection = await self.readers.connect()
        except PoolTimeout as error:
            raise Unavailable("busy", retry_after=2) from error
        try:
            if snapshot:
                await (await driver_of(connection)).execute_fetchall("BEGIN")
            yield connection
        finally:
            await whole(release(connection, snapshot))

    async def look(self, work: Work[T]) -> T:
        try:
            async with asyncio.timeout(POOL_TIMEOUT_S):
                await self.looks.acquire()
        except TimeoutError as error:
            raise Unavailable("busy", retry_after=2) from error
        try:
            outcome: T = await whole(beside(self.threads, finished, self.lookers.connect, work))
        finally:
            self.looks.release()
        return outcome

    async def find_one(self, statement: Select[Any], parameters: Mapping[str, Any]) -> Any:
        lookup = lookup_for(statement)
        values = {**lookup.values, **parameters}
        found = list(await (await self.lookups()).execute_fetchall(lookup.text, values))
        return lookup.record(*found[0]) if found else None

    async def lookups(self) -> aiosqlite.Connection:
        """A reader of its own, outside of any pool: the driver queues its statements."""
        if self.opening is None:
            self.opening = asyncio.create_task(open_reader(self.path))
        return await asyncio.shield(self.opening)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Direct]:
        async with self.turn:
            with self.writer.begin() as connection:
                yield Direct(connection)
        self.plan_checkpoint()

    async def once(self, work: Work[T]) -> T:
        async with self.turn:
            outcome: T = await whole(beside(self.thread, self.run_through, work))
        self.plan_checkpoint()
        return outcome

    def run_through(self, work: Work[T]) -> T:
        return finished(self.writer.begin, work)

    def plan_checkpoint(self) -> None:
        """After the commit and outside of it, so that no acknowledgement waits for one."""
        size = log_bytes(self.log)
        if size >= self.checkpoint_bytes:
            self.checkpoint_bytes = size + PASSIVE_BYTES
            self.keep(asyncio.create_task(self.checkpoint(size)))

    async def checkpoint(self, size: int) -> None:
        how = "TRUNCATE" if size >= TRUNCATE_BYTES else "PASSIVE"
        async with self.turn:
            is_whole = await whole(beside(self.thread, self.run_checkpoint, how))
        if is_whole:
            # The next commit starts the log over.
            self.checkpoint_bytes = PASSIVE_BYTES

    async def scrub(self, tables: Sequence[str]) -> None:
        """Deleted content is overwritten in the file (secure_delete); the log, which holds pages as
        they were, is emptied. A reader may be in the way for a moment."""
        for _ in range(SCRUBS):
            async with self.turn:
                if await whole(beside(self.thread, self.run_checkpoint, "TRUNCATE")):
                    self.checkpoint_bytes = PASSIVE_BYTES
                    return
            await asyncio.sleep(SCRUB_PAUSE_S)

    def run_checkpoint(self, how: str) -> bool:
        """Whether everything that was committed is in the database's own file now."""
        raw = self.writer.raw_connection()
        try:
            busy, pages, copied = raw.cursor().execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        finally:
            raw.close()
        return not busy and pages == copied

    def sharing(self, name: str) -> AbstractAsyncContextManager[None]:
        return shared_file(self.path.with_name(f"{name}.lock"))

    def alone(self, name: str) -> AbstractAsyncContextManager[bool]:
        return lone_file(self.path.with_name(f"{name}.lock"))

    async def dispose(self) -> None:
        if self.opening is not None:
            await (await self.opening).close()
            self.opening = None
        await self.readers.dispose()
        self.lookers.dispose()
        self.writer.dispose()
        self.threads.shutdown()
        self.thread.shutdown()


async def beside(threads: ThreadPoolExecutor, step: Callable[..., T], *given: Any) -> T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(threads, copy_context().run, step, *given)


def finished(connected: Callable[[], AbstractContextManager[Connection]], work: Work[T]) -> T:
    with connected() as connection:
        return finish(cast(Coroutine[Any, Any, T], work(Direct(connection))))


def writing_engine(path: Path, pragmas: tuple[str, ...]) -> Engine:
    """One connection, for whichever thread has its turn."""
    made = direct_engine(path, 1, pragmas)
    event.listen(made, "begin", begin_immediate)
    return made


def looking_engine(path: Path) -> Engine:
    """As many connections as threads look."""
    return direct_engine(path, READERS, READER)


def direct_engine(path: Path, size: int, pragmas: tuple[str, ...]) -> Engine:
    made = create_engine(
        f"sqlite:///{path}",
        connect_args={"check_same_thread": False},
        pool_size=size,
        max_overflow=0,
        pool_reset_on_return=None,
    )
    event.listen(made, "connect", set_up(ALWAYS + pragmas))
    return made


def reading_engine(path: Path) -> AsyncEngine:
    """Readers end their own snapshots: a rollback would be one more trip to the thread."""
    made = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        pool_size=READERS,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        pool_reset_on_return=None,
        skip_autocommit_rollback=True,
    )
    event.listen(made.sync_engine, "connect", set_up(ALWAYS + READER))
    return made


def set_up(pragmas: tuple[str, ...]) -> Callable[[Any, Any], None]:
    def on_connect(connection: Any, _record: Any) -> None:
        # No hidden transactions of the driver: BEGIN is ours.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return on_connect


def begin_immediate(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another one wrote
    # between, without waiting for busy_timeout.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def open_reader(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    for pragma in ALWAYS + READER:
        await connection.execute(f"PRAGMA {pragma}")
    return connection


async def release(connection: AsyncConnection, snapshot: bool) -> None:
    try:
        if snapshot and not connection.invalidated:
            await (await driver_of(connection)).execute_fetchall("ROLLBACK")
    finally:
        await connection.close()


def log_bytes(log: Path) -> int:
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0
