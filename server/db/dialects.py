"""How each database spells things: for text that goes to its driver as it is."""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, Integer, LargeBinary, Text, cast, func, literal
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


def dialect_for(name: str, *, by_name: bool) -> Dialect:
    """With placeholders that the driver takes as a mapping, or by position as a tuple."""
    if name == "sqlite":
        return SQLiteDialect_pysqlite(paramstyle="named" if by_name else "qmark")
    style = "pyformat" if by_name else "format"
    return PGDialect_psycopg(paramstyle=style)  # type: ignore[no-untyped-call]


def spelled(dialect: str, pattern: str, *values: Any) -> ColumnElement[str]:
    """`pattern` with a value for each %s, put together by the database: that is cheaper than
    fetching each value to do it here."""
    if dialect != "sqlite":
        return func.format(pattern, *values, type_=Text)
    # A number as %s would be made a text of its own first.
    kinds = ["%lld" if isinstance(value.type, Integer) else "%s" for value in values]
    return func.printf(pattern.replace("%s", "{}").format(*kinds), *values, type_=Text)


def gathered(
    dialect: str, text: ColumnElement[str], between: str, by: ColumnElement[Any]
) -> ColumnElement[str]:
    """All of a group's as one text, `by` order: in which SQLite gets them anyway."""
    if dialect == "sqlite":
        return func.group_concat(text, between, type_=Text)
    return func.string_agg(text, aggregate_order_by(literal(between), by), type_=Text)


def utf8(dialect: str, text: ColumnElement[str]) -> ColumnElement[bytes]:
    """As it travels; drivers would make a text of it, to be encoded again."""
    if dialect == "sqlite":
        return cast(text, LargeBinary)
    return func.convert_to(text, "UTF8", type_=LargeBinary)
