"""Thousands of rows in one statement, past SQLAlchemy's per-row costs.

Values go to the driver as they are: text, integers, bytes and None, no Python types of ours.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from server.db.connection import Connection
from server.db.dialects import dialect_for
from server.db.direct import Direct

Tuples = Sequence[tuple[Any, ...]]


async def bulk_insert(connection: Connection, table: Table, tuples: Tuples) -> None:
    """Inserts `tuples`, whose values follow the order of the table's columns."""
    if tuples:
        await send(connection, insert_text(table, connection.dialect.name, False), tuples)


async def bulk_upsert(connection: Connection, table: Table, tuples: Tuples) -> None:
    """Like `bulk_insert`, and replaces rows whose primary key is there already.

    PostgreSQL and SQLite both take the tuples one after the other: the last of two with one key
    stays.
    """
    if tuples:
        await send(connection, insert_text(table, connection.dialect.name, True), tuples)


async def send(connection: Connection, statement: str, tuples: Tuples) -> None:
    if isinstance(connection, Direct):
        connection.driver.executemany(statement, tuples)
    else:
        await connection.exec_driver_sql(statement, list(tuples))


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return insert_for(connection.dialect.name, table)


def insert_for(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@lru_cache(maxsize=256)
def insert_text(table: Table, dialect: str, replacing: bool) -> str:
    statement = insert_for(dialect, table)
    if replacing:
        keys = list(table.primary_key.columns.keys())
        rest = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
        statement = (
            statement.on_conflict_do_update(index_elements=keys, set_=rest)
            if rest
            else statement.on_conflict_do_nothing()
        )
    return str(statement.compile(dialect=dialect_for(dialect, by_name=False)))
