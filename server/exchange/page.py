"""Pages of the feed: what a reader has to get, each row once, as the text that travels."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Select,
    bindparam,
    literal,
    select,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import fetch, spelled, utf8
from server.db.lookup import lookup_for
from server.rows.tables import MARK, evictions, feed, rows

PAGE_ROWS = 2_000
"""Read by one statement; they go out as several frames."""

USUAL_SCOPES = (2, 3, 4)
"""Of a rep and of a manager with one store; of them often one has no rows to begin with."""

SEQ: Final = 0
SOURCE: Final = 1
SCOPES: Final = 2
TEXT: Final = 3
"""Columns of what is read. The source is ROW, or an eviction's scope: its index, inverted."""

ROW: Final = 0

Entry = tuple[int, int, str, bytes]
"""One row change for this reader, as it is read: `rows_in` and `gone_in` say what travels."""


class Reader(NamedTuple):
    """Who pulls: the organisation and the scopes that their present rights give them."""

    org_id: str
    scopes: tuple[str, ...]


class Span(NamedTuple):
    """A stretch of the feed: entries above `after`, up to `until`, of one part or of any."""

    scopes: Sequence[str]
    after: int
    until: int
    part: int | None


class Page(NamedTuple):
    """Entries in order, each row once, complete up to `reached`, and whether that is the end of the
    span."""

    entries: Sequence[Entry]
    reached: int
    at_end: bool


async def read_page(connection: AsyncConnection, reader: Reader, span: Span) -> Page:
    """The first PAGE_ROWS entries of a span's scopes, as far as none is missing."""
    if not span.scopes:
        return Page([], span.until, True)
    query = page_query(connection.dialect.name, len(span.scopes), span.part is None)
    found = list(await fetch(connection, query, page_values(reader.org_id, span)))
    # The sources come one after the other; sorting what is nearly sorted is cheap.
    found.sort(key=itemgetter(SEQ))
    reached, at_end = find_reach(found, span)
    complete = found if at_end else found[: bisect_right(found, reached, key=itemgetter(SEQ))]
    return Page(complete, reached, at_end)


@lru_cache(maxsize=128)
def page_query(dialect: str, scopes: int, is_tail: bool) -> Select[Any] | CompoundSelect[Any]:
    """Rows once each, and what left one of the scopes."""
    put = put_entries(dialect, scopes, is_tail)
    if not is_tail:
        return put
    return union_all(put, *(gone_entries(dialect, nth) for nth in range(scopes)))


def warm_up(dialect: str) -> None:
    """Compiling a statement takes longer than reading a page: nobody's first pull should wait."""
    for scopes in USUAL_SCOPES:
        for is_tail in (False, True):
            lookup_for(page_query(dialect, scopes, is_tail), dialect)


def page_values(org_id: str, span: Span) -> dict[str, Any]:
    bounds = {"org": org_id, "after": span.after, "until": span.until, "part": span.part}
    return {**bounds, **{f"scope_{nth}": scope for nth, scope in enumerate(span.scopes)}}


def put_entries(dialect: str, scopes: int, is_tail: bool) -> Select[Any]:
    """Most rows are in several of a reader's scopes: which are the first of all is settled before
    one of them is read."""
    each = [scope_entries(dialect, nth, is_tail) for nth in range(scopes)]
    # Read in order, the branches are merged as far as the limit.
    all_of_them = union(*each) if scopes > 1 else each[0]
    first = all_of_them.order_by("seq").limit(PAGE_ROWS).subquery()
    same_row = (rows.c.org_id == bindparam("org")) & (rows.c.id == first.c.id)
    text = utf8(dialect, rows.c.opening + rows.c.body + rows.c.closing)
    put = select(first.c.seq, literal(ROW), rows.c.scopes, text)
    # Every entry has its row. Said as an outer join, SQLite takes entry by entry, as they come.
    return put.join_from(first, rows, same_row, isouter=True)


def scope_entries(dialect: str, nth: int, is_tail: bool) -> Select[Any]:
    entries = within(select(feed.c.seq, feed.c.id), feed, nth)
    if not is_tail:
        entries = entries.where(feed.c.part == bindparam("part"))
    # PostgreSQL would read all of each branch before it merges them; SQLite knows no limit here.
    return entries if dialect == "sqlite" else entries.order_by(feed.c.seq).limit(PAGE_ROWS)


def gone_entries(dialect: str, nth: int) -> Select[Any]:
    """A limit inside a union must stand in a query of its own on SQLite."""
    row = evictions.c
    text = spelled(dialect, f'[{MARK},"%s","%s",%s]', row.entity, row.id, row.seq)
    gone = within(select(row.seq, literal(~nth), row.scope, utf8(dialect, text)), evictions, nth)
    return select(gone.order_by(row.seq).limit(PAGE_ROWS).subquery())


def within(entries: Select[Any], table: Any, nth: int) -> Select[Any]:
    return entries.where(
        table.c.org_id == bindparam("org"),
        table.c.scope == bindparam(f"scope_{nth}"),
        table.c.seq > bindparam("after"),
        table.c.seq <= bindparam("until"),
    )


def find_reach(found: Sequence[Entry], span: Span) -> tuple[int, bool]:
    """Up to which number nothing is missing: a source whose entries were cut may have more."""
    sources = [entry[SOURCE] for entry in found]
    cut = [each for each in set(sources) if sources.count(each) >= PAGE_ROWS]
    if not cut:
        return span.until, True
    sources.reverse()
    return min(found[~sources.index(each)][SEQ] for each in cut), False


# What travels


class Indexes(dict[str, bytes]):
    """Where the scopes of a row, as they are stored, stand among the reader's."""

    def __init__(self, mine: Sequence[str]) -> None:
        self.mine = mine

    def __missing__(self, scopes: str) -> bytes:
        held = [str(self.mine.index(each)) for each in scopes.split() if each in self.mine]
        self[scopes] = ",".join(held).encode()
        return self[scopes]


def count_held(entries: Iterable[Entry], scopes: Sequence[str]) -> int:
    """How often the entries are in one of `scopes`."""
    alike = Counter(map(itemgetter(SCOPES), entries))
    return sum(n * sum(each in scopes for each in some.split()) for some, n in alike.items())


def rows_in(entries: Iterable[Entry], indexes: Indexes) -> bytes:
    return texts_of([entry for entry in entries if entry[SOURCE] >= ROW], indexes)


def gone_in(entries: Iterable[Entry], indexes: Indexes) -> bytes:
    return texts_of([entry for entry in entries if entry[SOURCE] < ROW], indexes)


def texts_of(entries: Iterable[Entry], indexes: Indexes) -> bytes:
    """Neighbours mostly are in the same scopes: their indexes are filled in at once."""
    return b",".join(
        b",".join([entry[TEXT] for entry in run]).replace(_MARK, indexes[scopes])
        for scopes, run in groupby(entries, itemgetter(SCOPES))
    )


_MARK = MARK.encode()
