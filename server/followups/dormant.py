"""Customers who were not heard of for a week: listed each Monday at nine by the store's wall, which
is always before any of them goes back to the pool. Pure; phones make the same list by themselves.

Without consent to marketing nobody is ever on it.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from server.clock import DAY_MS
from server.stores.calendar import Calendar

SILENT_MS = 7 * DAY_MS
LISTED = time(9)


class Told(msgspec.Struct):
    """What of a customer's body decides. Times in ms."""

    owner_id: str | None = None
    store_id: str = ""
    marketing: bool = False
    last_contact_at: int | None = None
    created_at: int | None = None
    next_at: int | None = None


def listed_at(now: int, zone: ZoneInfo) -> int:
    """The Monday's nine o'clock of this week, in ms, which may be still to come."""
    day = datetime.fromtimestamp(now / 1000, zone).date()
    monday = day - timedelta(days=day.weekday())
    return int(datetime.combine(monday, LISTED, zone).timestamp()) * 1000


def opens_week(calendar: Calendar, now: int) -> bool:
    """Whether this is the first day of the week on which the store opens."""
    monday = listed_at(now, calendar.zone) - LISTED.hour * DAY_MS // 24
    opening = calendar.next_opening(monday)
    return opening is not None and calendar.date_at(opening) == calendar.date_at(now)


def is_dormant(told: Told, at: int) -> bool:
    """An effective contact, or an appointment to come, is what keeps somebody off the list."""
    if not told.marketing or not told.owner_id or (told.next_at or 0) > at:
        return False
    heard_at = told.last_contact_at or told.created_at or 0
    return at - heard_at >= SILENT_MS


def count_dormant(customers: Iterable[Told], store_id: str, at: int) -> Counter[str]:
    """By owner."""
    own = (told for told in customers if told.store_id == store_id and is_dormant(told, at))
    return Counter(told.owner_id for told in own if told.owner_id)
