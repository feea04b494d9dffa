"""Store time over years with holidays, make-up days and closures, against a model that looks at
every minute."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.stores.calendar import Calendar, calendar_of
from tests.server.test_public_holidays import resting

pytestmark = pytest.mark.slow

MINUTE = 60_000
QUARTER = 15
FIRST, DAYS = date(2025, 9, 1), 500
BEGIN = int(datetime(2025, 9, 3, tzinfo=UTC).timestamp()) * 1000
MINUTES = (DAYS - 6) * 1440
STANDS_IN = {
    "2025-09-28": 1, "2025-10-11": 2, "2026-01-04": 4, "2026-02-14": 4, "2026-02-28": 0,
    "2026-05-09": 1, "2026-09-20": 1, "2026-10-10": 2,
}  # fmt: skip
ZONES = ["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"]


def is_plain(minute: int) -> bool:
    """What a wall shows twice in autumn is either of two moments, and no store says which: no shift
    begins or ends in there."""
    return not 60 < minute < 180


opens, closes = (st.integers(0, latest).filter(is_plain) for latest in (1439, 1440))
shifts = st.lists(st.tuples(opens, closes).map(list), min_size=0, max_size=2)
full_days = st.sampled_from([[[0, 1440]], [[0, 0]], [[600, 600]], [[600, 1320]], [[1320, 120]]])
weeks = st.one_of(
    st.lists(st.one_of(shifts, full_days), min_size=7, max_size=7),
    full_days.map(lambda day: [day] * 7),
)
days = st.integers(0, DAYS - 1).map(lambda n: (FIRST + timedelta(days=n)).isoformat())
rests = st.tuples(st.integers(0, DAYS - 1), st.integers(1, 30)).map(
    lambda rest: [(FIRST + timedelta(days=rest[0] + n)).isoformat() for n in range(rest[1])]
)
stores = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(ZONES),
        "hours": weeks,
        "closures": st.lists(rests, max_size=3).map(lambda several: sum(several, [])),
        "openings": st.dictionaries(days, shifts, max_size=4),
        "holiday_rule": st.sampled_from(["usual", "sunday", "closed"]),
        "make_up_rule": st.sampled_from(["usual", "weekday"]),
    }
)
instants = st.integers(0, MINUTES - 30 * 1440)


class Model:
    """A byte for every minute from BEGIN on, and how many were open before it."""

    def __init__(self, body: dict[str, Any]) -> None:
        by_day = {FIRST + timedelta(days=n): day_of(body, n) for n in range(DAYS)}
        self.open = bytearray()
        for day, before, minute in walls(body["zone"]):
            now = by_day[day][minute : minute + QUARTER]
            late = by_day[before][minute + 1440 : minute + 1440 + QUARTER]
            # As numbers: one step for a quarter of an hour.
            either = int.from_bytes(now, "big") | int.from_bytes(late, "big")
            self.open += either.to_bytes(QUARTER, "big")
        self.before = [0, *accumulate(self.open)]

    def elapsed(self, start: int, end: int) -> int:
        return self.before[end] - self.before[start]

    def next_open(self, start: int) -> int | None:
        found = self.open.find(1, start)
        return None if found < 0 else found

    def closes(self, start: int) -> int | None:
        opened = self.open.find(1, start)
        closed = self.open.find(0, opened) if opened >= 0 else -1
        return None if closed < 0 else closed

    def after(self, start: int, minutes: int) -> int | None:
        """The first minute before which so many were open."""
        wanted = self.before[start] + minutes
        if wanted > self.before[-1]:
            return None
        low, high = start, len(self.open)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.before[middle] >= wanted else (middle + 1, high)
        return low


@cache
def walls(name: str) -> list[tuple[date, date, int]]:
    """For every quarter of an hour the day on the wall, the one before, and the minute.

    A wall never jumps within a quarter of an hour, in these zones and years.
    """
    zone, a_day = ZoneInfo(name), timedelta(days=1)
    begins = range(BEGIN // 1000, BEGIN // 1000 + MINUTES * 60, QUARTER * 60)
    shown = [datetime.fromtimestamp(at, zone) for at in begins]
    return [(wall.date(), wall.date() - a_day, wall.hour * 60 + wall.minute) for wall in shown]


def day_of(body: dict[str, Any], nth: int) -> bytes:
    """The minutes of a day's own shifts, until the end of the day after."""
    minutes = bytearray(2 * 1440 + QUARTER)
    for opens, closes in shifts_on(body, FIRST + timedelta(days=nth)):
        until = closes if closes > opens else closes + 1440
        minutes[opens:until] = b"\1" * (until - opens)
    return bytes(minutes)


def shifts_on(body: dict[str, Any], day: date) -> list[list[int]]:
    text = day.isoformat()
    if text in body["openings"]:
        return list(body["openings"][text])
    if text in body["closures"]:
        return []
    if body["make_up_rule"] == "weekday" and text in STANDS_IN:
        return list(body["hours"][STANDS_IN[text]])
    if body["holiday_rule"] != "usual" and day in off():
        return list(body["hours"][6]) if body["holiday_rule"] == "sunday" else []
    return list(body["hours"][day.weekday()])


@cache
def off() -> set[date]:
    """Until the end of 2026. Of the days of 2027 that are tried, New Year's is certain."""
    return resting() | {date(2027, 1, n) for n in (1, 2, 3)}


def at(minute: int) -> int:
    return BEGIN + minute * MINUTE


