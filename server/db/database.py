"""What the slices see of a database."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.connection import Connection
from server.errors import Unavailable

T = TypeVar("T")
Work = Callable[[Connection], Awaitable[T]]

MAX_WAITING_WRITES = 512
RETRY_PAUSE_S = 0.02


class Database(ABC):
    """Reads see one snapshot. Writes are one transaction: all of it or nothing."""

    attempts = 1

    def __init__(self) -> None:
        self.running: set[asyncio.Task[Any]] = set()

    @abstractmethod
    def read(self, *, snapshot: bool = True) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection that cannot write. `snapshot=False` saves two round trips when the caller
        has one statement only."""

    async def look(self, work: Work[T]) -> T:
        """Runs `work`, which only reads; each of its statements sees a snapshot of its own."""
        async with self.read(snapshot=False) as connection:
            return await work(connection)

    @abstractmethod
    async def find_one(self, statement: Select[Any], parameters: Mapping[str, Any]) -> Any:
        """The one row of `statement`, with the columns as attributes, or None.

        The cheapest read there is. Keep the statement in a constant: it is compiled once. Values
        come as the driver gives them: text, integers, bytes.
        """

    @abstractmethod
    def write(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction, committed at the end of the block and rolled back on any exception.

        For commands and tests. A request uses `transact`, which a disconnect cannot interrupt:
        a statement goes on in its driver after whoever awaited it was cancelled.
        """

    @abstractmethod
    async def scrub(self, tables: Sequence[str]) -> None:
        """Sees to it that what was deleted from these tables is in no file any more, as far as we
        can."""

    @abstractmethod
    def sharing(self, name: str) -> AbstractAsyncContextManager[None]:
        """While many add to something outside of the database, nobody is alone with it."""

    @abstractmethod
    def alone(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Whether nobody shares it now; then nobody begins to until the block ends. Waits for
        nobody."""

    @abstractmethod
    async def dispose(self) -> None: ...

    async def transact(self, work: Work[T]) -> T:
        """Runs `work` in one transaction, to its end even if the caller is cancelled meanwhile.

        `work` may run more than once (on PostgreSQL, after a serialization failure, a deadlock or
        a unique violation), so it must change nothing but the database. Raises Unavailable when
        too many writes wait already.
        """
        if len(self.running) >= MAX_WAITING_WRITES:
            raise Unavailable("busy", retry_after=2)
        task = asyncio.create_task(self.run(work))
        self.keep(task)
        return await asyncio.shield(task)

    async def run(self, work: Work[T]) -> T:
        for attempt in range(1, self.attempts):
            try:
                return await self.once(work)
            except DBAPIError as error:
                if not self.worth_retrying(error):
                    raise
            await asyncio.sleep(RETRY_PAUSE_S * attempt * (1 + random.random()))
        return await self.once(work)

    async def once(self, work: Work[T]) -> T:
        async with self.write() as connection:
            return await work(connection)

    def worth_retrying(self, error: DBAPIError) -> bool:
        return False

    def keep(self, task: asyncio.Task[Any]) -> None:
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def close(self) -> None:
        """Waits for writes under way, then closes every connection."""
        while self.running:
            await asyncio.wait(self.running)
        await self.dispose()


async def whole(step: Coroutine[Any, Any, T]) -> T:
    """Awaits `step` to its end; a cancellation is delivered afterwards.

    A driver keeps working on a statement whose awaiter was cancelled, so leaving early would
    leave the connection in an unknown state.
    """
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
