"""Bytes of what was erased: their rows at once, their files when the transaction is durable."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import bindparam, delete, select, union_all

from server.db import Connection, as_list, bulk_upsert, fetch, listed
from server.photos.blobs import BLOBS
from server.photos.darkroom import Darkroom
from server.photos.facts import Blob, Tape
from server.photos.tables import (
    doomed_files,
    photo_blobs,
    photo_looks,
    photo_marks,
    photo_thumbs,
    recording_blobs,
    uploads,
)
from server.rows import is_erased, lock_head

BLOB, STAGED = "blob", "staged"


async def doom_bytes(connection: Connection, org_id: str, ids: Collection[str]) -> None:
    """Forgets uploads, pictures, sounds and thumbnails of these facts, and notes their files."""
    given = {"org": org_id, "ids": as_list(ids)}
    among = listed(connection.dialect.name, "ids")
    names: list[tuple[str, str]] = []
    for table, fact, kind, columns in KEPT:
        ours = (table.c.org_id == bindparam("org")) & table.c[fact].in_(among)
        files = [table.c[name] for name in columns]
        if files:
            found = await fetch(connection, select(*files).where(ours), given)
            names += [(kind, name) for row in found for name in row if name]
        await connection.execute(delete(table).where(ours), given)
    await doom(connection, org_id, names)


KEPT: Sequence[tuple[Any, str, str, tuple[str, ...]]] = (
    (photo_blobs, "photo_id", BLOB, ("full_sha256", "small_sha256")),
    (photo_marks, "photo_id", BLOB, ("marked_sha256",)),
    (recording_blobs, "recording_id", BLOB, ("kept_sha256",)),
    (uploads, "photo_id", STAGED, ("id",)),
    (photo_thumbs, "photo_id", "", ()),
    (photo_looks, "photo_id", "", ()),
)


async def doom(connection: Connection, org_id: str, names: Iterable[tuple[str, str]]) -> None:
    doomed = [(org_id, kind, name) for kind, name in names]
    await bulk_upsert(connection, doomed_files, doomed)


async def doom_if_erased(connection: Connection, blob: Blob | Tape) -> bool:
    """Whether the fact of these bytes was erased while they were looked at: then they go, too.
    Behind the same lock as what erases."""
    await lock_head(connection, blob.org_id)
    fact_id = blob.photo_id if isinstance(blob, Blob) else blob.recording_id
    if not await is_erased(connection, blob.org_id, fact_id):
        return False
    objects = (
        (blob.full_sha256, blob.small_sha256) if isinstance(blob, Blob) else (blob.kept_sha256,)
    )
    await doom(connection, blob.org_id, [(BLOB, name) for name in objects if name])
    return True


async def remove_doomed(room: Darkroom) -> None:
    """Content that another fact has, too, stays. Safe to repeat after a crash at any point."""
    async with room.database.read(snapshot=False) as connection:
        doomed = list(await connection.execute(select(doomed_files)))
    if not doomed:
        return
    async with room.database.alone(BLOBS) as may_remove:
        for file in doomed if may_remove else ():
            await remove_file(room, file)


async def remove_file(room: Darkroom, file: Record[Any]) -> None:
    if file.kind == STAGED:
        room.staging.discard(file.name)
    elif not await is_shared(room, file):
        await room.blobs.remove(file.org_id, file.name)
    await room.database.transact(forgetting(file))


async def is_shared(room: Darkroom, file: Record[Any]) -> bool:
    holders = [
        select(column).where(column.table.c.org_id == file.org_id, column == file.name)
        for column in (
            photo_blobs.c.full_sha256,
            photo_blobs.c.small_sha256,
            photo_marks.c.marked_sha256,
            recording_blobs.c.kept_sha256,
        )
    ]
    async with room.database.read(snapshot=False) as connection:
        return (await connection.execute(union_all(*holders).limit(1))).first() is not None


def forgetting(file: Record[Any]) -> Any:
    async def work(connection: Connection) -> None:
        await connection.execute(
            delete(doomed_files).where(
                doomed_files.c.org_id == file.org_id,
                doomed_files.c.kind == file.kind,
                doomed_files.c.name == file.name,
            )
        )

    return work
