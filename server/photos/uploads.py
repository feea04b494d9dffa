"""The life of an upload: created, filled from any byte, judged once, or ended.

Bytes are written, synced, and only then counted in the database. Whoever crashes in between loses
at most what was not counted, and the sender learns where to go on.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar

from starlette.requests import ClientDisconnect

from server.clock import DAY_MS
from server.db import Connection
from server.errors import NotFound, Problem, TooLarge, TooMany, Unavailable
from server.photos import queries
from server.photos.completion import ERASED, NotUsable, finish, refusal
from server.photos.darkroom import Darkroom
from server.photos.facts import OpenUploads, Upload
from server.photos.staging import Busy, StagedFile
from server.photos.tus import Checksum, Creation, Locked, Mismatch, check_offset
from server.rows import is_erased

MAX_OPEN_UPLOADS = 50
MAX_OPEN_BYTES = 300 * 1024 * 1024
EXPIRY_MS = 7 * DAY_MS
FREE_FLOOR_BYTES = 256 * 1024 * 1024
FLUSH_EVERY_BYTES = 1 << 20
SILENCE_S = 20
UPLOAD_ID_BYTES = 16

Body = AsyncIterator[bytes]


class Broken(Problem):
    """The body ended early or fell silent; what arrived is kept unless it carried a checksum."""

    status: ClassVar[int] = 408
    usual_code = "body_broken"


@dataclass(frozen=True)
class Sender:
    """The device that sends, as its credential says. Uploads belong to it and to nobody else."""

    org_id: str
    org_code: str
    device_id: str
    staff_id: str | None


async def create(room: Darkroom, sender: Sender, asked: Creation) -> Upload:
    """A new, empty upload. Raises TooMany over the device's quota, Unavailable on a full disk."""
    if room.staging.free_bytes() < FREE_FLOOR_BYTES:
        raise Unavailable("no_space", retry_after=600)
    upload = new_upload(sender, asked, room.clock())

    async def insert(connection: Connection) -> list[str]:
        if await is_erased(connection, upload.org_id, upload.photo_id):
            raise NotUsable(ERASED)
        where = (upload.org_id, upload.device_id)
        gone = await queries.supersede(connection, *where, upload.photo_id)
        check_quota(await queries.count_open(connection, *where, room.clock()), upload.length)
        await queries.insert_upload(connection, upload)
        return gone

    for superseded in await room.database.transact(insert):
        room.staging.discard(superseded)
    return upload


def new_upload(sender: Sender, asked: Creation, now: int) -> Upload:
    return Upload(
        org_id=sender.org_id,
        id=secrets.token_hex(UPLOAD_ID_BYTES),
        photo_id=asked.photo_id,
        device_id=sender.device_id,
        staff_id=sender.staff_id,
        length=asked.length,
        offset=0,
        sha256=asked.sha256,
        metadata=asked.metadata,
        state="open",
        reason=None,
        created_at=now,
        expires_at=now + EXPIRY_MS,
        kind=asked.kind,
    )


def check_quota(held: OpenUploads, length: int) -> None:
    if held.count >= MAX_OPEN_UPLOADS or held.length + length > MAX_OPEN_BYTES:
        raise TooMany("too_many_uploads", retry_after=60)


async def find(room: Darkroom, sender: Sender, upload_id: str) -> Upload:
    """Raises NotFound."""
    async with room.database.read(snapshot=False) as connection:
        return await queries.load_upload(
            connection, sender.org_id, sender.device_id, upload_id, room.clock()
        )


async def look(room: Darkroom, sender: Sender, upload_id: str) -> Upload:
    """The upload with the offset to go on from; judges it if its bytes were all there.

    While another request writes it, the offset is the last one counted, so a client finds its way
    back without waiting. Only when it is being judged the answer is Locked: a phone forgets bytes
    that it believes delivered. Raises NotFound, and what was decided against the photo.
    """
    upload = await find(room, sender, upload_id)
    if upload.state == "open":
        try:
            with holding(room, upload_id) as file:
                upload = await recover(room, await find(room, sender, upload_id), file)
        except Locked:
            upload = await find(room, sender, upload_id)
            if upload.state == "open" and upload.is_full:
                raise
    return accepted(upload)


