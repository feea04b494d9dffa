"""Every statement about uploads, pictures and sounds."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, and_, delete, func, select, update

from server.db import Connection, bulk_upsert
from server.errors import NotFound
from server.photos.facts import Blob, Drawn, OpenUploads, Tape, Upload
from server.photos.looks import slices_of
from server.photos.tables import (
    photo_blobs,
    photo_looks,
    photo_marks,
    photo_thumbs,
    recording_blobs,
    uploads,
)


async def load_upload(
    connection: Connection, org_id: str, device_id: str, upload_id: str, now: int
) -> Upload:
    """Raises NotFound alike for another's upload, an expired one and none."""
    found = await connection.execute(
        select(uploads).where(
            uploads.c.org_id == org_id,
            uploads.c.id == upload_id,
            uploads.c.device_id == device_id,
            uploads.c.expires_at > now,
        )
    )
    row = found.mappings().first()
    if row is None:
        raise NotFound
    return Upload(**row)


async def insert_upload(connection: Connection, upload: Upload) -> None:
    await connection.execute(uploads.insert().values(vars(upload)))


async def supersede(
    connection: Connection, org_id: str, device_id: str, photo_id: str
) -> list[str]:
    """Drops this device's unfinished uploads of a photo it begins anew; returns their ids.

    A phone that never got the answer to its POST does not know that upload's URL, and on a bad
    link such uploads would fill its quota.
    """
    gone = await connection.execute(
        delete(uploads)
        .where(
            uploads.c.org_id == org_id,
            uploads.c.device_id == device_id,
            uploads.c.photo_id == photo_id,
            uploads.c.state == "open",
        )
        .returning(uploads.c.id)
    )
    return list(gone.scalars())


async def count_open(connection: Connection, org_id: str, device_id: str, now: int) -> OpenUploads:
    found = await connection.execute(
        select(func.count(), func.coalesce(func.sum(uploads.c.length), 0)).where(
            uploads.c.org_id == org_id,
            uploads.c.device_id == device_id,
            uploads.c.state == "open",
            uploads.c.expires_at > now,
        )
    )
    count, length = found.one()
    return OpenUploads(int(count), int(length))


async def save_offset(connection: Connection, upload: Upload, offset: int, expires_at: int) -> None:
    """Raises NotFound if the upload was ended meanwhile."""
    await change_open(connection, upload, offset=offset, expires_at=expires_at)


async def save_verdict(
    connection: Connection, upload: Upload, state: str, reason: str | None
) -> None:
    """Raises NotFound if the upload was ended meanwhile."""
    await change_open(connection, upload, state=state, reason=reason)


async def change_open(connection: Connection, upload: Upload, **values: Any) -> None:
    changed = await connection.execute(
        update(uploads).where(this(upload), uploads.c.state == "open").values(values)
    )
    if changed.rowcount == 0:
        raise NotFound


async def delete_upload(connection: Connection, upload: Upload) -> None:
    await connection.execute(delete(uploads).where(this(upload)))


async def delete_expired(connection: Connection, now: int) -> list[str]:
    gone = await connection.execute(
        delete(uploads).where(uploads.c.expires_at <= now).returning(uploads.c.id)
    )
    return list(gone.scalars())


async def unjudged(connection: Connection) -> list[Upload]:
    """Uploads whose bytes all arrived before a crash, and which nobody has looked at."""
    found = await connection.execute(
        select(uploads).where(uploads.c.state == "open", uploads.c.offset == uploads.c.length)
    )
    return [Upload(**row) for row in found.mappings()]


async def known_uploads(connection: Connection, ids: list[str]) -> set[str]:
    found = await connection.execute(select(uploads.c.id).where(uploads.c.id.in_(ids)))
    return set(found.scalars())


async def save_blob(connection: Connection, blob: Blob | Tape) -> None:
    table = photo_blobs if isinstance(blob, Blob) else recording_blobs
    await bulk_upsert(connection, table, [tuple(vars(blob).values())])
    if isinstance(blob, Blob) and blob.look is not None:
        await save_signs(connection, blob, [blob.look])


async def save_signs(connection: Connection, blob: Blob, signs: Iterable[str]) -> None:
    where = (blob.photo_id, blob.sha256)
    rows = [(blob.org_id, part, *where, sign) for sign in signs for part in slices_of(sign)]
    await bulk_upsert(connection, photo_looks, rows)


async def similar_signs(
    connection: Connection, org_id: str, signs: Iterable[str]
) -> list[tuple[str, str, str]]:
    """(photo_id, sha256, sign) of whatever shares a slice with one of `signs`, in one search."""
    slices = [part for sign in signs for part in slices_of(sign)]
    found = await connection.execute(
        select(photo_looks.c.photo_id, photo_looks.c.sha256, photo_looks.c.look)
        .where(photo_looks.c.org_id == org_id, photo_looks.c.slice.in_(slices))
        .distinct()
    )
    return [(photo_id, sha256, other) for photo_id, sha256, other in found]


async def load_blob(connection: Connection, org_id: str, photo_id: str, sha256: str) -> Blob | None:
    row = await find_bytes(connection, photo_blobs, org_id, photo_id, sha256)
    return Blob(**row) if row else None


async def load_tape(
    connection: Connection, org_id: str, recording_id: str, sha256: str
) -> Tape | None:
    row = await find_bytes(connection, recording_blobs, org_id, recording_id, sha256)
    return Tape(**row) if row else None


async def find_bytes(connection: Connection, table: Table, *key: str) -> RowMapping | None:
    """By the whole primary key: the organisation, the fact, and the hash where it is in the key."""
    columns = zip(table.primary_key.columns, key, strict=True)
    found = await connection.execute(select(table).where(*(column == at for column, at in columns)))
    return found.mappings().first()


async def load_thumb(connection: Connection, org_id: str, photo_id: str) -> bytes | None:
    found = await connection.execute(
        select(photo_thumbs.c.jpeg).where(
            photo_thumbs.c.org_id == org_id, photo_thumbs.c.photo_id == photo_id
        )
    )
    jpeg = found.scalar()
    return None if jpeg is None else bytes(jpeg)


async def load_drawn(connection: Connection, org_id: str, photo_id: str) -> Drawn | None:
    row = await find_bytes(connection, photo_marks, org_id, photo_id)
    return Drawn(**row) if row else None


async def save_drawn(connection: Connection, drawn: Drawn) -> None:
    await bulk_upsert(connection, photo_marks, [tuple(vars(drawn).values())])


def this(upload: Upload) -> ColumnElement[bool]:
    return and_(uploads.c.org_id == upload.org_id, uploads.c.id == upload.id)
