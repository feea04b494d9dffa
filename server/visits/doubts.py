"""What the visits before say about this one. Nothing here refuses anything. Pure.

The rules find those visits by hard keys: the author's last one, the last one with exactly this
position, the last one from this phone. A push loads them all at once.
"""

from collections.abc import Iterator
from typing import Any

from server.clock import HOUR_MS
from server.stores.geodesy import Point, distance_m, point_of, to_wgs84
from sync import Key, Ledger, Row

LAST_VISIT = "last_visit"
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
    return [(LAST_VISIT, staff_id)]


def spell(fields: dict[str, Any]) -> str:
    """As received, with its accuracy: two readings of a receiver hardly agree in all three."""
    return " ".join(str(fields[field]) for field in READING)


def find_doubts(row: Row, ledger: Ledger) -> Iterator[str]:
    body = row.body
    if is_too_fast(row, find_held(ledger, LAST_VISIT, row.author or "")):
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


def is_too_fast(row: Row, before: Row | None) -> bool:
    here, there = place_of(row), place_of(before) if before else None
    if here is None or there is None or before is None:
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
    """For the visits to come. A key that nobody loaded may be another's: it is left alone."""
    keys = keys_in(row.body)
    held = find_held(ledger, LAST_VISIT, row.author or "")
    if place_of(row) is not None and (held is None or held.at <= row.at):
        keys += key_of(row.author or "")
    for kind, value in keys:
        if ledger.has_key((kind, value)):
            ledger.claim(kind, value, row)