async def append(
    room: Darkroom, sender: Sender, upload_id: str, offset: int, body: Body, sum: Checksum | None
) -> Upload:
    """Adds the body at `offset` and judges the photo when it is whole.

    Raises NotFound, Locked, Conflict (another offset), TooLarge, Mismatch, Broken, and
    completion's refusals.
    """
    await find(room, sender, upload_id)  # only an id that we made becomes a file's name
    with holding(room, upload_id) as file:
        upload = accepted(await recover(room, await find(room, sender, upload_id), file))
        check_offset(offset, upload.offset)
        upload = await receive(room, upload, file, body, sum)
        return accepted(await recover(room, upload, file))


@contextmanager
def holding(room: Darkroom, upload_id: str) -> Iterator[StagedFile]:
    try:
        with room.staging.hold(upload_id) as file:
            try:
                yield file
            except NotFound:  # ended meanwhile; nothing may stay behind
                file.discard()
                raise
    except Busy:
        raise Locked from None


async def recover(room: Darkroom, upload: Upload, file: StagedFile) -> Upload:
    """Makes file and database agree on the smaller of their offsets; judges a whole photo.

    So whoever fails half-way need not clean up: bytes that were not counted are cut off here.
    """
    if upload.state != "open":
        file.discard()
        return upload
    durable = min(upload.offset, file.size)
    file.truncate(durable)
    if durable < upload.offset:
        upload = await count(room, upload, durable)
    return await finish(room, upload, file) if upload.is_full else upload


async def receive(
    room: Darkroom, upload: Upload, file: StagedFile, body: Body, sum: Checksum | None
) -> Upload:
    end = upload.offset
    try:
        async for piece in timely(body):
            end = take(upload, file, end, piece, sum)
            if sum is None and end - upload.offset >= FLUSH_EVERY_BYTES:
                upload = await keep(room, upload, file, end)
    except Broken:
        if sum is None:
            await keep(room, upload, file, end)
        raise
    if sum is not None and not sum.matches():
        raise Mismatch
    # The last PATCH again, whose answer was lost: nothing to add, and nothing to say no to.
    is_again = upload.state == "stored" and end == upload.offset
    return upload if is_again else await keep(room, upload, file, end)


def take(upload: Upload, file: StagedFile, end: int, piece: bytes, sum: Checksum | None) -> int:
    if end + len(piece) > upload.length:
        raise TooLarge(allowed=upload.length)
    file.append(piece)
    if sum is not None:
        sum.hasher.update(piece)
    return end + len(piece)


async def timely(body: Body) -> Body:
    """The pieces of a body. Raises Broken when it is cut or silent for 20 seconds."""
    pieces = aiter(body)
    while True:
        try:
            async with asyncio.timeout(SILENCE_S):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except (ClientDisconnect, TimeoutError):
            raise Broken from None
        yield piece


async def keep(room: Darkroom, upload: Upload, file: StagedFile, offset: int) -> Upload:
    await asyncio.to_thread(file.flush)
    return await count(room, upload, offset)


async def count(room: Darkroom, upload: Upload, offset: int) -> Upload:
    expires_at = room.clock() + EXPIRY_MS

    async def save(connection: Connection) -> None:
        await queries.save_offset(connection, upload, offset, expires_at)

    await room.database.transact(save)
    return replace(upload, offset=offset, expires_at=expires_at)


def accepted(upload: Upload) -> Upload:
    """Raises what was decided against this upload, however often it is asked."""
    if upload.reason is not None:
        raise refusal(upload.reason)
    return upload


async def terminate(room: Darkroom, sender: Sender, upload_id: str) -> None:
    """Raises NotFound, and Locked while another request writes."""
    upload = await find(room, sender, upload_id)

    async def drop(connection: Connection) -> None:
        await queries.delete_upload(connection, upload)

    with holding(room, upload_id) as file:
        await room.database.transact(drop)
        file.discard()
