"""A visit: presence at a place, with evidence and a grade; its end; and a manager's word on it."""

from typing import Annotated, Any, Literal

import msgspec

from server.customers.shapes import Id
from server.stores.geodesy import Datum, Point, distance_m, from_gcj02, point_of, to_gcj02
from server.visits.code_checks import code_check
from server.visits.doubts import find_doubts, find_held, key_of, keys_in, place_of, remember
from server.visits.grading import FENCE_M, Evidence, judge
from server.visits.walk_ins import walk_in
from server.visits.walls import wall_key
from sync import Author, Entity, Ledger, Refusal, Row, desk_scope, scopes_of, staff_scope

BRIEF_MS = 2 * 60 * 1000
FIX = ("lat", "lng", "accuracy_m", "fix_at")

Note = Annotated[str, msgspec.Meta(max_length=500)]


class VisitFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The position in degrees of `datum`, as received; all of FIX or nothing. `accuracy_m` is the
    radius that holds the true place 95 times in 100; `fix_at` ms on the phone's clock. `wall_code`:
    what was scanned or typed of a code on the store's wall. `fix_source`: who gave the position
    (`gps`: asked for the best there is; `network`: for a coarse one), or why there is none
    (`denied`, `unavailable`, `timeout`, `not_asked`). `handset`: of the browser, at random;
    left out where the phone is the store's.
    """

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lng: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=10_000_000)] | None = None
    fix_at: Annotated[int, msgspec.Meta(ge=0, lt=1 << 52)] | None = None
    fix_source: Annotated[str, msgspec.Meta(max_length=20)] = "none"
    datum: Datum = "wgs84"
    wall_code: Annotated[str, msgspec.Meta(min_length=1, max_length=400)] | None = None
    handset: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")] | None = None
    customer_id: Id | None = None
    store_id: Id | None = None
    note: Note | None = None


class DepartureFields(msgspec.Struct, forbid_unknown_fields=True):
    """No position: that somebody came is asked for, where they went is not."""

    visit_id: Id


class AttestationFields(msgspec.Struct, forbid_unknown_fields=True):
    visit_id: Id
    choice: Literal["confirm", "doubt"]
    note: Note = ""


def check_fix(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    missing = [field for field in FIX if fields.get(field) is None]
    return Refusal("invalid", missing[0]) if 0 < len(missing) < len(FIX) else None


def measure(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Distance, grade and reasons. A customer's home has no place to compare with."""
    store = ledger.find(row.body.get("store_id"))
    evidence = weigh(row, store, ledger)
    grade, reasons = judge(evidence)
    distance = evidence.distance_m
    ledger.change(
        row,
        distance_m=None if distance is None else round(distance),
        grade=grade,
        reasons=reasons,
    )
    remember(row, ledger)
    return None


def weigh(row: Row, store: Row | None, ledger: Ledger) -> Evidence:
    body, here = row.body, place_of(row)
    held = store.body.get("point") if store else None
    target = point_of(held) if held else None
    return Evidence(
        distance_m=distance_m(here, target) if here and target else None,
        accuracy_m=body["accuracy_m"] if here else None,
        fence_m=(store.body.get("fence_m") if store else None) or FENCE_M,
        off_ms=row.captured_at - body["fix_at"] if here else 0,
        other_m=distance_otherwise(here, target) if here and target else None,
        wall=is_on_wall(body, ledger),
        doubts=tuple(find_doubts(row, ledger)),
    )


def distance_otherwise(here: Point, target: Point) -> float:
    """If the phone had given GCJ-02 unsaid, as some Chinese browsers do, or the store's point were
    from a map."""
    return min(distance_m(from_gcj02(here), target), distance_m(to_gcj02(here), target))


def is_on_wall(body: dict[str, Any], ledger: Ledger) -> bool | None:
    """None where nothing was scanned, or nobody looked it up."""
    code, store_id = body.get("wall_code"), body.get("store_id")
    key = wall_key(store_id, code) if code and store_id else None
    if key is None or not ledger.has_key(key):
        return None
    return find_held(ledger, *key) is not None


def add_reason(visit: Row, reason: str, ledger: Ledger, instead: tuple[str, ...] = ()) -> None:
    kept = [each for each in visit.body.get("reasons") or [] if each not in (reason, *instead)]
    ledger.change(visit, reasons=[*kept, reason])


def leave(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """The first one counts. By one phone's clock where both are of one phone."""
    visit = ledger.row(row.body["visit_id"])
    if visit is None or visit.entity != "visit":
        return Refusal("not_found", "visit_id")
    if visit.author != author.staff_id:
        return Refusal("forbidden")
    if visit.body.get("left_at") is not None:
        return None
    is_same = visit.device == row.device
    stayed = row.captured_at - visit.captured_at if is_same else row.at - visit.at
    ledger.change(visit, left_at=row.at, dwell_s=max(0, stayed) // 1000)
    if stayed < BRIEF_MS:
        add_reason(visit, "brief", ledger)
    return None


def attest(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """The last word counts; nobody has it on their own visit."""
    visit = ledger.row(row.body["visit_id"])
    if visit is None or visit.entity != "visit":
        return Refusal("not_found", "visit_id")
    if visit.author == author.staff_id:
        return Refusal("forbidden")
    is_sure = row.body["choice"] == "confirm"
    add_reason(
        visit, "confirmed" if is_sure else "doubted", ledger, instead=("confirmed", "doubted")
    )
    ledger.change(visit, grade="verified" if is_sure else "uncertain", attested_by=author.staff_id)
    return None


def place(row: Row, root: Row) -> tuple[str, ...]:
    """With the customer's tree; a visit to a store is between the visitor and its manager."""
    if root.entity == "store":
        return scopes_of(staff_scope(row.author or ""), desk_scope(root.id))
    return root.scopes


SERVER_FIELDS = ("distance_m", "grade", "reasons", "left_at", "dwell_s", "attested_by", "rounded")

visit = Entity(
    name="visit",
    kind="fact",
    shape=VisitFields,
    policies={field: "server" for field in SERVER_FIELDS},
    parent=("customer_id", "store_id"),
    under=frozenset({"customer", "store"}),
    references=("store_id",),
    keys=keys_in,
    own_keys=key_of,
    prepare=check_fix,
    effects=measure,
    correctable=frozenset({"note"}),
    place=place,
)
departure = Entity(
    name="departure",
    kind="fact",
    shape=DepartureFields,
    parent=("visit_id",),
    under=frozenset({"customer", "store"}),
    effects=leave,
    place=place,
)
attestation = Entity(
    name="attestation",
    kind="fact",
    shape=AttestationFields,
    create_roles=frozenset({"manager", "area", "admin"}),
    claim=True,
    parent=("visit_id",),
    under=frozenset({"customer", "store"}),
    effects=attest,
    place=place,
)
entities = [visit, departure, attestation, walk_in, code_check]
