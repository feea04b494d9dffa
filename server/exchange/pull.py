"""Pull: frames of rows by scope, each with a cursor (laws 25 to 29)."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import Database
from server.rows.publish import read_digests
from server.rows.tables import digests, evictions, feed, heads, rows
from sync import FRAME_BYTES, PARTS, Backfill, Cursor, Digest, encode_cursor

FETCH_ROWS = 1_000
"""Rows read in one snapshot; they go out as several frames."""

SEQ, SCOPE, GONE = range(3)
"""The first columns of an entry as it is read."""

_json = msgspec.json.encode


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


class Entry(NamedTuple):
    """One row change for this reader: evictions have no row."""

    seq: int
    line: str
    evicted: bool


class Page(NamedTuple):
    """Entries in order, complete up to `reached`, and whether that is the end of the span."""

    entries: list[Entry]
    reached: int
    at_end: bool
    sent: int


async def frames(
    database: Database, reader: Reader, cursor: Cursor, opening: dict[str, Any]
) -> AsyncIterator[bytes]:
    """Frames until the head is reached. `opening` is said in the first: dropped scopes, resync."""
    cursor = msgspec.structs.replace(cursor, told=False)
    while True:
        async with database.read() as connection:
            lines, cursor, at_head = await read_frames(connection, reader, cursor, opening)
        for line in lines:
            yield line
        if at_head:
            return
        opening = {}


async def read_frames(
    connection: AsyncConnection, reader: Reader, cursor: Cursor, opening: dict[str, Any]
) -> tuple[list[bytes], Cursor, bool]:
    """What one snapshot gives: frames, the cursor behind them, whether it is at the head."""
    if cursor.backfill is not None:
        cursor = await count_backfill(connection, reader, cursor)
        page = await read_page(connection, reader, backfill_span(cursor.backfill))
        lines, cursor = backfill_frames(reader, cursor, page, opening)
        return lines, cursor, False
    head = await read_head(connection, reader.org_id)
    page = await read_page(connection, reader, Span(cursor.scopes, cursor.seq, head, None))
    lines, cursor = tail_frames(reader, cursor, page, opening)
    if page.at_end:
        held = await read_digests(connection, reader.org_id, reader.scopes)
        lines.append(head_frame(reader, cursor, held, {} if lines else opening))
    return lines, cursor, page.at_end


async def read_head(connection: AsyncConnection, org_id: str) -> int:
    query = select(heads.c.seq).where(heads.c.org_id == org_id)
    return int((await connection.execute(query)).scalar_one())


async def count_backfill(connection: AsyncConnection, reader: Reader, cursor: Cursor) -> Cursor:
    """Fill in how many rows there are to come, once, when the backfill begins."""
    backfill = cursor.backfill
    if backfill is None or backfill.total >= 0:
        return cursor
    query = select(func.sum(digests.c.rows)).where(
        digests.c.org_id == reader.org_id, digests.c.scope.in_(backfill.scopes)
    )
    total = (await connection.execute(query)).scalar() or 0
    counted = msgspec.structs.replace(backfill, total=int(total))
    return msgspec.structs.replace(cursor, backfill=counted)


def backfill_span(backfill: Backfill | None) -> Span:
    assert backfill is not None
    return Span(backfill.scopes, backfill.after, backfill.until, backfill.part)


# Reading


async def read_page(connection: AsyncConnection, reader: Reader, span: Span) -> Page:
    """The first FETCH_ROWS entries of a span, merged over its scopes."""
    if not span.scopes:
        return Page([], span.until, True, 0)
    wanted = span_entries(reader.org_id, span)
    query = select(
        wanted.c.seq,
        wanted.c.scope,
        wanted.c.gone,
        wanted.c.entity.label("gone_entity"),
        wanted.c.id,
        rows.c.entity,
        rows.c.root,
        rows.c.scopes,
        rows.c.body,
        rows.c.author,
        rows.c.at,
        rows.c.received_at,
        rows.c.captured_at,
    ).outerjoin_from(wanted, rows, (rows.c.org_id == reader.org_id) & (rows.c.id == wanted.c.id))
    found = (await connection.execute(query.order_by(wanted.c.seq))).all()
    return make_page(found, reader, span)


def span_entries(org_id: str, span: Span) -> Any:
    """The first entries of each scope: the union is cut where one of them was cut."""
    parts: list[Select[Any]] = []
    for scope in span.scopes:
        parts.append(limited(put_entries(org_id, scope, span)))
        if span.part is None:
            parts.append(limited(gone_entries(org_id, scope, span)))
    return union_all(*parts).subquery("wanted")


def put_entries(org_id: str, scope: str, span: Span) -> Select[Any]:
    query = select(
        feed.c.seq,
        feed.c.scope,
        feed.c.id,
        literal(0).label("gone"),
        literal("").label("entity"),
    ).where(
        feed.c.org_id == org_id,
        feed.c.scope == scope,
        feed.c.seq > span.after,
        feed.c.seq <= span.until,
    )
    return query if span.part is None else query.where(feed.c.part == span.part)


def gone_entries(org_id: str, scope: str, span: Span) -> Select[Any]:
    return select(
        evictions.c.seq,
        evictions.c.scope,
        evictions.c.id,
        literal(1).label("gone"),
        evictions.c.entity,
    ).where(
        evictions.c.org_id == org_id,
        evictions.c.scope == scope,
        evictions.c.seq > span.after,
        evictions.c.seq <= span.until,
    )


def limited(query: Select[Any]) -> Select[Any]:
    """A limit inside a union must stand in a query of its own on SQLite."""
    inner = query.order_by("seq").limit(FETCH_ROWS).subquery()
    return select(inner)


def make_page(found: Sequence[Any], reader: Reader, span: Span) -> Page:
    reached, at_end = find_reach(found, span)
    complete = found if at_end else [record for record in found if record[SEQ] <= reached]
    index = {scope: nth for nth, scope in enumerate(reader.scopes)}
    return Page(list(make_entries(complete, index)), reached, at_end, len(complete))


def find_reach(found: Sequence[Any], span: Span) -> tuple[int, bool]:
    """Up to which number nothing is missing: a scope whose entries were cut may have more."""
    counts = Counter([(record[SCOPE], record[GONE]) for record in found])
    cut = {source for source, count in counts.items() if count >= FETCH_ROWS}
    if not cut:
        return span.until, True
    last = {(record[SCOPE], record[GONE]): record[SEQ] for record in found}
    return min(last[source] for source in cut), False


def make_entries(found: Iterable[Any], index: dict[str, int]) -> Iterable[Entry]:
    """Each row once, however many of the reader's scopes it is in; evictions one a scope."""
    held: dict[str, str] = {}
    previous = 0
    for record in found:
        (
            seq,
            scope,
            gone,
            gone_entity,
            id,
            entity,
            root,
            scopes,
            body,
            by,
            at,
            received,
            captured,
        ) = record
        if gone:
            yield Entry(seq, f'[{index[scope]},"{gone_entity}","{id}",{seq}]', True)
        elif seq != previous:
            previous = seq
            if scopes not in held:
                held[scopes] = _json([index[s] for s in scopes.split() if s in index]).decode()
            author = f'"{by}"' if by else "null"
            yield Entry(
                seq,
                f'["{entity}","{id}",{seq},"{root}",{held[scopes]},{body},'
                f"[{author},{at},{received},{captured}]]",
                False,
            )


