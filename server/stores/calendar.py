"""Store time: when a store is open, and how its clock runs while it is.

Every instant is milliseconds UTC, every duration is seconds of store time. Nothing here ticks: a
question is answered by walking the opening spans of the days it touches, and over long times by
counting whole weeks. A store that does not open within HORIZON_DAYS is a fact to report, not an
error to raise: the answer is then `None`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from server.clock import DAY_MS, MINUTE_MS
from server.stores.public_holidays import CHINA, SUNDAY, days_from, holidays_of

HORIZON_DAYS = 400
DAY_MIN = 1440
WEEK_MIN = 7 * DAY_MIN
WEEK_MS = 7 * DAY_MS
LAST_MS = int(datetime(9990, 1, 1, tzinfo=UTC).timestamp()) * 1000
"""Nine years before `datetime` ends: from here one can still count on."""

HolidayRule = Literal["usual", "sunday", "closed"]
MakeUpRule = Literal["usual", "weekday"]

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

    On public holidays of `country` the store has the hours of that weekday (`usual`), those of a
    Sunday, or none. A weekend on which offices work in exchange is a weekend (`usual`) or has the
    hours of the weekday it stands in for (`weekday`). Closures and openings beat both.
    """

    zone: ZoneInfo
    hours: tuple[tuple[Shift, ...], ...]
    closures: frozenset[date] = frozenset()
    openings: Mapping[date, tuple[Shift, ...]] | None = None
    country: str = CHINA
    holiday_rule: HolidayRule = "usual"
    make_up_rule: MakeUpRule = "usual"

    def is_open(self, at: int) -> bool:
        return self.next_opening(at) == at

    def next_opening(self, at: int) -> int | None:
        """The first instant from `at` on at which the store is open: `at` itself if it is now."""
        return next((start for start, _ in self._spans(at)), None)

    def closes_at(self, at: int) -> int | None:
        """When the present opening ends (or the next one, if closed). None: it never does."""
        closing, limit = None, at + HORIZON_DAYS * DAY_MS
        for start, end in self._spans(self._skip_open_weeks(at, limit)):
            if closing is not None and start > closing:
                return closing
            if end > limit:
                return None
            closing = end
        return closing

    def ends_day(self, at: int) -> int:
        """When whoever worked at this instant goes home: the last closing of its day, a night that
        began the day before included; where none is left, the midnight that ends the day."""
        day = self.date_at(at)
        spans = [*self._spans_of(day - timedelta(days=1)), *self._spans_of(day)]
        closings = [end for _, end in spans if end > at]
        return max(closings, default=self._instant(day, DAY_MIN))

    def add(self, at: int, seconds: int) -> int | None:
        """The instant when `seconds` of store time have passed since `at`."""
        left = seconds * 1000
        if left <= 0:
            return at
        while left > self._week_ms and (gained := self._open_in_week(at)) < left:
            # An empty week may be the first of many: go where the next opening is.
            opening = at + WEEK_MS if gained else self.next_opening(at)
            if opening is None:
                return None
            at, left = opening, left - gained
        for start, end in self._spans(at):
            if end - start >= left:
                return start + left
            left -= end - start
        return None

    def elapsed(self, start: int, end: int) -> int:
        """Whole seconds of store time between two instants; 0 if `end` is not after `start`."""
        passed = 0
        while start + WEEK_MS <= end:
            passed += self._open_in_week(start)
            start += WEEK_MS
        return (passed + self._open_between(start, end)) // 1000

    def weekday_on(self, day: date) -> int | None:
        """Whose hours a day has, where it has none of its own; None if the store rests."""
        if self._keeps_no_holidays:
            return day.weekday()
        known = holidays_of(self.country)
        worked_for = known.works_for(day) if self.make_up_rule == "weekday" else None
        if worked_for is not None:
            return worked_for.weekday()
        if self.holiday_rule == "usual" or not known.is_holiday(day):
            return day.weekday()
        return SUNDAY if self.holiday_rule == "sunday" else None

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """Those that begin on this day."""
        if self.openings and day in self.openings:
            return self.openings[day]
        weekday = None if day in self.closures else self.weekday_on(day)
        return () if weekday is None else self.hours[weekday]

    def date_at(self, at: int) -> date:
        """The day on the store's wall."""
        return local_at(at, self.zone).date()

    # Weeks

    def _open_in_week(self, at: int) -> int:
        """Milliseconds open in the seven days from `at` on."""
        if self._is_plain_week(at):
            return self._week_ms
        return self._open_between(at, at + WEEK_MS)

    def _skip_open_weeks(self, at: int, limit: int) -> int:
        """A later instant of the same opening, or `at`: a store may be open round the clock."""
        if self._week_ms < WEEK_MS:
            return at
        opened = first = self.next_opening(at) or at
        while opened <= limit and self._open_in_week(opened) == WEEK_MS:
            opened += WEEK_MS
        # It may close as the last of the weeks ends; just before, it is open.
        return opened - 1 if opened > first else at

    def _is_plain_week(self, at: int) -> bool:
        """Nothing in it but the weekly hours, and no clock is put forward or back."""
        local = local_at(at, self.zone)
        before, after = local - timedelta(days=2), local + timedelta(days=8)
        if before.utcoffset() != after.utcoffset():
            return False
        first, last = before.date() + timedelta(days=1), after.date()
        dated = self._dated_days
        if bisect_left(dated, first) != bisect_right(dated, last):
            return False
        if self._keeps_no_holidays:
            return True
        return all(self.weekday_on(day) == day.weekday() for day in days_from(first, last))

    @cached_property
    def _dated_days(self) -> list[date]:
        return sorted({*self.closures, *(self.openings or {})})

    @property
    def _keeps_no_holidays(self) -> bool:
        return self.holiday_rule == self.make_up_rule == "usual"

    @cached_property
    def _week_ms(self) -> int:
        """Milliseconds open in a week that has nothing but the weekly hours."""
        passed, reached = 0, 0
        for opens, closes in week_of(self.hours):
            passed += max(0, closes - max(opens, reached))
            reached = max(reached, closes)
        return passed * MINUTE_MS

    # Days

    def _open_between(self, start: int, end: int) -> int:
        passed = 0
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            passed += min(closes, end) - opens
        return passed

    def _spans(self, at: int) -> Iterator[Span]:
        """What is open from `at` on, in order and without overlaps; neighbours may touch."""
        day = self.date_at(at) - timedelta(days=1)
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
            (self._instant(day, opens), self._instant(day, closing_of(opens, closes)))
            for opens, closes in self.shifts_on(day)
        ]
        return sorted(span for span in spans if span[0] < span[1])

    def _instant(self, day: date, minute: int) -> int:
        days, rest = divmod(minute, DAY_MIN)
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        local = (local + timedelta(days=days)).replace(hour=rest // 60, minute=rest % 60)
        return int(local.astimezone(UTC).timestamp()) * 1000


def local_at(at: int, zone: ZoneInfo) -> datetime:
    """What a wall there shows. A slip of the finger books an appointment in a year that no calendar
    has: it is as far off as any."""
    return datetime.fromtimestamp(min(at, LAST_MS) / 1000, zone)


def midnight(day: date, zone: ZoneInfo) -> int:
    """When the day begins by this wall, in ms."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def calendar_of(store: Mapping[str, Any]) -> Calendar:
    """The calendar in a store row's body: `zone`, `hours`, `closures`, `openings`."""
    openings = store.get("openings") or {}
    return Calendar(
        zone=ZoneInfo(store["zone"]),
        hours=tuple(_shifts(day) for day in store["hours"]),
        closures=frozenset(map(date.fromisoformat, store.get("closures") or ())),
        openings={date.fromisoformat(day): _shifts(shifts) for day, shifts in openings.items()},
        country=store.get("country") or CHINA,
        holiday_rule=store.get("holiday_rule") or "usual",
        make_up_rule=store.get("make_up_rule") or "usual",
    )


def promise(calendar: Calendar, received_at: int, patience_s: int) -> int | None:
    """When a customer received at `received_at` will have been answered at the latest."""
    return calendar.add(received_at, patience_s)


def _shifts(pairs: list[list[int]]) -> tuple[Shift, ...]:
    return tuple((opens, closes) for opens, closes in pairs)


def week_of(hours: tuple[tuple[Shift, ...], ...]) -> list[Span]:
    """Every shift of a week in minutes since its Monday, in order; what runs over its end is at
    its beginning."""
    spans = []
    for weekday, shifts in enumerate(hours):
        for opens, closes in shifts:
            first, last = weekday * DAY_MIN + opens, weekday * DAY_MIN + closing_of(opens, closes)
            spans += [(first, min(last, WEEK_MIN)), (0, max(0, last - WEEK_MIN))]
    return sorted(spans)


def closing_of(opens: int, closes: int) -> int:
    return closes if closes > opens else closes + DAY_MIN
