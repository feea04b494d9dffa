"""When all bytes are there: hash, check, keep, and say so on the fact."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import ClassVar

from server.db import Connection
from server.errors import Problem
from server.photos import queries
from server.photos.blobs import BLOBS
from server.photos.darkroom import Darkroom
from server.photos.decoder import Picture, PictureRefused
from server.photos.dooming import doom_if_erased
from server.photos.facts import Blob, Tape, Upload
from server.photos.settling import fact_row, settle_fact
from server.photos.sounds import Sound, SoundRefused, read_sound
from server.photos.staging import StagedFile
from server.photos.tus import Mismatch
from server.rows import Published

HASH_MISMATCH = "hash_mismatch"
ERASED = "erased"


class NotUsable(Problem):
    """The bytes arrived as they were sent, and are nothing we keep. Sending again is no use.

    Codes: not_a_picture, picture_broken, too_large, picture_animated, picture_too_heavy;
    not_a_recording, recording_broken, recording_too_long; erased.
    """

    status: ClassVar[int] = 422
    usual_code = "not_a_picture"


def refusal(reason: str) -> Problem:
    return Mismatch(reason) if reason == HASH_MISMATCH else NotUsable(reason)


async def finish(room: Darkroom, upload: Upload, file: StagedFile) -> Upload:
    """Judges an upload whose bytes are complete; safe to repeat after a crash at any point.

    Objects first, then what they are, then the fact and the upload's end in a transaction of its
    own: the fact may be arriving at this moment, and one of the two sees the other.
    """
    if not await is_what_was_promised(room, upload, file):
        return await close(room, upload, file, HASH_MISMATCH)
    look = develop if upload.kind == "photo" else listen
    seen = await look(room, file)
    async with room.database.sharing(BLOBS):
        blob = await store(room, upload, seen)
        is_kept = await room.database.transact(partial(save_unless_erased, blob=blob))
    return await close(room, upload, file, blob.reason if is_kept else ERASED)


async def save_unless_erased(connection: Connection, blob: Blob | Tape) -> bool:
    if await doom_if_erased(connection, blob):
        return False
    await queries.save_blob(connection, blob)
    return True


async def is_what_was_promised(room: Darkroom, upload: Upload, file: StagedFile) -> bool:
    """Whether the bytes have the hash of the upload, and of the sender's own fact if it is here.

    Somebody else's fact says nothing: it may be out of the sender's sight.
    """
    if await asyncio.to_thread(file.sha256) != upload.sha256:
        return False
    async with room.database.read(snapshot=False) as connection:
        fact = await fact_row(connection, upload.org_id, upload.photo_id, upload.kind)
    if fact is None or fact.author != upload.staff_id:
        return True
    return bool(fact.body["sha256"] == upload.sha256)


Seen = Picture | Sound | str
"""What the bytes turned out to be, or why they are nothing we keep."""


async def develop(room: Darkroom, file: StagedFile) -> Seen:
    """Decodes the bytes apart from this process."""
    try:
        return await room.decoder.decode(file.path)
    except PictureRefused as refused:
        return refused.code


async def listen(room: Darkroom, file: StagedFile) -> Seen:
    try:
        return await asyncio.to_thread(lambda: read_sound(file.path.read_bytes()))
    except SoundRefused as refused:
        return refused.code


async def store(room: Darkroom, upload: Upload, seen: Seen) -> Blob | Tape:
    if isinstance(seen, Picture):
        full = await room.blobs.put(upload.org_id, seen.full)
        small = await room.blobs.put(upload.org_id, seen.small)
        return picture_of(upload, seen, (full, small), room.clock())
    if isinstance(seen, Sound):
        return tape_of(upload, seen, await room.blobs.put(upload.org_id, seen.data), room.clock())
    return unusable(upload, seen, room.clock())


def picture_of(upload: Upload, picture: Picture, kept: tuple[str, str], now: int) -> Blob:
    return Blob(
        org_id=upload.org_id,
        photo_id=upload.photo_id,
        sha256=upload.sha256,
        full_sha256=kept[0],
        small_sha256=kept[1],
        width=picture.width,
        height=picture.height,
        bytes=len(picture.full) + len(picture.small),
        reason=None,
        stored_at=now,
        look=picture.look,
    )


def tape_of(upload: Upload, sound: Sound, kept_sha256: str, now: int) -> Tape:
    return Tape(
        org_id=upload.org_id,
        recording_id=upload.photo_id,
        sha256=upload.sha256,
        kept_sha256=kept_sha256,
        media_type=sound.media_type,
        duration_ms=sound.duration_ms,
        bytes=len(sound.data),
        reason=None,
        stored_at=now,
    )


def unusable(upload: Upload, reason: str, now: int) -> Blob | Tape:
    where = (upload.org_id, upload.photo_id, upload.sha256)
    if upload.kind == "recording":
        return Tape(*where, None, None, None, bytes=0, reason=reason, stored_at=now)
    return Blob(*where, None, None, None, None, bytes=0, reason=reason, stored_at=now)


async def close(room: Darkroom, upload: Upload, file: StagedFile, reason: str | None) -> Upload:
    """The upload's verdict and the fact's, together; then the bytes as they came are gone."""
    state = "stored" if reason is None else "refused"

    async def save(connection: Connection) -> Published | None:
        await queries.save_verdict(connection, upload, state, reason)
        return await settle_fact(connection, upload.org_id, upload.photo_id, room.clock())

    published = await room.database.transact(save)
    if published is not None:
        room.announce(published)
    file.discard()
    return replace(upload, state=state, reason=reason)
