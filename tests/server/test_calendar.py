"""Store time: opening hours, closures, and a clock that only runs while somebody can answer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.stores.calendar import Calendar, calendar_of, promise

pytestmark = pytest.mark.slow

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = 60_000
MALL_HOURS = [[[600, 1320]]] * 7  # 10:00–22:00 every day


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    """Milliseconds of a local wall time such as '2026-03-02 21:50'."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def store(**changes: Any) -> dict[str, Any]:
    body = {"zone": "Asia/Shanghai", "hours": MALL_HOURS, "closures": [], "openings": {}}
    return body | changes


def mall(**changes: Any) -> Calendar:
    return calendar_of(store(**changes))


def test_a_store_is_open_from_its_opening_until_just_before_its_closing() -> None:
    calendar = mall()
    assert not calendar.is_open(at("2026-03-02 09:59"))
    assert calendar.is_open(at("2026-03-02 10:00"))
    assert calendar.is_open(at("2026-03-02 21:59"))
    assert not calendar.is_open(at("2026-03-02 22:00"))


def test_a_customer_received_ten_minutes_before_closing_is_promised_twenty_past_opening() -> None:
    assert promise(mall(), at("2026-03-02 21:50"), 1800) == at("2026-03-03 10:20")


def test_a_customer_received_at_night_is_promised_half_past_opening() -> None:
    assert promise(mall(), at("2026-03-02 23:00"), 1800) == at("2026-03-03 10:30")


def test_a_promise_that_ends_at_closing_is_kept_at_closing() -> None:
    assert promise(mall(), at("2026-03-02 21:30"), 1800) == at("2026-03-02 22:00")


def test_the_clock_stands_still_between_two_shifts() -> None:
    calendar = mall(hours=[[[540, 720], [840, 1080]]] * 7)  # 9–12 and 14–18
    assert calendar.add(at("2026-03-02 11:50"), 1800) == at("2026-03-02 14:20")
    assert calendar.elapsed(at("2026-03-02 11:00"), at("2026-03-02 15:00")) == 2 * 3600
    assert calendar.closes_at(at("2026-03-02 11:50")) == at("2026-03-02 12:00")


def test_a_shift_across_midnight_belongs_to_the_day_it_began() -> None:
    calendar = mall(hours=[[], [], [], [], [[1200, 120]], [], []])  # Friday 20:00 to Saturday 02:00
    assert calendar.is_open(at("2026-03-07 01:59"))
    assert calendar.next_opening(at("2026-03-07 02:00")) == at("2026-03-13 20:00")
    assert calendar.closes_at(at("2026-03-06 21:00")) == at("2026-03-07 02:00")


def test_a_closed_day_is_skipped_and_an_extra_opening_beats_it() -> None:
    calendar = mall(closures=["2026-03-03", "2026-03-04"], openings={"2026-03-04": [[720, 780]]})
    assert calendar.next_opening(at("2026-03-02 22:00")) == at("2026-03-04 12:00")
    assert calendar.add(at("2026-03-02 21:50"), 1800) == at("2026-03-04 12:20")


def test_a_make_up_day_opens_a_store_that_rests_on_sundays() -> None:
    calendar = mall(hours=[[[600, 1320]]] * 6 + [[]], openings={"2026-03-08": [[600, 900]]})
    assert calendar.is_open(at("2026-03-08 11:00"))
    assert not calendar.is_open(at("2026-03-15 11:00"))


def test_a_store_that_never_opens_says_so() -> None:
    calendar = mall(hours=[[]] * 7)
    now = at("2026-03-02 10:00")
    assert not calendar.is_open(now)
    assert calendar.next_opening(now) is None
    assert calendar.add(now, 1) is None
    assert calendar.closes_at(now) is None
    assert promise(calendar, now, 1800) is None
    assert calendar.elapsed(now, now + 365 * 86_400_000) == 0


def test_a_store_that_never_closes_says_so_and_its_clock_is_the_wall_clock() -> None:
    calendar = mall(hours=[[[0, 1440]]] * 7)
    now = at("2026-03-02 10:00")
    assert calendar.closes_at(now) is None
    assert calendar.add(now, 30 * 86_400) == now + 30 * 86_400_000


def test_a_night_shift_loses_the_hour_that_the_clocks_skip() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = mall(zone="Europe/Berlin", hours=[[[0, 360]]] * 7)  # 00:00–06:00
    assert calendar.elapsed(at("2026-03-29 00:00", berlin), at("2026-03-29 12:00", berlin)) == 18000
    assert calendar.elapsed(at("2026-10-25 00:00", berlin), at("2026-10-25 12:00", berlin)) == 25200


# --- against a model that looks at every minute ---------------------------------------------------

shifts = st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1440)).map(list), max_size=3)
days = st.integers(0, 13).map(lambda n: (date(2026, 3, 2) + timedelta(days=n)).isoformat())
stores = st.builds(
    store,
    zone=st.sampled_from(["Asia/Shanghai", "Asia/Kolkata", "Pacific/Auckland"]),
    hours=st.lists(shifts, min_size=7, max_size=7),
    closures=st.lists(days, max_size=4),
    openings=st.dictionaries(days, shifts, max_size=3),
)
BEGIN = int(datetime(2026, 3, 3, tzinfo=UTC).timestamp()) * 1000
instants = st.integers(0, 4 * 1440).map(lambda minute: BEGIN + minute * MINUTE)


def open_minutes(body: dict[str, Any]) -> list[bool]:
    """For each minute of the ten days from BEGIN: is the store open?"""
    zone = ZoneInfo(body["zone"])
    first = datetime.fromtimestamp(BEGIN / 1000, zone)
    return [_open(body, first + timedelta(minutes=n)) for n in range(10 * 1440)]


def _open(body: dict[str, Any], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    return any(o <= minute < (c if c > o else c + 1440) for o, c in _shifts(body, today)) or any(
        c <= o and minute + 1440 < c + 1440 for o, c in _shifts(body, yesterday)
    )


def _shifts(body: dict[str, Any], day: date) -> list[list[int]]:
    if day.isoformat() in body["openings"]:
        return list(body["openings"][day.isoformat()])
    return [] if day.isoformat() in body["closures"] else list(body["hours"][day.weekday()])


@given(stores, instants, st.integers(1, 3000))
@settings(max_examples=30, deadline=None)
def test_arithmetic_agrees_with_counting_minutes(
    body: dict[str, Any], start: int, wait: int
) -> None:
    calendar, model = calendar_of(body), open_minutes(body)
    offset = (start - BEGIN) // MINUTE
    opened = [n for n in range(offset, len(model)) if model[n]]
    assert calendar.is_open(start) == model[offset]
    if opened:
        assert calendar.next_opening(start) == BEGIN + opened[0] * MINUTE
    if len(opened) >= wait:
        assert calendar.add(start, wait * 60) == BEGIN + (opened[wait - 1] + 1) * MINUTE
    end = start + wait * MINUTE
    assert calendar.elapsed(start, end) == 60 * sum(model[offset : offset + wait])


@given(stores, instants, st.integers(1, 500_000))
@settings(max_examples=30, deadline=None)
def test_time_added_is_time_elapsed(body: dict[str, Any], start: int, seconds: int) -> None:
    calendar = calendar_of(body)
    end = calendar.add(start, seconds)
    assert end is None or calendar.elapsed(start, end) == seconds
