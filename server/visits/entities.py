"""A visit: presence at a place, with evidence and a grade. A weak fix is shown, never refused."""

from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Any, Literal

import msgspec

from server.visits.walk_ins import walk_in
from sync import Author, Entity, Ledger, Refusal, Row, desk_scope, scopes_of, staff_scope

EARTH_RADIUS_M = 6_371_008.8
FENCE_M = 200
COARSEST_M = 500
OLDEST_FIX_MS = 10 * 60 * 1000

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Grade = Literal["verified", "plausible", "uncertain"]


class VisitFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """WGS-84 degrees; `accuracy_m` is the radius that holds the true place 95 times in 100;
    `fix_at` ms on the phone's clock."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lng: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]
    fix_at: Annotated[int, msgspec.Meta(ge=0, lt=1 << 52)]
    fix_source: Annotated[str, msgspec.Meta(max_length=20)]
    customer_id: Id | None = None
    store_id: Id | None = None
    note: Annotated[str, msgspec.Meta(max_length=500)] | None = None


def measure(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Distance and grade, from the store's place; a customer's home has none to compare with."""
    store = ledger.find(row.body.get("store_id"))
    place = store.body.get("point") if store else None
    fence = (store.body.get("fence_m") if store else None) or FENCE_M
    distance = distance_m(row.body, place) if place else None
    stale = row.captured_at - row.body["fix_at"] > OLDEST_FIX_MS
    grade = grade_fix(distance, row.body["accuracy_m"], fence, stale)
    ledger.change(row, distance_m=None if distance is None else round(distance), grade=grade)
    return None


def grade_fix(distance: float | None, accuracy: float, fence: float, stale: bool) -> Grade:
    """Verified if surely inside the fence, uncertain if surely outside or the fix proves little."""
    if stale or accuracy > COARSEST_M:
        return "uncertain"
    if distance is None:
        return "plausible"
    if distance + accuracy <= fence:
        return "verified"
    return "uncertain" if distance - 2 * accuracy > fence else "plausible"


def distance_m(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Along the sphere (haversine), good to half a percent; `lat` and `lng` in degrees."""
    lat1, lat2 = radians(one["lat"]), radians(other["lat"])
    across = sin((lat2 - lat1) / 2) ** 2
    along = sin(radians(other["lng"] - one["lng"]) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(across + cos(lat1) * cos(lat2) * along)))


def place(row: Row, root: Row) -> tuple[str, ...]:
    """With the customer's tree; a visit to a store is between the visitor and its manager."""
    if root.entity == "store":
        return scopes_of(staff_scope(row.author or ""), desk_scope(root.id))
    return root.scopes


visit = Entity(
    name="visit",
    kind="fact",
    shape=VisitFields,
    parent=("customer_id", "store_id"),
    under=frozenset({"customer", "store"}),
    references=("store_id",),
    effects=measure,
    correctable=frozenset({"note"}),
    place=place,
)
entities = [visit, walk_in]
