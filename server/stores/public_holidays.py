"""Public holidays and make-up working days, as the `holidays` package knows them.

Make-up days are known only for the years a government has published. A year without them is no
error: its holidays are computed, and `unknown_years` says what is missing.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import holidays

CHINA = "CN"
MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6


class Period(NamedTuple):
    """Days in a row on which offices rest for a public holiday."""

    first: date
    last: date
    name: str


class PublicHolidays:
    """Of one country. A country nobody knows has none."""

    def __init__(self, country: str, language: str | None = None) -> None:
        self._book: Any = {}
        if is_country(country):
            self._book = holidays.country_holidays(country, language=language)
        self._joins_weekends = country == CHINA
        self._exchanged = dict(exchanged_days(self._book))
        self._published = {rested.year for rested in self._exchanged.values()}

    def is_holiday(self, day: date) -> bool:
        """Lists leave out weekends. One between two days of a holiday belongs to it everywhere; in
        China, which announces holidays from day to day, one that only touches it does too."""
        if day in self._exchanged:
            return False
        if day in self._book or day.weekday() < SATURDAY:
            return day in self._book
        sides = (self._reaches(day, FRIDAY, -1), self._reaches(day, MONDAY, 1))
        return any(sides) if self._joins_weekends else all(sides)

    def works_for(self, day: date) -> date | None:
        """For a make-up working day: the working day that was given for it."""
        return self._exchanged.get(day)

    def unknown_years(self, first: date, last: date) -> list[int]:
        """The years of which nobody has said yet which weekends are worked."""
        if not self._published:
            return []
        years = range(max(first.year, min(self._published)), last.year + 1)
        return [year for year in years if year not in self._published]

    def periods(self, first: date, last: date) -> list[Period]:
        """The holidays that begin between two days, in order."""
        found: list[list[date]] = []
        for day in days_from(first, last):
            if self.is_holiday(day):
                if not found or found[-1][-1] != day - timedelta(days=1):
                    found.append([])
                found[-1].append(day)
        return [Period(days[0], days[-1], self._name(days)) for days in found]

    def make_up_days(self, first: date, last: date) -> list[date]:
        return sorted(day for day in self._exchanged if first <= day <= last)

    def _reaches(self, day: date, weekday: int, step: int) -> bool:
        """Whether a holiday lies on the way from a weekend day to the Friday or Monday beside it,
        with no day between on which offices work."""
        while day.weekday() != weekday:
            day += timedelta(days=step)
            if day in self._exchanged or day in self._book:
                return day not in self._exchanged
        return False

    def _name(self, days: list[date]) -> str:
        """What most of these days are called; days off in exchange have no name of their own."""
        exchanged = set(self._exchanged.values())
        named = [day for day in days if day in self._book]
        own = [self._book[day] for day in named if day not in exchanged]
        names = own or [self._book[day] for day in named]
        return str(Counter(names).most_common(1)[0][0])


@lru_cache(maxsize=64)
def holidays_of(country: str, language: str | None = None) -> PublicHolidays:
    return PublicHolidays(country, language)


@lru_cache(maxsize=1)
def known_countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=False))


def is_country(country: str) -> bool:
    return country in known_countries()


def exchanged_days(book: Any) -> Iterator[tuple[date, date]]:
    """Pairs of a weekend day that is worked and the working day that is free for it.

    The package notes them by the year of the free day: (month, day, month, day worked, its year).
    """
    for year, noted in getattr(book, "special_public_holidays", {}).items():
        for entry in noted if isinstance(noted[0], tuple) else (noted,):
            if len(entry) >= 4:
                worked_year = entry[4] if len(entry) > 4 else year
                yield date(worked_year, entry[2], entry[3]), date(year, entry[0], entry[1])


def days_from(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def language_of(country: str, tongue: str) -> str | None:
    """The package's name of a language (`zh_CN` for `zh`), if it has this country's days in it."""
    spoken = known_languages().get(country, [])
    return next((each for each in spoken if tongue and each.startswith(tongue)), None)


@lru_cache(maxsize=1)
def known_languages() -> dict[str, list[str]]:
    return holidays.list_localized_countries(include_aliases=False)
