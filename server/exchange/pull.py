"""Pull: frames of rows by scope, each with a cursor (laws 25 to 29)."""

from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import Database, fetch
from server.exchange.page import (
    SEQ,
    TEXT,
    Entry,
    Indexes,
    Page,
    Reader,
    Span,
    count_held,
    gone_in,
    read_page,
    rows_in,
)
from server.rows.publish import read_digests
from server.rows.tables import heads
from sync import FRAME_BYTES, PARTS, Backfill, Cursor, Digest, encode_cursor

_json = msgspec.json.encode


class Lines(NamedTuple):
    """Frames that one page gives, the cursor behind them, and whether it is at the head."""

    lines: list[bytes]
    cursor: Cursor
    at_head: bool = False


async def frames(
    database: Database, reader: Reader, cursor: Cursor, opening: dict[str, Any]
) -> AsyncIterator[list[bytes]]:
    """Frames, as many together as one page gives, until the head is reached. `opening` is said in
    the first: dropped scopes, resync."""
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


async def read_backfill(
    database: Database, reader: Reader, cursor: Cursor, opening: dict[str, Any]
) -> Lines:
    """One statement is a snapshot of its own; what changes later is numbered above `until`."""
    async with database.read(snapshot=False) as connection:
        backfill = await count_backfill(connection, reader, cursor.backfill)
        span = Span(backfill.scopes, backfill.after, backfill.until, backfill.part)
        page = await read_page(connection, reader, span)
    return Lines(*backfill_frames(reader, cursor, backfill, page, opening))


async def read_tail(
    database: Database, reader: Reader, cursor: Cursor, opening: dict[str, Any]
) -> Lines:
    """All from one snapshot."""
    async with database.read() as connection:
        head = await read_head(connection, reader.org_id)
        page = await read_page(connection, reader, Span(cursor.scopes, cursor.seq, head, None))
        held = await read_digests(connection, reader.org_id, reader.scopes) if page.at_end else {}
    lines, cursor = tail_frames(reader, cursor, page, opening)
    if page.at_end:
        lines.append(head_frame(reader, cursor, held, {} if lines else opening))
    return Lines(lines, cursor, page.at_end)


HEAD = select(heads.c.seq).where(heads.c.org_id == bindparam("org"))


async def read_head(connection: AsyncConnection, org_id: str) -> int:
    [(head,)] = await fetch(connection, HEAD, {"org": org_id})
    return int(head)


async def count_backfill(
    connection: AsyncConnection, reader: Reader, backfill: Backfill | None
) -> Backfill:
    """Fill in how many rows there are to come, once, when the backfill begins. A scope without any
    need not be asked for: what comes into it now is numbered above `until`."""
    assert backfill is not None
    if backfill.total >= 0:
        return backfill
    held = await read_digests(connection, reader.org_id, backfill.scopes)
    rows = {scope: held[scope].rows for scope in backfill.scopes if scope in held}
    scopes = [scope for scope, count in rows.items() if count]
    return msgspec.structs.replace(backfill, scopes=scopes, total=sum(rows.values()))


# Frames


def backfill_frames(
    reader: Reader, cursor: Cursor, backfill: Backfill, page: Page, opening: dict[str, Any]
) -> tuple[list[bytes], Cursor]:
    lines, sent = [], backfill.sent
    for entries in cut_frames(page.entries):
        sent += count_held(entries, backfill.scopes)
        gone_on = msgspec.structs.replace(backfill, after=entries[-1][SEQ], sent=sent)
        cursor = msgspec.structs.replace(cursor, backfill=gone_on)
        lines.append(frame(reader, cursor, entries, {**opening, **progress(backfill, sent)}))
        opening = {}
    cursor = advance(cursor, backfill, page, sent)
    if cursor.backfill is None:
        sent = backfill.total  # what changed meanwhile comes with the tail
    if cursor.backfill is None or cursor.backfill.part != backfill.part:
        lines.append(frame(reader, cursor, (), {**opening, **progress(backfill, sent)}))
    return lines, cursor


def advance(cursor: Cursor, backfill: Backfill, page: Page, sent: int) -> Cursor:
    """The rest of this part, the next part, or the tail: at once if as much was sent as there was
    when it began, since nothing can be added below `until`."""
    if sent == backfill.total:
        return msgspec.structs.replace(cursor, backfill=None)
    if not page.at_end:
        rest = msgspec.structs.replace(backfill, after=page.reached, sent=sent)
    elif backfill.part < PARTS[-1]:
        rest = msgspec.structs.replace(backfill, part=backfill.part + 1, after=0, sent=sent)
    else:
        return msgspec.structs.replace(cursor, backfill=None)
    return msgspec.structs.replace(cursor, backfill=rest)


def progress(backfill: Backfill, sent: int) -> dict[str, Any]:
    left = max(backfill.total - sent, 0)
    return {"part": backfill.part, "left": left, "total": backfill.total}


def tail_frames(
    reader: Reader, cursor: Cursor, page: Page, opening: dict[str, Any]
) -> tuple[list[bytes], Cursor]:
    lines = []
    for entries in cut_frames(page.entries):
        cursor = msgspec.structs.replace(cursor, seq=entries[-1][SEQ])
        lines.append(frame(reader, cursor, entries, opening))
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


def frame(reader: Reader, cursor: Cursor, entries: Sequence[Entry], extra: dict[str, Any]) -> bytes:
    indexes = Indexes(reader.scopes)
    return b'{"s":%b,"rows":[%b],"gone":[%b],"cursor":"%b"%b}\n' % (
        _json(reader.scopes),
        rows_in(entries, indexes),
        gone_in(entries, indexes),
        encode_cursor(cursor).encode(),
        b"".join(b',"%b":%b' % (k.encode(), _json(v)) for k, v in extra.items()),
    )


def head_frame(
    reader: Reader, cursor: Cursor, held: dict[str, Digest] | None, opening: dict[str, Any]
) -> bytes:
    """The frame at the head, with the digests of its snapshot; an idle pull has none to tell."""
    cursor = msgspec.structs.replace(cursor, told=True)
    extra = {**opening, "head": True}
    if held is not None:
        extra["digest"] = {scope: held.get(scope, Digest()) for scope in reader.scopes}
    return frame(reader, cursor, (), extra)
