"""The marked size of a photo: drawn when somebody first asks, and anew when what it says changed.

A visit that a manager confirms later is graded anew, and so is the mark; the sealed picture is
never touched.
"""

import hashlib
from contextlib import suppress
from functools import partial

import msgspec

from server.db import Connection
from server.errors import NotFound, Unavailable
from server.photos.blobs import BLOBS
from server.photos.darkroom import Darkroom
from server.photos.decoder import PictureRefused
from server.photos.dooming import BLOB, doom
from server.photos.facts import Drawn
from server.photos.marks import Mark, mark_of
from server.photos.queries import load_blob, load_drawn, save_drawn
from server.photos.standing import stand
from server.rows import is_erased, lock_head
from sync import Row

RETRY_S = 60


async def marked_of(room: Darkroom, origin: str, org_id: str, photo: Row) -> tuple[bytes, str]:
    """(JPEG, its SHA-256). Raises NotFound of a photo that has not arrived, Unavailable."""
    async with room.database.read() as connection:
        standing = await stand(connection, org_id, photo)
        blob = await load_blob(connection, org_id, photo.id, photo.body["sha256"])
        before = await load_drawn(connection, org_id, photo.id)
    if standing is None or blob is None or blob.full_sha256 is None:
        raise NotFound
    mark = mark_of(standing, origin)
    said = digest_of(mark, blob.full_sha256)
    if before is not None and before.said == said:
        with suppress(NotFound):  # it can be drawn again
            return await room.blobs.get(org_id, before.marked_sha256), before.marked_sha256
    jpeg = await draw(room, await room.blobs.get(org_id, blob.full_sha256), mark)
    return jpeg, await keep(room, org_id, photo.id, said, jpeg)


def digest_of(mark: Mark, full_sha256: str) -> str:
    """Of all that the marked picture shows."""
    return hashlib.sha256(msgspec.json.encode([mark, full_sha256])).hexdigest()


async def draw(room: Darkroom, jpeg: bytes, mark: Mark) -> bytes:
    try:
        return await room.decoder.mark(jpeg, mark)
    except PictureRefused as refused:  # it was drawn once, when it was kept
        raise Unavailable("darkroom", retry_after=RETRY_S) from refused


async def keep(room: Darkroom, org_id: str, photo_id: str, said: str, jpeg: bytes) -> str:
    """Raises NotFound of a photo that was erased meanwhile."""
    async with room.database.sharing(BLOBS):
        sha256 = await room.blobs.put(org_id, jpeg)
        drawn = Drawn(org_id, photo_id, said, sha256)
        is_kept = await room.database.transact(partial(replace_drawn, drawn=drawn))
    if not is_kept:
        raise NotFound
    return sha256


async def replace_drawn(connection: Connection, drawn: Drawn) -> bool:
    """The one before goes, and this one if its photo was erased; behind the lock of what erases."""
    org_id, photo_id = drawn.org_id, drawn.photo_id
    await lock_head(connection, org_id)
    before = await load_drawn(connection, org_id, photo_id)
    is_gone = await is_erased(connection, org_id, photo_id)
    old = drawn if is_gone else before
    if old is not None and (is_gone or old.marked_sha256 != drawn.marked_sha256):
        await doom(connection, org_id, [(BLOB, old.marked_sha256)])
    if not is_gone:
        await save_drawn(connection, drawn)
    return not is_gone
