"""Store time: when a store is open, and how its clock runs while it is.

Every instant is milliseconds UTC, every duration is seconds of store time. Nothing here ticks: a
question is answered by walking the opening spans of the days it touches. A store that does not open
within HORIZON_DAYS is a fact to report, not an error to raise: the answer is then `None`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

HORIZON_DAYS = 400
DAY_MIN = 1440

Shift = tuple[int, int]
Span = tuple[int, int]


@dataclass(frozen=True)
class Calendar:
    """Opening hours of one store.

    `hours` holds the shifts of Monday to Sunday in minutes after local midnight, opening included
    and closing not. A shift whose closing is not after its opening runs across midnight
    (22:00–02:00 is `(1320, 120)`), and 00:00–00:00 is a whole day. A date in `openings` has exactly
    the shifts given there, whatever the week and `closures` say. A shift that began before a closed
    day runs to its end.
    """

    zone: ZoneInfo
    hours: tuple[tuple[Shift, ...], ...]
    closures: frozenset[date] = frozenset()
    openings: Mapping[date, tuple[Shift, ...]] | None = None

    def is_open(self, at: int) -> bool:
        return self.next_opening(at) == at

    def next_opening(self, at: int) -> int | None:
        """The first instant from `at` on at which the store is open: `at` itself if it is now."""
        return next((start for start, _ in self._spans(at)), None)

    def closes_at(self, at: int) -> int | None:
        """When the present opening ends (or the next one, if closed). None: it never does."""
        closing, limit = None, at + HORIZON_DAYS * DAY_MIN * 60_000
        for start, end in self._spans(at):
            if closing is not None and start > closing:
                return closing
            if end > limit:
                return None
            closing = end
        return closing

    def add(self, at: int, seconds: int) -> int | None:
        """The instant when `seconds` of store time have passed since `at`."""
        left = seconds * 1000
        if left <= 0:
            return at
        for start, end in self._spans(at):
            if end - start >= left:
                return start + left
            left -= end - start
        return None

    def elapsed(self, start: int, end: int) -> int:
        """Whole seconds of store time between two instants; 0 if `end` is not after `start`."""
        passed = 0
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            passed += min(closes, end) - opens
        return passed // 1000

    def _spans(self, at: int) -> Iterator[Span]:
        """What is open from `at` on, in order and without overlaps; neighbours may touch."""
        day = datetime.fromtimestamp(at / 1000, self.zone).date() - timedelta(days=1)
        reached, empty_days = at, 0
        while empty_days <= HORIZON_DAYS:
            empty_days += 1
            for start, end in self._spans_of(day):
                if end > reached:
                    yield max(start, reached), end
                    reached, empty_days = end, 0
            day += timedelta(days=1)

    def _spans_of(self, day: date) -> list[Span]:
        spans = [
            (self._instant(day, opens), self._instant(day, _closing(opens, closes)))
            for opens, closes in self._shifts(day)
        ]
        return sorted(span for span in spans if span[0] < span[1])

    def _shifts(self, day: date) -> tuple[Shift, ...]:
        if self.openings and day in self.openings:
            return self.openings[day]
        return () if day in self.closures else self.hours[day.weekday()]

    def _instant(self, day: date, minute: int) -> int:
        days, rest = divmod(minute, DAY_MIN)
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        local = (local + timedelta(days=days)).replace(hour=rest // 60, minute=rest % 60)
        return int(local.astimezone(UTC).timestamp()) * 1000


def calendar_of(store: Mapping[str, Any]) -> Calendar:
    """The calendar in a store row's body: `zone`, `hours`, `closures`, `openings`."""
    openings = store.get("openings") or {}
    return Calendar(
        zone=ZoneInfo(store["zone"]),
        hours=tuple(_shifts(day) for day in store["hours"]),
        closures=frozenset(map(date.fromisoformat, store.get("closures") or ())),
        openings={date.fromisoformat(day): _shifts(shifts) for day, shifts in openings.items()},
    )


def promise(calendar: Calendar, received_at: int, patience_s: int) -> int | None:
    """When a customer received at `received_at` will have been answered at the latest."""
    return calendar.add(received_at, patience_s)


def _shifts(pairs: list[list[int]]) -> tuple[Shift, ...]:
    return tuple((opens, closes) for opens, closes in pairs)


def _closing(opens: int, closes: int) -> int:
    return closes if closes > opens else closes + DAY_MIN
