"""When a lead that was contacted is to be touched again, by the customer's tier. Pure.

An untiered customer is treated as B. What was agreed with the customer goes before the rule, but
not before an A customer's first revisit and weekly deep talk.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.followups.steps import SKIPPED, is_effective
from server.leads.offers import stored
from server.stores.calendar import Calendar, calendar_of
from sync import Ledger, Row, derive_id

DAY_MS = 24 * 3600 * 1000
LEAD_MS = 3 * DAY_MS
FIRST_REVISIT_MS = DAY_MS
DEEP_TALK_MS = 7 * DAY_MS
MORNING = time(6)
"""Of a store that never closes, the day begins here; others open later."""

DIGEST = "digest"


def count_touch(held: Mapping[str, Any], told: Mapping[str, Any], at: int) -> dict[str, Any]:
    """What the cadence knows of a lead after this contact, in whatever order they come."""
    last_at = held.get("touched_at") or 0
    fields: dict[str, Any] = {"touches": (held.get("touches") or 0) + 1}
    fields["touched_at"] = max(last_at, at)
    if is_deep(told):
        fields["deep_at"] = max(held.get("deep_at") or 0, at)
    if at >= last_at:
        booked_at = told["revisit"].get("at") if told["revisit"]["result"] == "booked" else None
        fields["booked_at"] = booked_at if booked_at and booked_at > at else None
    return fields


UNTOUCHED: dict[str, Any] = {"touches": 0, "touched_at": None, "deep_at": None, "booked_at": None}


def is_deep(told: Mapping[str, Any]) -> bool:
    """Needs, proposal and objection all came up."""
    steps = ("needs", "proposal", "objection")
    return is_effective(told) and all(told[step]["result"] != SKIPPED for step in steps)


def due_after(lead: Mapping[str, Any], tier: str | None) -> int | None:
    """When the next touch is due, in ms; None while there was no contact."""
    touched_at, booked_at = lead.get("touched_at"), lead.get("booked_at")
    if touched_at is None:
        return None
    if tier != "A":
        return int(booked_at or touched_at + LEAD_MS)
    is_first = lead.get("touches") == 1
    revisit_at = touched_at + (FIRST_REVISIT_MS if is_first else LEAD_MS)
    talk_at = (lead.get("deep_at") or lead["contacted_at"]) + DEEP_TALK_MS
    return int(min(revisit_at, talk_at, booked_at or revisit_at))


def next_due(lead: Row, person: Row, calendar: Calendar) -> int | None:
    """As `due_after`; what falls due while the store is closed is due when it opens."""
    due_at = due_after(lead.body, person.body.get("tier"))
    return None if due_at is None else calendar.next_opening(due_at) or due_at


def plan_next(ledger: Ledger, lead: Row) -> None:
    """Says on the lead when it is due, and sees to it that somebody is told that morning."""
    store = stored(ledger, lead.body["store_id"])
    calendar = calendar_of(store.body)
    due_at = next_due(lead, stored(ledger, lead.root), calendar)
    ledger.change(lead, next_due_at=due_at)
    if due_at is not None:
        plan_digest(ledger, store, morning_for(calendar, due_at, ledger.now))


def morning_for(calendar: Calendar, due_at: int, now: int) -> int | None:
    """The opening of the day in which something falls due; tomorrow's if that has passed."""
    at = calendar.next_opening(morning_of(due_at, calendar.zone))
    if at is None or at > now:
        return at
    return calendar.next_opening(morning_of(now, calendar.zone, days=1))


def morning_of(at: int, zone: ZoneInfo, days: int = 0) -> int:
    day = datetime.fromtimestamp(at / 1000, zone).date() + timedelta(days=days)
    return int(datetime.combine(day, MORNING, zone).timestamp()) * 1000


def morning_begun(at: int, zone: ZoneInfo) -> int:
    """The last one that began: before six the day is yesterday's."""
    today = morning_of(at, zone)
    return today if today <= at else morning_of(at, zone, days=-1)


def plan_digest(ledger: Ledger, store: Row, at: int | None) -> None:
    """One deadline for each store and morning, however many leads ask for it."""
    if at is None:
        return
    id = derive_id("deadline", DIGEST, store.id, at)
    deadline = {"id": id, "kind": DIGEST, "subject_id": store.id, "due_at": at}
    ledger.add_side_row("deadlines", {**deadline, "fired_at": None, "cancelled_at": None})
