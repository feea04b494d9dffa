"""What makes such a fact good, and what it becomes when its bytes are judged. Pure."""

from typing import Any

from server.clock import MINUTE_MS
from server.photos.codes import CODE_KEY, code_of
from server.photos.facts import Blob, Tape
from server.photos.thumbs import read_thumb
from sync import Author, Ledger, Refusal, Row

CHECK = "photo_check"
"""The deadline that looks whether the bytes were here before the fact."""

OLDER_MS = 15 * MINUTE_MS
"""A picture taken this long before it was told of was not taken then."""


def prepare(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    """The subject must be in the customer's tree, and the thumbnail a small JPEG."""
    refusal = belongs(fields, ledger, author)
    if refusal is None and fields.get("thumb") is not None and read_thumb(fields["thumb"]) is None:
        return Refusal("invalid", "thumb")
    return refusal


def belongs(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    """To a customer whose tree its subject is in."""
    subject = ledger.find(fields["subject_id"])
    customer = ledger.find(fields.get("customer_id"))
    if subject is not None and customer is not None and subject.root != customer.root:
        return Refusal("invalid", "subject_id")
    return None


def effects(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """The thumbnail leaves the row, which travels to every phone, for a table of its own."""
    body = dict(row.body)
    thumb = body.pop("thumb", None)
    row.body = body
    jpeg = read_thumb(thumb) if thumb is not None else None
    if jpeg is not None:
        ledger.add_side_row("photo_thumbs", {"photo_id": row.id, "jpeg": jpeg})
    flag(row, ledger, *told_flags(row))
    return await_bytes(row, ledger, author)


def told_flags(row: Row) -> list[str]:
    """What the phone itself says of how the picture came about. Both its clocks are one clock."""
    told = ["gallery"] if row.body.get("taken") == "gallery" else []
    exif_at = row.body.get("exif_at")
    if exif_at is None:
        return [*told, "no_exif_time"] if was_read(row) else told
    is_older = row.captured_at - lag_of(row) - exif_at > OLDER_MS
    return [*told, "older_than_visit"] if is_older else told


def was_read(row: Row) -> bool:
    """Whether the phone looked at the file before it drew it anew; older ones do not."""
    return row.body.get("taken") == "camera" or row.body.get("original_sha256") is not None


def got_at(row: Row) -> int:
    """When the phone got it, in ms: never later than it was told of."""
    return row.at - lag_of(row)


def lag_of(row: Row) -> int:
    return 1000 * int(row.body.get("lag_s") or 0)


def flag(row: Row, ledger: Ledger, *more: str) -> None:
    """Adds to the photo's flags; a photo without any has no such field."""
    flags = row.body.get("flags", [])
    fresh = [one for one in more if one not in flags]
    if fresh:
        ledger.change(row, flags=[*flags, *fresh])


def await_bytes(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    row.body = {**row.body, "state": "pending", "reason": None}
    ledger.schedule(CHECK, row.id, ledger.now)
    return None


def settle(fact: Row, blob: Blob | Tape | None, ledger: Ledger) -> None:
    """Says on the fact what became of its bytes. Safe to repeat, in whichever order they came.

    Bytes with another hash than the fact's are somebody's mistake and decide nothing.
    """
    if blob is None or blob.sha256 != fact.body["sha256"] or fact.deleted:
        return
    state = "stored" if blob.reason is None else "refused"
    ledger.change(fact, state=state, reason=blob.reason)
    if fact.entity == "photo" and state == "stored" and "code" not in fact.body:
        code = code_of(ledger.org, fact.id)
        ledger.change(fact, code=code)
        ledger.claim(CODE_KEY, code, fact)
