"""What the server vouches for of a stored photo, gathered from rows for the mark and the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from server.db import Connection
from server.photos.rules import got_at
from server.rows import load
from sync import Ledger, Row

How = Literal["camera", "gallery", "older", "unsaid"]
Where = Literal["store", "home", "unsaid"]


@dataclass(frozen=True)
class Standing:
    """`at`, when the phone got it, by its corrected clock, `received_at` by ours, both in ms.
    `grade` and `visit_id` where the photo hangs on a visit. Only a visit is to a place: where
    `where` is not "store", the store is whose customer it is, and may be far away."""

    code: str
    where: Where
    store_name: str
    store_code: str
    zone: ZoneInfo
    rep_name: str
    at: int
    received_at: int
    how: How
    flags: tuple[str, ...]
    visit_id: str | None
    grade: str | None


async def stand(connection: Connection, org_id: str, photo: Row) -> Standing | None:
    """None of a photo that is not here whole, was taken back, or whose store is unknown."""
    if photo.deleted or photo.body.get("void") or not photo.body.get("code"):
        return None
    ledger = Ledger(org_id, 0, {})
    named = (photo.body["subject_id"], photo.author, photo.root)
    await load(connection, ledger, [id for id in named if id])
    subject, root = ledger.find(photo.body["subject_id"]), ledger.row(photo.root)
    store_id = store_of(each for each in (subject, root) if each)
    await load(connection, ledger, [store_id] if store_id else ())
    store = ledger.find(store_id)
    return standing_of(photo, subject, store, ledger.find(photo.author)) if store else None


def store_of(rows: Iterable[Row]) -> str | None:
    """The first that names one."""
    named = (row.id if row.entity == "store" else row.body.get("store_id") for row in rows)
    return next((store_id for store_id in named if store_id), None)


def standing_of(photo: Row, subject: Row | None, store: Row, author: Row | None) -> Standing:
    visit = subject if subject is not None and subject.entity == "visit" else None
    return Standing(
        code=photo.body["code"],
        where=where_of(visit),
        store_name=store.body["name"],
        store_code=store.body.get("code") or "",
        zone=ZoneInfo(store.body["zone"]),
        rep_name=author.body["name"] if author else "",
        at=got_at(photo),
        received_at=photo.received_at,
        how=how_of(photo),
        flags=tuple(photo.body.get("flags") or ()),
        visit_id=visit.id if visit else None,
        grade=grade_of(visit) if visit else None,
    )


def where_of(visit: Row | None) -> Where:
    if visit is None:
        return "unsaid"
    return "store" if visit.body.get("store_id") else "home"


def grade_of(visit: Row) -> str | None:
    """As it was judged; where a manager raised it, that it is their word: there may be no position
    at all."""
    return (
        "confirmed" if "confirmed" in (visit.body.get("reasons") or ()) else visit.body.get("grade")
    )


def how_of(photo: Row) -> How:
    flags, taken = photo.body.get("flags") or (), photo.body.get("taken")
    if "gallery" in flags:
        return "gallery"
    if "older_than_visit" in flags:
        return "older"
    return "camera" if taken == "camera" else "unsaid"
