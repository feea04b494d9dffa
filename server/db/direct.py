"""A transaction in one go: its statements run at once, in the thread that runs it.

An asynchronous driver wakes a thread for each step of each statement: dozens of times for the
statements of a push, which cost less than the waking. So the writer's code, which waits for nothing
but its statements, runs as a whole where they run.
"""

import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Dialect, Executable

T = TypeVar("T")


class Direct:
    """What a transaction asks of an AsyncConnection; nothing that it awaits makes it wait."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        self.driver = driver

    @property
    def dialect(self) -> Dialect:
        return self.connection.dialect

    async def execute(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        return self.connection.execute(statement, parameters)

    async def exec_driver_sql(
        self, statement: str, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        return self.connection.exec_driver_sql(statement, parameters)

    async def scalar(self, statement: Executable, parameters: Any = None) -> Any:
        return self.connection.scalar(statement, parameters)

    async def run_sync(self, work: Callable[..., T], *given: Any) -> T:
        return work(self.connection, *given)


def finish(work: Coroutine[Any, Any, T]) -> T:
    """The outcome of `work`, which must not wait for anything."""
    try:
        work.send(None)
    except StopIteration as ended:
        outcome: T = ended.value
        return outcome
    work.close()
    raise RuntimeError("a transaction waits for its own statements only")
