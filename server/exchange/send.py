"""What goes down: the pull stream, pokes, and the verdict on a phone's digests."""

import asyncio
import logging
import random
import zlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from sqlalchemy import Row as Record
from sqlalchemy import bindparam
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.db import bulk_upsert
from server.errors import Forbidden, Unauthenticated
from server.exchange.feed import Reader
from server.exchange.frame import head_frame
from server.exchange.gzip import new_squeezer
from server.exchange.pull import frames
from server.ground import Ground, ground_of
from server.identity.reports import Count, Moment, Report, Reports
from server.identity.sessions import (
    COOKIE,
    LastSeen,
    actor_of,
    is_live,
    parameters,
    read_cookie,
    session_query,
    signed_in,
)
from server.identity.tables import devices, sessions
from server.intake import read_json
from server.privacy.receipts import Receipts
from server.rows import Movement, read_digests
from server.rows.tables import heads, mismatches
from sync import Cursor, Digest, ForeignCursor, Plan, decode_cursor, is_name, plan_pull

log = logging.getLogger("shopbell.exchange")
STREAM_LIFE_S = (40.0, 55.0)
POKE_PAUSE_S = 0.05
"""One poke for what moves together."""
FEW = 2
"""So many frames are compressed before a thread would have begun."""

PULL = (
    session_query()
    .add_columns(
        heads.c.seq.label("head"),
        heads.c.epoch,
        heads.c.purged,
        devices.c.revoked_at,
        devices.c.revoked_why,
    )
    .join(heads, heads.c.org_id == sessions.c.org_id)
    .join(
        devices,
        (devices.c.org_id == sessions.c.org_id)
        & (devices.c.id == bindparam("device_id"))
        & (devices.c.staff_id == sessions.c.staff_id),
        isouter=True,
    )
    .add_columns(devices.c.id.label("own_device"))
)


class PullWish(msgspec.Struct):
    """`resend` names scopes whose digest did not match: they are sent again.

    The rest is the phone's report of its outbox: see `Report`.
    """

    device: str
    cursor: str | None = None
    resend: list[str] = msgspec.field(default_factory=list)
    pending: Count | None = None
    oldest_at: Moment | None = None
    photos: Count | None = None


class Held(msgspec.Struct):
    """A phone's own digests, scope by scope: [rows, hi, lo]."""

    digest: dict[str, tuple[int, int, int]]


async def pull(request: Request) -> Response:
    wish = await read_json(request, PullWish)
    ground = ground_of(request)
    session = await find_session(request, ground, wish.device)
    now = ground.clock()
    reports: Reports = request.app.state.reports
    report = Report(now, wish.pending, wish.oldest_at, wish.photos)
    reports.note((session.org_id, wish.device), report)
    scopes = tuple(sorted(actor_of(session).scopes))
    if wish.resend:
        await file_mismatch(ground, session.org_id, wish, scopes, now)
    reader = Reader(session.org_id, scopes)
    plan = plan_for(wish, session, scopes)
    opening = opening_of(plan, now)
    if proves(wish, plan):
        receipts: Receipts = request.app.state.receipts
        receipts.note((session.org_id, wish.device), plan.cursor.seq, now)
    gzip = "gzip" in request.headers.get("accept-encoding", "")
    if is_idle(plan, session.head):
        return idle_answer(reader, plan.cursor, opening)
    stream = await begun(frames(ground.database, reader, plan.cursor, opening))
    return stream_of(compress(stream) if gzip else join(stream), gzip=gzip)


async def file_mismatch(
    ground: Ground, org_id: str, wish: PullWish, scopes: tuple[str, ...], now: int
) -> None:
    """A phone's rows did not add up: it gets the scope again, and we get to know."""
    found = sorted(set(wish.resend).intersection(scopes))
    log.error("digests differ", extra={"facts": {"device": wish.device, "scopes": found}})
    values = [(org_id, wish.device, scope, now) for scope in found]
    await ground.database.transact(lambda connection: bulk_upsert(connection, mismatches, values))


async def find_session(request: Request, ground: Ground, device_id: str) -> Record[Any]:
    """Session, person, device, organisation and the feed's head, in one statement.

    A device is one person's: rows never land in the cache of whoever had the phone before.
    """
    ticket = read_cookie(request.cookies.get(COOKIE))
    # What cannot be a name is nobody's device, and no database takes a NUL.
    asked = {**parameters(ticket), "device_id": device_id if is_name(device_id) else ""}
    row: Record[Any] | None = await ground.database.find_one(PULL, asked)
    seen: LastSeen = request.app.state.seen
    now = ground.clock()
    if row is None or not is_live(row, now, seen):
        raise Unauthenticated
    if row.own_device is None:
        raise Forbidden("foreign_device")
    if row.revoked_at is not None:
        raise Forbidden("device_revoked", why=row.revoked_why)
    seen.note((row.org_id, row.token_hash), now)
    return row


