"""The lead clock: what falls due when a customer waits, in store time."""

from typing import Any, NamedTuple

from server.stores.calendar import Calendar

PATIENCE_S = 1800
FIRST_FOLLOW_UP_MS = 24 * 3600 * 1000
AFTER_OPENING_S = 3600

NUDGE, NEXT, WARN, MANAGER, AREA = 15, 20, 25, 30, 60
"""The rungs, in thirtieths of the store's patience: minutes where that is half an hour."""
PATIENCE = 30


class Ladder(NamedTuple):
    """When each rung of an unanswered lead is due: ms UTC, store time already applied."""

    offered_at: int
    nudge_at: int
    next_at: int
    warn_at: int
    escalate_at: int
    area_at: int


RUNGS = (
    ("nudge", "nudge_at"),
    ("next", "next_at"),
    ("warn", "warn_at"),
    ("manager", "escalate_at"),
    ("area", "area_at"),
)
"""The kind of deadline of each rung, and where the lead's clock says when it is due."""


def climb(
    calendar: Calendar, since: int, patience_s: int, put_off_s: int = 0, closed_s: int = 0
) -> Ladder | None:
    """The ladder of a lead whose clock starts at `since`, or at the opening that follows, and that
    was put off by so many seconds of store time. `closed_s`: how many of the first of them the
    store was closed, whatever its hours say of them today.

    None if the store does not open any more: nothing can fall due in its time.
    """
    begun = calendar.add(since, closed_s)
    start = calendar.next_opening(begun) if begun is not None else None
    later_s = put_off_s + closed_s
    after_s = [rung_s(rung, patience_s) + later_s for rung in (NUDGE, NEXT, WARN, MANAGER, AREA)]
    rungs = [calendar.add(since, seconds) for seconds in after_s]
    due = [at for at in (start, *rungs) if at is not None]
    return Ladder(*due) if len(due) == len(Ladder._fields) else None


def rung_s(rung: int, patience_s: int) -> int:
    """Whole seconds of store time until a rung; a store's patience need not divide by thirty."""
    return round(patience_s * rung / PATIENCE)


def first_follow_up_due(calendar: Calendar, received_at: int) -> int:
    """24 hours of wall time after receipt; if the store is closed then, an hour after it opens."""
    due = received_at + FIRST_FOLLOW_UP_MS
    opening = calendar.next_opening(due)
    if opening is None or opening == due:
        return due
    return calendar.add(opening, AFTER_OPENING_S) or due


def patience_of(store: dict[str, Any]) -> int:
    return int(store.get("patience_s") or PATIENCE_S)
