"""Whose data was kept for longer than customers were promised: proposed to be erased, by a person.
Pure; phones of managers make the same list by themselves.

What somebody does about an open lead counts like a contact; one that nobody touches keeps nobody.
"""

from calendar import monthrange
from datetime import UTC, datetime

import msgspec


class Kept(msgspec.Struct):
    """What of a customer's body decides, and what names them. Times in ms."""

    store_id: str = ""
    last_contact_at: int | None = None
    created_at: int | None = None
    next_at: int | None = None
    name: str | None = None
    salutation: str | None = None
    phone: str | None = None


class Moved(msgspec.Struct):
    """What of an open lead's body somebody did."""

    accepted_at: int | None = None
    contacted_at: int | None = None
    attempts: list[int] | None = None


def moved_at(lead: Moved, began_at: int) -> int:
    return max(began_at, lead.accepted_at or 0, lead.contacted_at or 0, *(lead.attempts or ()))


def silent_since(told: Kept, touched_at: int) -> int:
    """`touched_at`: the last arrival, and the last move of an open lead; 0 where there is none."""
    return max(told.last_contact_at or 0, told.created_at or 0, touched_at)


def is_overdue(told: Kept, touched_at: int, months: int, now: int) -> bool:
    """An appointment to come keeps somebody, too."""
    return (
        silent_since(told, touched_at) <= months_before(now, months) and (told.next_at or 0) < now
    )


def months_before(now: int, months: int) -> int:
    """The same day so many months earlier, in UTC; of a month that has no such day, its last."""
    seconds, ms = divmod(now, 1000)
    then = datetime.fromtimestamp(seconds, UTC)
    year, month = divmod(then.year * 12 + then.month - 1 - months, 12)
    day = min(then.day, monthrange(year, month + 1)[1])
    return int(then.replace(year=year, month=month + 1, day=day).timestamp()) * 1000 + ms
