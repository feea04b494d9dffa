"""The first sync of a scope: its rows part by part, gathered to frames by the database itself.

A row that is fetched one by one costs more here than reading it costs there. A statement gives one
frame, and several run one after the other before the thread that runs them is left.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, func

from server.db import Connection, Database, fetch, gathered, utf8
from server.exchange.feed import (
    AT_MARK,
    Indexes,
    Reader,
    Span,
    entries_of_last,
    row_text,
    with_row,
)
from server.exchange.frame import Lines, frame
from server.rows.publish import read_digests
from server.rows.tables import rows
from sync import FRAME_BYTES, PARTS, Backfill, Cursor

FRAMES_AT_ONCE = 16
ROW_BYTES = 1024
"""A usual row. What others take is seen in the frame before."""
TOO_LARGE = 4
"""So many times the size of a frame: it is read again with fewer rows."""
BETWEEN = "|"
"""Stands in no scope."""


class Batch(NamedTuple):
    """So many rows, up to which number, the scopes of each, and all of them as they travel."""

    size: int
    reached: int
    scopes: str
    text: bytes


NOTHING = Batch(0, 0, "", b"")


async def read_backfill(
    database: Database, reader: Reader, cursor: Cursor, opening: dict[str, Any]
) -> Lines:
    """Each statement is a snapshot of its own; what changes later is numbered above `until`."""
    return await database.look(partial(take_frames, reader, cursor, opening))


async def take_frames(
    reader: Reader, cursor: Cursor, opening: dict[str, Any], connection: Connection
) -> Lines:
    lines: list[bytes] = []
    indexes, limit = Indexes(reader.scopes), rows_for(ROW_BYTES)
    while cursor.backfill is not None and len(lines) < FRAMES_AT_ONCE:
        backfill = await count_rows(connection, reader, cursor.backfill)
        batch, limit = await read_batch(connection, reader, backfill, limit)
        alike = tally(batch)
        sent = backfill.sent + count_held(alike, backfill.scopes)
        gone_on = advance(backfill, batch, sent, is_full=batch.size == limit)
        cursor = msgspec.structs.replace(cursor, backfill=gone_on)
        # What changed meanwhile comes with the tail.
        told = progress(backfill, sent if gone_on else backfill.total)
        text = placed(batch, alike, indexes)
        lines.append(frame(reader, cursor, text, extra={**opening, **told}))
        opening = {}
        if batch.size:
            limit = rows_for(len(batch.text) // batch.size)
    return Lines(lines, cursor)


def rows_for(row_bytes: int) -> int:
    return max(1, FRAME_BYTES // row_bytes)


async def count_rows(connection: Connection, reader: Reader, backfill: Backfill) -> Backfill:
    """Fill in how many rows there are to come, once, when the backfill begins. A scope without any
    need not be asked for: what comes into it now is numbered above `until`. The largest goes first:
    often the others' rows all lie in it, and are sent with it."""
    if backfill.total >= 0:
        return backfill
    held = await read_digests(connection, reader.org_id, backfill.scopes)
    rows = {scope: held[scope].rows for scope in backfill.scopes if scope in held}
    scopes = sorted((scope for scope, count in rows.items() if count), key=lambda each: -rows[each])
    return msgspec.structs.replace(backfill, scopes=scopes, total=sum(rows.values()))


async def read_batch(
    connection: Connection, reader: Reader, backfill: Backfill, limit: int
) -> tuple[Batch, int]:
    """The next rows of a part, at most `limit`, or as many of them as do not grow too large."""
    if not backfill.scopes:
        return NOTHING, limit
    scopes = backfill.scopes[: backfill.nth + 1]
    span = Span(scopes, backfill.after, backfill.until, backfill.part)
    query = batch_query(connection.dialect.name, len(span.scopes))
    [found] = await fetch(connection, query, span.values(reader.org_id, limit))
    batch = Batch(*found)
    if not batch.size:
        return NOTHING, limit
    if batch.size > 1 and len(batch.text) > TOO_LARGE * FRAME_BYTES:
        return await read_batch(connection, reader, backfill, max(1, batch.size // TOO_LARGE))
    return batch, limit


@lru_cache(maxsize=64)
def batch_query(dialect: str, scopes: int) -> Select[Any]:
    first = entries_of_last(scopes)
    text = utf8(dialect, gathered(dialect, row_text(), ",", first.c.seq))
    held = gathered(dialect, rows.c.scopes, BETWEEN, first.c.seq)
    return with_row(first, func.count(), func.max(first.c.seq), held, text)


def tally(batch: Batch) -> Mapping[str, int]:
    """How many rows are in the same scopes. Most often all are, and one look says so."""
    first = batch.scopes.partition(BETWEEN)[0]
    if batch.scopes == BETWEEN.join([first] * batch.size):
        return {first: batch.size}
    return Counter(batch.scopes.split(BETWEEN))


def count_held(alike: Mapping[str, int], scopes: Sequence[str]) -> int:
    """How often the rows are in one of `scopes`."""
    return sum(n * sum(each in scopes for each in held.split()) for held, n in alike.items())


def advance(backfill: Backfill, batch: Batch, sent: int, *, is_full: bool) -> Backfill | None:
    """The rest of this scope, the next scope or part, or nothing: at once if as much was sent as
    there was when it began, since nothing can be added below `until`."""
    if sent == backfill.total:
        return None
    if is_full:
        return msgspec.structs.replace(backfill, after=batch.reached, sent=sent)
    if backfill.nth + 1 < len(backfill.scopes):
        return msgspec.structs.replace(backfill, nth=backfill.nth + 1, after=0, sent=sent)
    if backfill.part < PARTS[-1]:
        return msgspec.structs.replace(backfill, part=backfill.part + 1, nth=0, after=0, sent=sent)
    return None


def progress(backfill: Backfill, sent: int) -> dict[str, Any]:
    left = max(backfill.total - sent, 0)
    return {"part": backfill.part, "left": left, "total": backfill.total}


def placed(batch: Batch, alike: Mapping[str, int], indexes: Indexes) -> bytes:
    """The rows, with the reader's own scopes at their marks."""
    if len(alike) == 1:
        return batch.text.replace(AT_MARK, indexes[next(iter(alike))])
    pieces = batch.text.split(AT_MARK)
    each = (indexes[held] for held in batch.scopes.split(BETWEEN))
    return b"".join(chain.from_iterable(zip(pieces, (*each, b""), strict=True)))
