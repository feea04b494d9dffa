"""Pages of the feed: what a reader has to get, each row once, as the text that travels."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import CompoundSelect, Select, bindparam, func, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import fetch, spelled
from server.rows.tables import evictions, feed, rows

PAGE_ROWS = 2_000
"""Read by one statement; they go out as several frames."""

SEQ, SOURCE = range(2)
"""The first columns of what is read. A source is the index of a scope, inverted for evictions."""

Entry = tuple[int, bytes, bool]
"""One row change for this reader: its number, its JSON, whether it is an eviction."""


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
    """Entries in order, complete up to `reached`, and whether that is the end of the span.

    `seqs` has a number for each scope that each row is in: what the digests count.
    """

    entries: list[Entry]
    reached: int
    at_end: bool
    seqs: list[int]


async def read_page(connection: AsyncConnection, reader: Reader, span: Span) -> Page:
    """The first PAGE_ROWS entries of a span's scopes, as far as none is missing."""
    if not span.scopes:
        return Page([], span.until, True, [])
    query = page_query(connection.dialect.name, len(span.scopes), span.part is None)
    found = list(await fetch(connection, query, page_values(reader.org_id, span)))
    # The sources come one after the other; sorting what is nearly sorted is cheap.
    found.sort(key=itemgetter(SEQ))
    reached, at_end = find_reach(found, span)
    complete = found if at_end else [each for each in found if each[SEQ] <= reached]
    entries = make_entries(complete, span.scopes, reader.scopes)
    return Page(entries, reached, at_end, [each[SEQ] for each in complete])


@lru_cache(maxsize=128)
def page_query(dialect: str, scopes: int, is_tail: bool) -> CompoundSelect[Any]:
    """The first entries of each scope: the union is cut where one of them was cut."""
    sources = [put_entries(dialect, nth, is_tail) for nth in range(scopes)]
    if is_tail:
        sources += [gone_entries(dialect, nth) for nth in range(scopes)]
    return union_all(*sources)


def page_values(org_id: str, span: Span) -> dict[str, Any]:
    bounds = {"org": org_id, "after": span.after, "until": span.until, "part": span.part}
    return {**bounds, **{f"scope_{nth}": scope for nth, scope in enumerate(span.scopes)}}


def put_entries(dialect: str, nth: int, is_tail: bool) -> Select[Any]:
    """The reader's scope indexes go between the two halves of a row's text."""
    wanted = first_entries(feed, nth, () if is_tail else (feed.c.part == bindparam("part"),))
    author = func.coalesce(literal('"').concat(rows.c.author).concat('"'), "null")
    where, when = rows.c.root, (rows.c.at, rows.c.received_at, rows.c.captured_at)
    head = spelled(dialect, '["%s","%s",%s,"%s",', rows.c.entity, rows.c.id, wanted.c.seq, where)
    tail = spelled(dialect, ",%s,[%s,%s,%s,%s]]", rows.c.body, author, *when)
    return select(wanted.c.seq, literal(nth), rows.c.scopes, head, tail).join_from(
        wanted, rows, (rows.c.org_id == bindparam("org")) & (rows.c.id == wanted.c.id)
    )


def gone_entries(dialect: str, nth: int) -> Select[Any]:
    gone = first_entries(evictions, nth)
    text = spelled(dialect, ',"%s","%s",%s]', gone.c.entity, gone.c.id, gone.c.seq)
    return select(gone.c.seq, literal(~nth), null(), text, null())


def first_entries(table: Any, nth: int, conditions: tuple[Any, ...] = ()) -> Any:
    """A limit inside a union must stand in a query of its own on SQLite."""
    return (
        select(table)
        .where(
            table.c.org_id == bindparam("org"),
            table.c.scope == bindparam(f"scope_{nth}"),
            table.c.seq > bindparam("after"),
            table.c.seq <= bindparam("until"),
            *conditions,
        )
        .order_by(table.c.seq)
        .limit(PAGE_ROWS)
        .subquery()
    )


def find_reach(found: Sequence[Any], span: Span) -> tuple[int, bool]:
    """Up to which number nothing is missing: a source whose entries were cut may have more."""
    counts = Counter(map(itemgetter(SOURCE), found))
    cut = [source for source, count in counts.items() if count >= PAGE_ROWS]
    if not cut:
        return span.until, True
    last = dict(map(itemgetter(SOURCE, SEQ), found))
    return min(last[source] for source in cut), False


def make_entries(found: Iterable[Any], sources: Sequence[str], mine: Sequence[str]) -> list[Entry]:
    """Each row once, however many of the reader's scopes it is in; evictions one a scope."""
    entries: list[Entry] = []
    held: dict[str, bytes] = {}
    previous = 0
    for seq, source, scopes, head, tail in found:
        if source < 0:
            entries.append((seq, b"[%d%b" % (mine.index(sources[~source]), head), True))
        elif seq != previous:
            previous = seq
            if scopes not in held:
                held[scopes] = indexes(scopes.split(), mine)
            entries.append((seq, head + held[scopes] + tail, False))
    return entries


def indexes(scopes: Iterable[str], mine: Sequence[str]) -> bytes:
    return msgspec.json.encode([mine.index(scope) for scope in scopes if scope in mine])
