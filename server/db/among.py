"""`column IN (…)` for thousands of values, sent as one parameter."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection


def among(
    connection: AsyncConnection, column: Column[Any], values: Sequence[str]
) -> ColumnElement[bool]:
    """A parameter for each value costs more than the rows found; both databases read JSON."""
    given = bindparam(None, msgspec.json.encode(values).decode(), Text)
    if connection.dialect.name == "sqlite":
        elements = select(func.json_each(given).table_valued("value").c.value)
    else:
        unpacked = func.jsonb_array_elements_text(cast(given, JSONB))
        elements = select(unpacked.table_valued("value").c.value)
    return column.in_(elements)
