"""Office days: when headquarters work. Cadences, freezes and digests count these; no store does.

Monday to Friday, without public holidays, with the weekends that are worked in exchange.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from server.stores.public_holidays import CHINA, SATURDAY, days_from, holidays_of

NOBODY_RESTS: frozenset[date] = frozenset()


@dataclass(frozen=True)
class OfficeCalendar:
    """`leave`, where it is asked for: days on which the person in question does not work."""

    country: str = CHINA

    def is_working_day(self, day: date) -> bool:
        known = holidays_of(self.country)
        if known.works_for(day) is not None:
            return True
        return day.weekday() < SATURDAY and not known.is_holiday(day)

    def add_working_days(
        self, day: date, count: int, leave: Collection[date] = NOBODY_RESTS
    ) -> date:
        """The `count`-th working day after `day`; `day` itself if none is asked for."""
        while count > 0:
            day += timedelta(days=1)
            count -= self._counts(day, leave)
        return day

    def working_days(self, first: date, last: date, leave: Collection[date] = NOBODY_RESTS) -> int:
        """How many there are from `first` to `last`, both included."""
        return sum(self._counts(day, leave) for day in days_from(first, last))

    def unknown_years(self, first: date, last: date) -> list[int]:
        return holidays_of(self.country).unknown_years(first, last)

    def _counts(self, day: date, leave: Collection[date]) -> bool:
        return day not in leave and self.is_working_day(day)


def office_of(organisation: Mapping[str, Any]) -> OfficeCalendar:
    """The calendar in an organisation row's body: `country`, China where it names none."""
    return OfficeCalendar(organisation.get("country") or CHINA)
