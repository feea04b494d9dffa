"""What the visits before say about this one. Nothing here refuses anything. Pure.

The rules find those visits by hard keys: the author's last ones, the last one with exactly this
position, the last one from this phone. A push loads them all at once.
"""

from collections.abc import Iterator
from typing import Any

from server.clock import HOUR_MS
from server.stores.geodesy import Point, distance_m, point_of, to_wgs84
from sync import Key, Ledger, Row

LAST_VISIT = "last_visit"
"""The author's last one that was not too fast."""
VISIT_BEFORE = "visit_before"
"""The one before that, for when the last is taken back."""
FAST_VISIT = "fast_visit"
"""The author's last one that was."""
SAME_POINT = "visit_point"
SAME_PHONE = "visit_handset"

JUMP_LEAST_M = 1_000
TRAIN_KMH, PLANE_KMH, PLANE_FROM_M = 350, 1_000, 400_000
"""As the crow flies: nothing on the ground is faster, and nothing flies short ways."""
PHONE_PASSES_ON_MS = 12 * HOUR_MS
READING = ("lat", "lng", "accuracy_m")


def keys_in(fields: dict[str, Any]) -> list[Key]:
    """Of a position and of the phone it came from."""
    keys: list[Key] = []
    if all(fields.get(field) is not None for field in READING):
        keys.append((SAME_POINT, spell(fields)))
    if fields.get("handset"):
        keys.append((SAME_PHONE, fields["handset"]))
    return keys


def key_of(staff_id: str) -> list[Key]:
    return [(kind, staff_id) for kind in (LAST_VISIT, VISIT_BEFORE, FAST_VISIT)]


def spell(fields: dict[str, Any]) -> str:
    """As received, with its accuracy: two readings of a receiver hardly agree in all three."""
    return " ".join(str(fields[field]) for field in READING)


def find_doubts(row: Row, ledger: Ledger) -> Iterator[str]:
    body = row.body
    if is_too_fast(row, ledger):
        yield "too_fast"
    if body.get("lat") is not None:
        if body["accuracy_m"] == 0:
            yield "too_exact"
        same = find_held(ledger, SAME_POINT, spell(body))
        # One reading may stand for two check-ins of one person; two readings are never alike.
        if same and (same.author, same.body["fix_at"]) != (row.author, body["fix_at"]):
            yield "same_point"
    other = find_held(ledger, SAME_PHONE, body["handset"]) if body.get("handset") else None
    if other and other.author != row.author and abs(row.at - other.at) < PHONE_PASSES_ON_MS:
        yield "shared_device"


def find_held(ledger: Ledger, kind: str, value: str) -> Row | None:
    """A key that nobody loaded, of content that is judged again, names nothing."""
    held = ledger.key(kind, value) if ledger.has_key((kind, value)) else None
    return held if held is not None and not held.body.get("void") else None


def is_too_fast(row: Row, ledger: Ledger) -> bool:
    """For the author's last visit. One that was too fast itself does not count: a single wrong
    reading is no reason to doubt the next. But if this one fits that, and is later, the two bear
    each other out, and it is the one before them that was wrong."""
    last, fast = find_last(row, ledger), find_held(ledger, FAST_VISIT, row.author or "")
    if last is None or not outruns(row, last):
        return False
    return fast is None or fast.at < last.at or outruns(row, fast)


def find_last(row: Row, ledger: Ledger) -> Row | None:
    author = row.author or ""
    return find_held(ledger, LAST_VISIT, author) or find_held(ledger, VISIT_BEFORE, author)


def outruns(row: Row, before: Row) -> bool:
    here, there = place_of(row), place_of(before)
    if here is None or there is None:
        return False
    doubt_m = row.body["accuracy_m"] + before.body["accuracy_m"]
    way_m = distance_m(here, there) - doubt_m
    kmh = PLANE_KMH if way_m > PLANE_FROM_M else TRAIN_KMH
    hours = abs(row.at - before.at) / HOUR_MS
    return bool(way_m > JUMP_LEAST_M and way_m / 1000 > kmh * hours)


def place_of(row: Row) -> Point | None:
    """Where a visit was, in WGS-84; None where nobody knows any more, or exactly enough."""
    if row.body.get("lat") is None or row.body.get("rounded"):
        return None
    return to_wgs84(point_of(row.body), row.body.get("datum") or "wgs84")


def remember(row: Row, ledger: Ledger) -> None:
    """For the visits to come."""
    for kind, value in keys_in(row.body):
        take(kind, value, row, ledger)
    author = row.author or ""
    if place_of(row) is None:
        return
    if "too_fast" in row.body["reasons"]:
        take_if_later(FAST_VISIT, author, row, ledger)
        return
    last = find_last(row, ledger)
    if take_if_later(LAST_VISIT, author, row, ledger) and last is not None:
        take(VISIT_BEFORE, author, last, ledger)


def take_if_later(kind: str, author: str, row: Row, ledger: Ledger) -> bool:
    held = find_held(ledger, kind, author)
    is_later = held is None or held.at <= row.at
    if is_later:
        take(kind, author, row, ledger)
    return is_later


def take(kind: str, value: str, row: Row, ledger: Ledger) -> None:
    """A key that nobody loaded may be another's: it is left alone."""
    if ledger.has_key((kind, value)):
        ledger.claim(kind, value, row)
