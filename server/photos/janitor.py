"""What nobody comes back for. The worker calls `sweep` every few minutes."""

import contextlib

from server.clock import DAY_MS
from server.db import Connection
from server.errors import NotFound
from server.photos import queries
from server.photos.darkroom import Darkroom
from server.photos.dooming import remove_doomed
from server.photos.facts import Upload
from server.photos.staging import Busy
from server.photos.uploads import recover

ORPHAN_MS = DAY_MS


async def sweep(room: Darkroom) -> None:
    """Ends expired uploads, judges those a crash left whole, removes files without an upload, and
    those of what was erased."""
    await expire(room)
    async with room.database.read(snapshot=False) as connection:
        left = await queries.unjudged(connection)
    for upload in left:
        await judge(room, upload)
    await remove_orphans(room)
    await remove_doomed(room)


async def expire(room: Darkroom) -> None:
    async def delete(connection: Connection) -> list[str]:
        return await queries.delete_expired(connection, room.clock())

    for upload_id in await room.database.transact(delete):
        room.staging.discard(upload_id)


async def judge(room: Darkroom, upload: Upload) -> None:
    with contextlib.suppress(Busy, NotFound), room.staging.hold(upload.id) as file:
        await recover(room, upload, file)


async def remove_orphans(room: Darkroom) -> None:
    """A file younger than a day may belong to an upload that is just being created."""
    before = room.clock() - ORPHAN_MS
    names = [name for name in room.staging.names() if room.staging.written_at(name) < before]
    async with room.database.read(snapshot=False) as connection:
        known = await queries.known_uploads(connection, names)
    for name in set(names) - known:
        room.staging.discard(name)