@given(stores, instants, st.integers(1, 200 * 1440), st.integers(1, 40_000))
@settings(max_examples=40, deadline=None)
def test_arithmetic_agrees_with_counting_every_minute_of_a_year_and_more(
    body: dict[str, Any], start: int, long: int, wait: int
) -> None:
    calendar, model = calendar_of(body), Model(body)
    assert calendar.is_open(at(start)) == bool(model.open[start])
    end = min(start + long, MINUTES)
    assert calendar.elapsed(at(start), at(end)) == 60 * model.elapsed(start, end)
    opening = model.next_open(start)
    if opening is not None:
        assert calendar.next_opening(at(start)) == at(opening)
    due = model.after(start, wait)
    if due is not None:
        assert calendar.add(at(start), wait * 60) == at(due)
    closing = model.closes(start)
    if closing is not None and closing - start < 400 * 1440:
        assert calendar.closes_at(at(start)) == at(closing)


def test_the_model_knows_a_day_when_it_sees_one() -> None:
    """Held against dates that people know, so that it cannot be wrong in the same way."""
    week = [[[600, 1320]]] * 5 + [[]] * 2
    rules = {"holiday_rule": "closed", "make_up_rule": "weekday"}
    body = {"zone": "Asia/Shanghai", "hours": week, "closures": [], "openings": {}, **rules}
    model, hours = Model(body), {}
    for day in range(1, 12):
        midnight = (int(datetime(2026, 10, day, tzinfo=UTC).timestamp()) * 1000 - BEGIN) // MINUTE
        hours[day] = model.elapsed(midnight - 480, midnight + 960) // 60
    assert hours == {**dict.fromkeys(range(1, 8), 0), 8: 12, 9: 12, 10: 12, 11: 0}


def test_an_hour_that_clocks_skip_or_repeat_lies_in_the_week_it_lies_in() -> None:
    """A week of real time in which clocks change does not end at the hour at which it began."""
    berlin = ZoneInfo("Europe/Berlin")
    calendar = calendar_of({"zone": "Europe/Berlin", "hours": [[[600, 1320]]] * 7})
    for begin, open_h in ((datetime(2026, 3, 23, 12), 85), (datetime(2026, 10, 19, 12), 83)):
        start = int(begin.replace(tzinfo=berlin).timestamp()) * 1000
        assert calendar.elapsed(start, start + 7 * 86_400_000) == open_h * 3600
        assert calendar.elapsed(start, start + 70 * 86_400_000) == (10 * 84 + open_h - 84) * 3600


def test_time_that_ends_with_a_longer_week_ends_at_its_closing() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    opening = {"2026-03-04": [[480, 1320]]}  # two hours more
    calendar = calendar_of({"zone": zone.key, "hours": [[[600, 1320]]] * 7, "openings": opening})
    monday = int(datetime(2026, 3, 2, tzinfo=zone).timestamp()) * 1000
    sunday = int(datetime(2026, 3, 8, 22, tzinfo=zone).timestamp()) * 1000
    assert calendar.add(monday, 86 * 3600) == sunday


# --- what long times cost ------------------------------------------------------------------------


class Noted(dict[date, Any]):
    """Days of their own, far ahead, that remember how often a day was looked up among them."""

    def __init__(self) -> None:
        super().__init__({date(2040, 1, 1): ()})
        self.looks = 0

    def __contains__(self, day: object) -> bool:
        self.looks += 1
        return super().__contains__(day)


@pytest.fixture
def noted() -> Noted:
    return Noted()


def mall(noted: Noted, zone: str = "Asia/Shanghai", **other: Any) -> Calendar:
    made = calendar_of({"zone": zone, "hours": [[[600, 1320]]] * 7, **other})
    return replace(made, openings=noted)


def test_a_year_of_a_plain_week_is_multiplied_and_not_walked(noted: Noted) -> None:
    assert mall(noted).elapsed(at(0), at(364 * 1440)) == 364 * 12 * 3600
    assert mall(noted).add(at(0), 364 * 12 * 3600) is not None
    assert noted.looks < 30


def test_a_closure_is_walked_around_and_nothing_else(noted: Noted) -> None:
    calendar = mall(noted, closures=["2026-03-03"])
    assert calendar.elapsed(at(0), at(364 * 1440)) == 363 * 12 * 3600
    assert noted.looks < 45


def test_a_store_open_round_the_clock_is_known_at_once_to_stay_open(noted: Noted) -> None:
    for zone in ("Asia/Shanghai", "Europe/Berlin"):
        assert mall(noted, zone, hours=[[[0, 1440]]] * 7).closes_at(at(0)) is None
    assert noted.looks < 150


def test_a_store_open_round_the_clock_may_close_whole_weeks_after_it_opened() -> None:
    week, zone = [[[0, 1440]]] * 7, ZoneInfo("Asia/Shanghai")
    body = {"zone": zone.key, "hours": week, "holiday_rule": "closed"}
    golden = int(datetime(2025, 10, 1, 12, tzinfo=zone).timestamp()) * 1000
    closing = int(datetime(2026, 1, 1, tzinfo=zone).timestamp()) * 1000
    assert calendar_of(body).closes_at(golden) == closing


def test_a_store_open_round_the_clock_closes_for_a_holiday_months_ahead(noted: Noted) -> None:
    calendar = mall(noted, hours=[[[0, 1440]]] * 7, holiday_rule="closed")
    closing = calendar.closes_at(at(300 * 1440))
    assert closing is not None
    zone = ZoneInfo("Asia/Shanghai")
    assert datetime.fromtimestamp(closing / 1000, zone).isoformat()[:16] == "2026-09-25T00:00"
