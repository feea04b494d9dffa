"""One picture told as two: found when its bytes are judged, across visits and people."""

from server.db import Connection
from server.photos.facts import Blob
from server.photos.looks import are_alike
from server.photos.queries import save_signs, similar_signs
from server.photos.rules import flag, got_at
from server.rows import load
from sync import Ledger, Row


async def flag_reuse(connection: Connection, ledger: Ledger, photo: Row, blob: Blob) -> None:
    """Both are flagged: the later as `reused`, the earlier as `seen_again`. Whoever comes after
    finds this one by its files, which the fact and the bytes know only together."""
    await save_signs(connection, blob, files_of(photo))
    for other in await photos_alike(connection, ledger, photo, blob):
        earlier, later = sorted((photo, other), key=lambda row: (got_at(row), row.id))
        flag(later, ledger, "reused")
        flag(earlier, ledger, "seen_again")


async def photos_alike(connection: Connection, ledger: Ledger, photo: Row, blob: Blob) -> list[Row]:
    """Stored photos of other subjects that came from the same file or look as this one does.
    Several of one subject may well look alike: that is how people take photos."""
    signs = [*files_of(photo), *([blob.look] if blob.look else [])]
    close = await similar_signs(connection, ledger.org, signs)
    hashes = {
        id: sha256 for id, sha256, other in close if any(are_alike(each, other) for each in signs)
    }
    await load(connection, ledger, hashes)
    rows = [ledger.row(id) for id in hashes]
    return [row for row in rows if row and is_another(row, photo, hashes[row.id])]


def files_of(photo: Row) -> list[str]:
    """Hashes of the file as it was sent, and as the phone got it."""
    told = (photo.body["sha256"], photo.body.get("original_sha256"))
    return sorted({each for each in told if each})


def is_another(row: Row, photo: Row, sha256: str) -> bool:
    return (
        row.entity == "photo"
        and not row.deleted
        and row.body["state"] == "stored"
        and row.body["sha256"] == sha256
        and row.body["subject_id"] != photo.body["subject_id"]
    )
