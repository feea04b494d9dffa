"""PostgreSQL through psycopg 3, for organisations that outgrew one file."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.db.database import Database, whole
from server.db.guards import lone_advice, shared_advice
from server.errors import Unavailable

POOL_SIZE = 8
POOL_TIMEOUT_S = 10
ATTEMPTS = 5
SERIALIZATION_FAILURE = "40001"
DEADLOCK = "40P01"
UNIQUE_VIOLATION = "23505"
WORTH_RETRYING = {SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION}


class PostgresDatabase(Database):
    attempts = ATTEMPTS

    def __init__(self, url: str) -> None:
        super().__init__()
        self.writers = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_S,
            skip_autocommit_rollback=True,
        )
        self.snapshots = self.writers.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self.singles = self.writers.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def read(self, *, snapshot: bool = True) -> AsyncIterator[AsyncConnection]:
        connection = await checked_out(self.snapshots if snapshot else self.singles)
        try:
            yield connection
        finally:
            await whole(connection.close())

    async def find_one(self, statement: Select[Any], parameters: Mapping[str, Any]) -> Any:
        async with self.read(snapshot=False) as connection:
            return (await connection.execute(statement, parameters)).one_or_none()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        connection = await checked_out(self.writers)
        try:
            await connection.begin()
            yield connection
            await whole(connection.commit())
        finally:
            await whole(connection.close())

    def worth_retrying(self, error: DBAPIError) -> bool:
        return getattr(error.orig, "sqlstate", None) in WORTH_RETRYING

    async def scrub(self, tables: Sequence[str]) -> None:
        """Dead rows are cleared away. Copies in the write-ahead log and its archive live as long as
        these are kept."""
        async with self.read(snapshot=False) as connection:
            await connection.execute(text(f"VACUUM {', '.join(tables)}"))

    @asynccontextmanager
    async def sharing(self, name: str) -> AsyncIterator[None]:
        async with self.read(snapshot=False) as connection, shared_advice(connection, name):
            yield

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[bool]:
        async with (
            self.read(snapshot=False) as connection,
            lone_advice(connection, name) as is_alone,
        ):
            yield is_alone

    async def dispose(self) -> None:
        await self.writers.dispose()


async def checked_out(engine: AsyncEngine) -> AsyncConnection:
    """Whoever is cancelled while it opens gives it back: left to itself it would stay open."""
    opening = asyncio.create_task(connected(engine))
    try:
        return await asyncio.shield(opening)
    except PoolTimeout as error:
        raise Unavailable("busy", retry_after=2) from error
    except asyncio.CancelledError:
        await asyncio.wait([opening])
        if opening.exception() is None:
            await whole(opening.result().close())
        raise


async def connected(engine: AsyncEngine) -> AsyncConnection:
    return await engine.connect()
