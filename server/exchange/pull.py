"""Pull: frames of rows by scope, each with a cursor (laws 25 to 29)."""

from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import accumulate
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from server.db import Connection, Database, fetch
from server.db.lookup import lookup_for
from server.exchange.backfill import batch_query, read_backfill
from server.exchange.feed import Indexes, Reader, Span
from server.exchange.frame import Lines, frame, head_frame
from server.exchange.page import (
    SEQ,
    TEXT,
    Entry,
    Page,
    gone_in,
    page_query,
    read_page,
    rows_in,
)
from server.rows.publish import read_digests
from server.rows.tables import heads
from sync import FRAME_BYTES, Cursor

USUAL_SCOPES = (1, 2, 3, 4)
"""Of a rep and of a manager with one store; of them often one has no rows to begin with."""


def warm_up(dialect: str) -> None:
    """Compiling a statement takes longer than reading a page: nobody's first pull should wait."""
    for scopes in USUAL_SCOPES:
        for query in (batch_query, page_query):
            lookup_for(query(dialect, scopes), dialect)


async def frames(
    database: Database, reader: Reader, cursor: Cursor, opening: dict[str, Any]
) -> AsyncIterator[list[bytes]]:
    """Frames, as many together as one reading gives, until the head is reached. `opening` is said
    in the first: dropped scopes, resync."""
    cursor = msgspec.structs.replace(cursor, told=False)
    page = await read_frames(database, reader, cursor, opening)
    while not page.at_head:
        yield page.lines
        page = await read_frames(database, reader, page.cursor, {})
    yield page.lines


async def read_frames(
    database: Database, reader: Reader, cursor: Cursor, opening: dict[str, Any]
) -> Lines:
    read = read_tail if cursor.backfill is None else read_backfill
    return await read(database, reader, cursor, opening)


async def read_tail(
    database: Database, reader: Reader, cursor: Cursor, opening: dict[str, Any]
) -> Lines:
    """All from one snapshot."""
    async with database.read() as connection:
        head = await read_head(connection, reader.org_id)
        page = await read_page(connection, reader, Span(cursor.scopes, cursor.seq, head))
        held = await read_digests(connection, reader.org_id, reader.scopes) if page.at_end else {}
    lines, cursor = tail_frames(reader, cursor, page, opening)
    if page.at_end:
        lines.append(head_frame(reader, cursor, held, {} if lines else opening))
    return Lines(lines, cursor, page.at_end)


HEAD = select(heads.c.seq).where(heads.c.org_id == bindparam("org"))


async def read_head(connection: Connection, org_id: str) -> int:
    [(head,)] = await fetch(connection, HEAD, {"org": org_id})
    return int(head)


def tail_frames(
    reader: Reader, cursor: Cursor, page: Page, opening: dict[str, Any]
) -> tuple[list[bytes], Cursor]:
    lines, indexes = [], Indexes(reader.scopes)
    for entries in cut_frames(page.entries):
        cursor = msgspec.structs.replace(cursor, seq=entries[-1][SEQ])
        put, gone = rows_in(entries, indexes), gone_in(entries, indexes)
        lines.append(frame(reader, cursor, put, gone, extra=opening))
        opening = {}
    return lines, msgspec.structs.replace(cursor, seq=page.reached)


def cut_frames(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Frames of about FRAME_BYTES. All entries of one number go in one frame (law 26)."""
    sizes = list(accumulate([len(entry[TEXT]) for entry in entries]))
    start = sent = 0
    while start < len(entries):
        end = bisect_left(sizes, sent + FRAME_BYTES, start) + 1
        while end < len(entries) and entries[end][SEQ] == entries[end - 1][SEQ]:
            end += 1
        yield entries[start:end]
        sent = sizes[min(end, len(entries)) - 1]
        start = end