# Frames


def backfill_frames(
    reader: Reader, cursor: Cursor, page: Page, opening: dict[str, Any]
) -> tuple[list[bytes], Cursor]:
    backfill = cursor.backfill
    assert backfill is not None
    sent = backfill.sent + page.sent
    lines = []
    for entries in cut_frames(page.entries):
        after = entries[-1].seq
        cursor = msgspec.structs.replace(
            cursor, backfill=msgspec.structs.replace(backfill, after=after)
        )
        lines.append(frame(reader, cursor, entries, {**opening, **progress(backfill, sent)}))
        opening = {}
    cursor = advance(cursor, backfill, page, sent)
    if cursor.backfill is None or cursor.backfill.part != backfill.part:
        lines.append(frame(reader, cursor, [], {**opening, **progress(backfill, sent)}))
    return lines, cursor


def advance(cursor: Cursor, backfill: Backfill, page: Page, sent: int) -> Cursor:
    """The rest of this part, the next part, or the tail."""
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
        cursor = msgspec.structs.replace(cursor, seq=entries[-1].seq)
        lines.append(frame(reader, cursor, entries, opening))
        opening = {}
    return lines, msgspec.structs.replace(cursor, seq=page.reached)


def cut_frames(entries: list[Entry]) -> Iterable[list[Entry]]:
    """Frames of about FRAME_BYTES. All entries of one number go in one frame (law 26)."""
    current: list[Entry] = []
    size = 0
    for entry in entries:
        if size >= FRAME_BYTES and entry.seq != current[-1].seq:
            yield current
            current, size = [], 0
        current.append(entry)
        size += len(entry.line)
    if current:
        yield current


def frame(reader: Reader, cursor: Cursor, entries: Iterable[Entry], extra: dict[str, Any]) -> bytes:
    puts: list[str] = []
    gone: list[str] = []
    for entry in entries:
        (gone if entry.evicted else puts).append(entry.line)
    return b'{"s":%b,"rows":[%b],"gone":[%b],"cursor":"%b"%b}\n' % (
        _json(reader.scopes),
        ",".join(puts).encode(),
        ",".join(gone).encode(),
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
    return frame(reader, cursor, [], extra)
