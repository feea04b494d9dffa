"""Who gets a lead, and why the others did not. Pure: rows in, a name and the reasons out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

ACTIVE = "active"


class Reason(NamedTuple):
    """Why a person was chosen (`owner`, `fairest`) or skipped (`left`, `leave`, `missed`,
    `not_accepting`, `other_store`)."""

    staff_id: str
    code: str


@dataclass(frozen=True)
class Candidate:
    """A person who might receive a lead. `received` and `last_at` are the store's turn counts."""

    staff_id: str
    name: str
    state: str
    accepts_leads: bool
    in_store: bool = True
    received: int = 0
    last_at: int = 0
    role: str = "rep"


class Assignment(NamedTuple):
    """`staff_id` is None if nobody is eligible; `reasons` is the reason card, chosen one first."""

    staff_id: str | None
    reasons: tuple[Reason, ...]


def route(
    candidates: Iterable[Candidate], owner_id: str | None, missed: Iterable[str]
) -> Assignment:
    """The known owner if eligible, else the person who has received least, then waited longest."""
    skipped_ids = frozenset(missed)
    people = list(candidates)
    codes = {person.staff_id: skip_code(person, skipped_ids) for person in people}
    skips = tuple(Reason(staff_id, code) for staff_id, code in codes.items() if code)
    eligible = [person for person in people if codes[person.staff_id] is None]
    if not eligible:
        return Assignment(None, skips)
    chosen = min(eligible, key=lambda person: _turn(person, owner_id))
    code = "owner" if chosen.staff_id == owner_id else "fairest"
    return Assignment(chosen.staff_id, (Reason(chosen.staff_id, code), *skips))


def skip_code(person: Candidate, missed: frozenset[str]) -> str | None:
    """Why this person cannot get the lead now; None if they can."""
    if person.state != ACTIVE:
        return "leave" if person.state == "leave" else "left"
    if not person.in_store:
        return "other_store"
    if not person.accepts_leads:
        return "not_accepting"
    return "missed" if person.staff_id in missed else None


def duty_chain(store: Mapping[str, Any], admins: Iterable[str]) -> list[str]:
    """Who a missed deadline is handed to, first to last: deputy, manager, area manager, admins."""
    named = [store.get("deputy_id"), store.get("manager_id"), store.get("area_id"), *admins]
    return list(dict.fromkeys(staff_id for staff_id in named if staff_id))


def level_of(store: Mapping[str, Any], staff_id: str) -> str:
    """The level of an escalation to this person: `manager`, `area` or `admin`."""
    if staff_id in (store.get("deputy_id"), store.get("manager_id")):
        return "manager"
    return "area" if staff_id == store.get("area_id") else "admin"


def _turn(person: Candidate, owner_id: str | None) -> tuple[bool, int, int, str]:
    return person.staff_id != owner_id, person.received, person.last_at, person.staff_id
