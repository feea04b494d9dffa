"""Pages of the feed's tail: what changed for a reader, each row once, as the text that travels."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import CompoundSelect, Select, literal, select, union_all

from server.db import Connection, fetch, spelled, utf8
from server.exchange.feed import (
    AT_MARK,
    LIMIT,
    Indexes,
    Reader,
    Span,
    first_entries,
    row_text,
    with_row,
    within,
)
from server.rows.tables import MARK, evictions, rows

PAGE_ROWS = 2_000
"""Read by one statement; they go out as several frames."""

SEQ: Final = 0
SOURCE: Final = 1
SCOPES: Final = 2
TEXT: Final = 3
"""Columns of what is read. The source is ROW, or an eviction's scope: its index, inverted."""

ROW: Final = 0

Entry = tuple[int, int, str, bytes]
"""One row change for this reader, as it is read: `rows_in` and `gone_in` say what travels."""


class Page(NamedTuple):
    """Entries in order, each row once, complete up to `reached`, and whether that is the end of the
    span."""

    entries: Sequence[Entry]
    reached: int
    at_end: bool


async def read_page(connection: Connection, reader: Reader, span: Span) -> Page:
    """The first PAGE_ROWS entries of a span's scopes, as far as none is missing."""
    if not span.scopes:
        return Page([], span.until, True)
    query = page_query(connection.dialect.name, len(span.scopes))
    found = list(await fetch(connection, query, span.values(reader.org_id, PAGE_ROWS)))
    # The sources come one after the other; sorting what is nearly sorted is cheap.
    found.sort(key=itemgetter(SEQ))
    reached, at_end = find_reach(found, span)
    complete = found if at_end else found[: bisect_right(found, reached, key=itemgetter(SEQ))]
    return Page(complete, reached, at_end)


@lru_cache(maxsize=64)
def page_query(dialect: str, scopes: int) -> CompoundSelect[Any]:
    """Rows once each, and what left one of the scopes."""
    first = first_entries(dialect, scopes)
    put = with_row(first, first.c.seq, literal(ROW), rows.c.scopes, utf8(dialect, row_text()))
    gone = (gone_entries(dialect, nth) for nth in range(scopes))
    return union_all(put, *gone)


def gone_entries(dialect: str, nth: int) -> Select[Any]:
    """A limit inside a union must stand in a query of its own on SQLite."""
    row = evictions.c
    text = spelled(dialect, f'[{MARK},"%s","%s",%s]', row.entity, row.id, row.seq)
    gone = within(select(row.seq, literal(~nth), row.scope, utf8(dialect, text)), evictions, nth)
    return select(gone.order_by(row.seq).limit(LIMIT).subquery())


def find_reach(found: Sequence[Entry], span: Span) -> tuple[int, bool]:
    """Up to which number nothing is missing: a source whose entries were cut may have more."""
    sources = [entry[SOURCE] for entry in found]
    cut = [each for each in set(sources) if sources.count(each) >= PAGE_ROWS]
    if not cut:
        return span.until, True
    sources.reverse()
    return min(found[~sources.index(each)][SEQ] for each in cut), False


# What travels


def rows_in(entries: Sequence[Entry], indexes: Indexes) -> bytes:
    return texts_of([entry for entry in entries if entry[SOURCE] >= ROW], indexes)


def gone_in(entries: Sequence[Entry], indexes: Indexes) -> bytes:
    return texts_of([entry for entry in entries if entry[SOURCE] < ROW], indexes)


def texts_of(entries: Sequence[Entry], indexes: Indexes) -> bytes:
    """Neighbours mostly are in the same scopes: their indexes are filled in at once."""
    return b",".join(
        b",".join([entry[TEXT] for entry in run]).replace(AT_MARK, indexes[scopes])
        for scopes, run in groupby(entries, itemgetter(SCOPES))
    )
