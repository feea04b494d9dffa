"""`column IN (…)` for thousands of values, sent as one parameter."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB


def listed(dialect: str, name: str) -> Select[Any]:
    """The texts of the parameter `name`, which `as_list` makes: for `column.in_(…)`.

    A parameter for each value costs more than the rows found; both databases read JSON.
    """
    given = bindparam(name, type_=Text)
    if dialect == "sqlite":
        return select(func.json_each(given).table_valued("value").c.value)
    unpacked = func.jsonb_array_elements_text(cast(given, JSONB))
    return select(unpacked.table_valued("value").c.value)


def as_list(values: Collection[str]) -> str:
    return msgspec.json.encode(values).decode()
