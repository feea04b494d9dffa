"""When somebody is told in the morning of what falls due: once for each store and opening. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.stores.calendar import Calendar, calendar_of, local_at
from sync import Ledger, Row, derive_id

MORNING = time(6)
"""Of a store that never closes, the day begins here; others open later."""

DIGEST = "digest"


def morning_for(calendar: Calendar, due_at: int, now: int) -> int | None:
    """The opening of the day in which something falls due; tomorrow's if that has passed."""
    at = calendar.next_opening(morning_of(due_at, calendar.zone))
    if at is None or at > now:
        return at
    return calendar.next_opening(morning_of(now, calendar.zone, days=1))


def morning_of(at: int, zone: ZoneInfo, days: int = 0) -> int:
    day = local_at(at, zone).date() + timedelta(days=days)
    return int(datetime.combine(day, MORNING, zone).timestamp()) * 1000


def morning_begun(at: int, zone: ZoneInfo) -> int:
    """The last one that began: before six the day is yesterday's."""
    today = morning_of(at, zone)
    return today if today <= at else morning_of(at, zone, days=-1)


def plan_week(ledger: Ledger, store: Row) -> None:
    """The first opening of a week tells of the dormant, whether or not anything falls due."""
    calendar = calendar_of(store.body)
    today = datetime.fromtimestamp(ledger.now / 1000, calendar.zone).weekday()
    monday = morning_of(ledger.now, calendar.zone, days=7 - today)
    plan_digest(ledger, store, calendar.next_opening(monday))


def plan_digest(ledger: Ledger, store: Row, at: int | None) -> None:
    """One deadline for each store and morning, however many leads ask for it."""
    if at is None:
        return
    id = derive_id("deadline", DIGEST, store.id, at)
    deadline = {"id": id, "kind": DIGEST, "subject_id": store.id, "due_at": at}
    ledger.add_side_row("deadlines", {**deadline, "fired_at": None, "cancelled_at": None})
