"""Statements that are compiled once and go to the driver as they are: for what every sync does."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import aiosqlite
from sqlalchemy import CompoundSelect, Select, UpdateBase
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.connection import Connection
from server.db.dialects import dialect_for
from server.db.direct import Direct

Statement = Select[Any] | CompoundSelect[Any] | UpdateBase
"""Kept in a constant or a cache: it is remembered by identity. No lists for IN."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The statement as the driver takes it, its own values, and the shape of what it returns."""

    text: str
    values: Mapping[str, Any]
    record: Any


@lru_cache(maxsize=256)
def lookup_for(statement: Statement, dialect: str = "sqlite") -> Lookup:
    compiled = statement.compile(dialect=dialect_for(dialect, by_name=True))
    names = [str(column.key) for column in statement.exported_columns]
    return Lookup(str(compiled), compiled.params, namedtuple("Found", names, rename=True))


async def fetch(
    connection: Connection, statement: Statement, parameters: Mapping[str, Any]
) -> Sequence[Any]:
    """What `statement` finds: tuples with values of the driver's."""
    lookup = lookup_for(statement, connection.dialect.name)
    values = {**lookup.values, **parameters}
    if isinstance(connection, Direct):
        return connection.driver.execute(lookup.text, values).fetchall()
    if connection.dialect.name == "sqlite":
        return list(await (await driver_of(connection)).execute_fetchall(lookup.text, values))
    return (await connection.exec_driver_sql(lookup.text, values)).all()


async def fetch_one(
    connection: Connection, statement: Statement, parameters: Mapping[str, Any]
) -> Any:
    """The one row with its columns as attributes, or None."""
    found = await fetch(connection, statement, parameters)
    lookup = lookup_for(statement, connection.dialect.name)
    return lookup.record(*found[0]) if found else None


async def run_each(
    connection: Connection, statement: UpdateBase, many: Sequence[dict[str, Any]]
) -> None:
    """Runs `statement` for each set of parameters."""
    text = lookup_for(statement, connection.dialect.name).text
    if isinstance(connection, Direct):
        connection.driver.executemany(text, many)
    else:
        await connection.exec_driver_sql(text, list(many))


async def driver_of(connection: AsyncConnection) -> aiosqlite.Connection:
    """The driver's own connection, for statements too frequent to pay SQLAlchemy for."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, aiosqlite.Connection)
    return driver
