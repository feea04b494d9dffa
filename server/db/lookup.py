"""One row by one statement, past SQLAlchemy's costs of a connection: for what every sync asks."""

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


@dataclass(frozen=True, slots=True)
class Lookup:
    """The statement as the driver takes it, its own values, and the shape of what it returns."""

    text: str
    values: Mapping[str, Any]
    record: Any


@lru_cache(maxsize=32)
def lookup_for(statement: Select[Any]) -> Lookup:
    """Compiled once for each statement object, so keep it in a constant. No lists for IN."""
    compiled = statement.compile(dialect=SQLiteDialect_pysqlite(paramstyle="named"))
    names = [str(column.key) for column in statement.selected_columns]
    return Lookup(str(compiled), compiled.params, namedtuple("Found", names))
