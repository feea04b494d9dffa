"""Where a store is, and how far around it counts as being there: said as facts, so that who said
what, when and from where stays readable. A manager says it on the spot, with or without signal.
"""

from typing import Annotated, Any, Literal

import msgspec

from server.stores.geodesy import Datum, point_of, to_wgs84
from sync import Author, Entity, Ledger, Refusal, Row, desk_scope, scopes_of, staff_scope

COARSEST_STAND_M = 100
LEADERS = frozenset({"manager", "area", "admin"})

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Metres = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class StorePointFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A point as received, in degrees of `datum`, and where it was taken from; or the fence alone.

    `standing`: the middle of `fixes` readings of somebody who stood there, `accuracy_m` around it.
    """

    store_id: Id
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lng: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    datum: Datum = "wgs84"
    source: Literal["standing", "amap", "tencent", "baidu", "apple", "gps"] | None = None
    accuracy_m: Metres | None = None
    fixes: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    fence_m: Annotated[int, msgspec.Meta(ge=30, le=2000)] | None = None


def check(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    """Of a store that one leads. Where somebody stood is only taken from a fix that is good."""
    if author.role != "admin" and fields["store_id"] not in author.store_ids:
        return Refusal("forbidden")
    told = [field for field in ("lat", "lng", "source") if fields.get(field) is not None]
    if told and len(told) < 3:
        return Refusal("invalid", next(f for f in ("lat", "lng", "source") if f not in told))
    if not told and fields.get("fence_m") is None:
        return Refusal("invalid", "lat")
    if fields.get("source") == "standing":
        accuracy_m = fields.get("accuracy_m")
        if accuracy_m is None or accuracy_m > COARSEST_STAND_M:
            return Refusal("invalid", "accuracy_m")
    return None


def move_store(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """What is newer stands; an older one that comes late is history at once."""
    store, told = ledger.row(row.body["store_id"]), row.body
    if store is None or store.entity != "store":
        return Refusal("not_found", "store_id")
    if told.get("lat") is not None:
        lat, lng = to_wgs84(point_of(told), told.get("datum") or "wgs84")
        ledger.change(row, wgs84={"lat": lat, "lng": lng})
        if row.at >= store.body.get("point_at", 0):
            ledger.change(store, point={"lat": lat, "lng": lng}, point_at=row.at)
    if told.get("fence_m") is not None and row.at >= store.body.get("fence_at", 0):
        ledger.change(store, fence_m=told["fence_m"], fence_at=row.at)
    return None


def place(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(staff_scope(row.author or ""), desk_scope(root.id))


store_point = Entity(
    name="store_point",
    kind="fact",
    shape=StorePointFields,
    policies={"wgs84": "server"},
    create_roles=LEADERS,
    claim=True,
    parent=("store_id",),
    under=frozenset({"store"}),
    prepare=check,
    effects=move_store,
    place=place,
)
