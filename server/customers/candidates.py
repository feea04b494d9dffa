"""Two records that may be one customer: a row for their managers, who decide (law 21)."""

from collections.abc import Mapping
from typing import Any, Literal

from server.customers.names import mask_name
from server.customers.phone import mask
from sync import Entity, Ledger, Row, Wanted, derive_id, desk_scope, scopes_of

Why = Literal["phone_taken", "shared_phone", "alike", "recycled", "unmerged"]


def suggest(ledger: Ledger, one: Row, other: Row, why: Why) -> Row | None:
    """Ask about these two, unless somebody was asked before; `one` is who brought it up."""
    asked = one.body.get("asked_ids") or []
    if other.id in asked or one.id in (other.body.get("asked_ids") or []):
        return ledger.own(pair_id(one.id, other.id))
    ledger.change(one, asked_ids=sorted([*asked, other.id]))
    id = pair_id(one.id, other.id)
    body = {
        "one": describe(one),
        "other": describe(other),
        "why": why,
        "state": "open",
        "decided_by": None,
        "decided_at": None,
    }
    return ledger.create("candidate", id, id, body)


def settle(ledger: Ledger, candidate: Row, state: str, by: str) -> None:
    ledger.change(candidate, state=state, decided_by=by, decided_at=ledger.now)


def pair_id(one_id: str, other_id: str) -> str:
    return derive_id("candidate", *sorted((one_id, other_id)))


def describe(row: Row) -> dict[str, Any]:
    """What a manager of either store may know of it: masked, whoever it belongs to."""
    body: Mapping[str, Any] = row.body
    return {
        "id": row.id,
        "store_id": body["store_id"],
        "owner_id": body.get("owner_id"),
        "name_masked": mask_name(body.get("name") or ""),
        "phone_masked": mask(body.get("phone") or ""),
    }


def place(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(*(desk_scope(row.body[side]["store_id"]) for side in ("one", "other")))


def name_pair(row: Row, stores: frozenset[str]) -> Wanted:
    return Wanted(ids=[row.body[side]["id"] for side in ("one", "other")])


candidate = Entity(name="candidate", kind="server", neighbours=name_pair, place=place)