def plan_for(wish: PullWish, session: Record[Any], scopes: tuple[str, ...]) -> Plan:
    rights = Cursor(
        epoch=session.epoch,
        org=session.org_id,
        person=session.staff_id,
        device=wish.device,
        seq=0,
        scopes=list(scopes),
    )
    try:
        given = decode_cursor(wish.cursor) if wish.cursor is not None else None
    except ForeignCursor:
        plan = plan_pull(None, rights, session.head)
        return msgspec.structs.replace(plan, resync=True)
    return plan_pull(given, rights, session.head, frozenset(wish.resend), session.purged)


def opening_of(plan: Plan, now: int) -> dict[str, Any]:
    opening: dict[str, Any] = {"now": now}
    if plan.dropped:
        opening["dropped"] = plan.dropped
    if plan.resync:
        opening["resync"] = True
    return opening


def proves(wish: PullWish, plan: Plan) -> bool:
    """Whether the phone comes back from a head whose digests it was told and found to be its own:
    it holds what the server held there, and nothing else (law 35)."""
    is_whole = plan.cursor.told and plan.cursor.backfill is None
    return is_whole and not (wish.resend or plan.dropped or plan.resync)


def is_idle(plan: Plan, head: int) -> bool:
    """A phone that was cut off before the last frame has the rows, and no digests to prove them."""
    cursor = plan.cursor
    return cursor.told and cursor.backfill is None and cursor.seq == head and not plan.dropped


def idle_answer(reader: Reader, cursor: Cursor, opening: dict[str, Any]) -> Response:
    """Nothing moved in the whole organisation: the digests the phone has are the right ones."""
    body = head_frame(reader, cursor, None, opening)
    return Response(body, media_type="application/x-ndjson", headers=HEADERS)


HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


async def begun(pages: AsyncIterator[list[bytes]]) -> AsyncIterator[list[bytes]]:
    """With the first page at hand: a database that is too busy is answered 503, not cut short."""
    first = await anext(pages)

    async def all_pages() -> AsyncIterator[list[bytes]]:
        yield first
        async for lines in pages:
            yield lines

    return all_pages()


def stream_of(stream: AsyncIterator[bytes], *, gzip: bool) -> StreamingResponse:
    headers = {**HEADERS, "content-encoding": "gzip"} if gzip else HEADERS
    return StreamingResponse(stream, media_type="application/x-ndjson", headers=headers)


async def join(pages: AsyncIterator[list[bytes]]) -> AsyncIterator[bytes]:
    async for lines in pages:
        yield b"".join(lines)


async def compress(pages: AsyncIterator[list[bytes]]) -> AsyncIterator[bytes]:
    """Gzip, flushed at each frame, so that a cut costs one frame (law 32). A page is compressed
    while the next one is read."""
    squeezer = new_squeezer()

    def squeeze(lines: list[bytes]) -> bytes:
        return b"".join(squeezer.compress(x) + squeezer.flush(zlib.Z_SYNC_FLUSH) for x in lines)

    async def squeezed(lines: list[bytes]) -> bytes:
        return squeeze(lines) if len(lines) <= FEW else await asyncio.to_thread(squeeze, lines)

    before: asyncio.Task[bytes] | None = None
    async for lines in pages:
        if before is not None:
            yield await before
        before = asyncio.create_task(squeezed(lines))
    if before is not None:
        yield await before
    yield squeezer.flush()


async def verify(request: Request) -> Response:
    """Which scopes a phone holds otherwise than the server does."""
    held = await read_json(request, Held)
    async with ground_of(request).database.read() as connection:
        actor = await signed_in(request, connection)
        ours = await read_digests(connection, actor.org_id, actor.scopes)
    differ = [
        scope
        for scope in sorted(actor.scopes)
        if tuple(held.digest.get(scope, Digest())) != tuple(ours.get(scope, Digest()))
    ]
    return Response(msgspec.json.encode({"differ": differ}), media_type="application/json")


async def events(request: Request) -> Response:
    """Pokes: something in your scopes moved. The stream holds no database session and ends."""
    async with ground_of(request).database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    movement: Movement = request.app.state.movement
    stopping: asyncio.Event = request.app.state.stopping
    stream = pokes(movement, stopping, actor.org_id, actor.scopes)
    return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)


async def pokes(
    movement: Movement, stopping: asyncio.Event, org_id: str, scopes: frozenset[str]
) -> AsyncIterator[bytes]:
    deadline = asyncio.get_running_loop().time() + random.uniform(*STREAM_LIFE_S)
    with movement.listening(org_id, scopes) as listener:
        yield b"retry: 1000\n\n"
        while await moved_before(listener.moved, stopping, deadline):
            await asyncio.sleep(POKE_PAUSE_S)
            listener.moved.clear()
            yield b"data: moved\n\n"


async def moved_before(moved: asyncio.Event, stopping: asyncio.Event, deadline: float) -> bool:
    """Whether something moved before the stream's time is over or the server stops."""
    left = deadline - asyncio.get_running_loop().time()
    waits = [asyncio.ensure_future(event.wait()) for event in (moved, stopping)]
    try:
        await asyncio.wait(waits, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return moved.is_set() and not stopping.is_set()
