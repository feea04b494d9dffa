"""One MetaData for all slices. Tables live in the slices; each key begins with the organisation."""

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.functions import FunctionElement

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def org_table(
    name: str, *items: SchemaItem, pk: tuple[str, ...] = ("id",), rowid: bool = False
) -> Table:
    """A table with `org_id` first and the primary key (org_id, *pk).

    On SQLite the rows live in the key's own tree (WITHOUT ROWID). Pass `rowid=True` where rows
    are wide (hundreds of bytes and more): there a tree of bare keys is faster.
    """
    return Table(
        name,
        metadata,
        Column("org_id", Text, nullable=False),
        *items,
        PrimaryKeyConstraint("org_id", *pk),
        sqlite_with_rowid=rowid,
    )


def named_index(table: Table, *columns: str, unique: bool = False) -> Index:
    """An index over `columns`, which should begin with `org_id`."""
    kind = "uq" if unique else "ix"
    name = f"{kind}_{table.name}_{'_'.join(columns)}"
    return Index(name, *(table.c[column] for column in columns), unique=unique)


class as_text(FunctionElement[str]):
    """The text whose UTF-8 is given."""

    inherit_cache = True


@compiles(as_text, "sqlite")
def cast_text(element: Any, compiler: Any, **given: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **given)} AS TEXT)"


@compiles(as_text, "postgresql")
def convert_text(element: Any, compiler: Any, **given: Any) -> str:
    return f"convert_from({compiler.process(element.clauses, **given)}, 'UTF8')"


class Encoded(TypeDecorator[Any]):
    """Text that is written as UTF-8 and read as text: what an encoder made goes in as it is, where
    the driver would encode it a second time."""

    impl = Text
    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> ColumnElement[str]:
        return as_text(type_coerce(bindvalue, LargeBinary))
