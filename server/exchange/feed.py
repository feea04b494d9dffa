"""Stretches of the feed: which rows a reader gets next, and as what they travel."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Exists,
    Select,
    Subquery,
    bindparam,
    exists,
    select,
    union,
)
from sqlalchemy.sql.expression import TableClause

from server.rows.tables import MARK, feed, rows

AT_MARK = MARK.encode()
LIMIT: BindParameter[int] = bindparam("limit")


class Reader(NamedTuple):
    """Who pulls: the organisation and the scopes that their present rights give them."""

    org_id: str
    scopes: tuple[str, ...]


class Span(NamedTuple):
    """A stretch of the feed: entries above `after`, up to `until`, of one part or of any."""

    scopes: Sequence[str]
    after: int
    until: int
    part: int | None = None

    def values(self, org_id: str, limit: int) -> dict[str, Any]:
        """The parameters of a statement that reads it."""
        bounds = {"org": org_id, "after": self.after, "until": self.until, "limit": limit}
        asked = bounds if self.part is None else {**bounds, "part": self.part}
        return {**asked, **{f"scope_{nth}": scope for nth, scope in enumerate(self.scopes)}}


class Indexes(dict[str, bytes]):
    """Where the scopes of a row, as they are stored, stand among the reader's."""

    def __init__(self, mine: Sequence[str]) -> None:
        self.mine = mine

    def __missing__(self, scopes: str) -> bytes:
        held = [str(self.mine.index(each)) for each in scopes.split() if each in self.mine]
        self[scopes] = ",".join(held).encode()
        return self[scopes]


def first_entries(dialect: str, scopes: int) -> Subquery:
    """The first entries of all scopes together, each row once. Most rows are in several of a
    reader's scopes: which are the first of all is settled before one of them is read."""
    each = [scope_entries(dialect, nth) for nth in range(scopes)]
    # Read in order, the branches are merged as far as the limit.
    all_of_them = union(*each) if scopes > 1 else each[0]
    return all_of_them.order_by("seq").limit(LIMIT).subquery()


def scope_entries(dialect: str, nth: int) -> Select[Any]:
    entries = within(select(feed.c.seq, feed.c.id), feed, nth)
    # PostgreSQL would read all of each branch before it merges them; SQLite knows no limit here.
    return entries if dialect == "sqlite" else entries.order_by(feed.c.seq).limit(LIMIT)


def entries_of_last(scopes: int) -> Subquery:
    """The first entries of a part in the last of the scopes, without what lies in one before it."""
    entries = within(select(feed.c.seq, feed.c.id), feed, scopes - 1)
    entries = entries.where(feed.c.part == bindparam("part"))
    if scopes > 1:
        entries = entries.where(~is_in_one_of(scopes - 1))
    return entries.order_by(feed.c.seq).limit(LIMIT).subquery()


def is_in_one_of(scopes: int) -> Exists:
    """A row has the same number in each of its scopes, and no other row has it."""
    other = feed.alias()
    names: list[BindParameter[str]] = [bindparam(f"scope_{nth}") for nth in range(scopes)]
    same_row = (other.c.org_id == bindparam("org")) & (other.c.seq == feed.c.seq)
    return exists().where(same_row, other.c.scope.in_(names))


def within(entries: Select[Any], table: TableClause, nth: int) -> Select[Any]:
    return entries.where(
        table.c.org_id == bindparam("org"),
        table.c.scope == bindparam(f"scope_{nth}"),
        table.c.seq > bindparam("after"),
        table.c.seq <= bindparam("until"),
    )


def with_row(first: Subquery, *chosen: ColumnElement[Any]) -> Select[Any]:
    """Every entry has its row. Said as an outer join, SQLite takes entry by entry, as they come."""
    same_row = (rows.c.org_id == bindparam("org")) & (rows.c.id == first.c.id)
    return select(*chosen).select_from(first.join(rows, same_row, isouter=True))


def row_text() -> ColumnElement[str]:
    return rows.c.opening + rows.c.body + rows.c.closing
