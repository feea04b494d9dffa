"""Rows by one statement, past SQLAlchemy's costs of a row: for what every sync asks."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import aiosqlite
from sqlalchemy import CompoundSelect, Select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.dialects import dialect_for

Query = Select[Any] | CompoundSelect[Any]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The statement as the driver takes it, its own values, and the shape of what it returns."""

    text: str
    values: Mapping[str, Any]
    record: Any


@lru_cache(maxsize=256)
def lookup_for(statement: Query, dialect: str = "sqlite") -> Lookup:
    """Compiled once for each statement object, so keep it in a constant. No lists for IN."""
    compiled = statement.compile(dialect=dialect_for(dialect, by_name=True))
    names = [str(column.key) for column in statement.selected_columns]
    return Lookup(str(compiled), compiled.params, namedtuple("Found", names, rename=True))


async def fetch(
    connection: AsyncConnection, statement: Query, parameters: Mapping[str, Any]
) -> Sequence[Any]:
    """What `statement`, which is kept in a constant, finds: tuples with values of the driver's."""
    lookup = lookup_for(statement, connection.dialect.name)
    values = {**lookup.values, **parameters}
    if connection.dialect.name == "sqlite":
        return list(await (await driver_of(connection)).execute_fetchall(lookup.text, values))
    return (await connection.exec_driver_sql(lookup.text, values)).all()


async def driver_of(connection: AsyncConnection) -> aiosqlite.Connection:
    """The driver's own connection, for statements too frequent to pay SQLAlchemy for."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, aiosqlite.Connection)
    return driver
