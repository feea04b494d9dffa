"""What a phone's clock is worth (law 15)."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sync import SKEW_TOLERANCE_MS, Merged, Timing, effective_time
from tests.sync.organisation import Organisation, Person
from tests.sync.phone import Hand
from tests.sync.stage import DAY, HOUR, NOON

readings = st.integers(-(10**13), 10**13)
maybe = st.none() | readings
timings = st.builds(
    Timing, received_at=readings, sent_at=readings, contact_at=maybe, last_skew=maybe
)


@given(readings, timings, readings)
def test_effective_time_lies_above_what_was_seen_and_not_above_now(
    captured: int, timing: Timing, after: int
) -> None:
    at = effective_time(captured, timing, after)
    assert at > after
    assert at <= max(timing.received_at, after + 1)


@given(readings, timings)
def test_a_certain_time_is_the_reading_with_its_skew_taken_out(
    captured: int, timing: Timing
) -> None:
    steady = Timing(timing.received_at, timing.sent_at, timing.contact_at, timing.skew)
    early = min(captured, timing.sent_at)
    floor = -(10**14)
    assert effective_time(early, steady, floor) == early + timing.received_at - timing.sent_at


@given(readings, timings, st.integers(1, 10**12))
def test_uncertain_time_is_never_later_than_the_last_contact(
    captured: int, timing: Timing, jump: int
) -> None:
    contact = min(timing.contact_at or 0, timing.received_at)
    skew = timing.skew + SKEW_TOLERANCE_MS + jump
    stepped = Timing(timing.received_at, timing.sent_at, contact, skew)
    assert effective_time(captured, stepped, -(10**14)) <= contact
    ahead = Timing(timing.received_at, timing.sent_at, contact, timing.skew)
    assert effective_time(timing.sent_at + jump, ahead, -(10**14)) <= contact


@given(readings, timings, st.integers(-(10**13), 10**13))
def test_a_reset_clock_reads_nothing_before_all_of_it_was_written(
    captured: int, timing: Timing, since: int
) -> None:
    bounded = msgspec.structs.replace(timing, written_since=since)
    floor = -(10**14)
    expected = max(effective_time(captured, timing, floor), min(since, timing.received_at))
    assert effective_time(captured, bounded, floor) == expected


def test_skews_within_tolerance_count_as_one_clock() -> None:
    timing = Timing(NOON, NOON - HOUR, NOON - DAY, HOUR + SKEW_TOLERANCE_MS)
    assert effective_time(NOON - 2 * HOUR, timing) == NOON - HOUR
    stepped = Timing(NOON, NOON - HOUR, NOON - DAY, HOUR + SKEW_TOLERANCE_MS + 1)
    assert effective_time(NOON - 2 * HOUR, stepped) == NOON - DAY


def test_a_clock_three_days_fast_wins_nothing_over_a_later_edit() -> None:
    organisation = Organisation()
    person = Person("li")
    right = Hand(organisation, person, "a")
    fast = Hand(organisation, person, "z", skew=3 * DAY)
    id = right.add_person(note="")
    fast.send(fast.patch(id, 1, note="fast", at=NOON + HOUR), now=NOON + 3 * HOUR)
    later = right.patch(id, 1, note="right", at=NOON + 2 * HOUR)
    assert right.send(later, now=NOON + 4 * HOUR) == [Merged(2, ["note"])]
    assert organisation.row(id).body["note"] == "right"


def test_a_clock_three_days_slow_loses_nothing_to_an_earlier_edit() -> None:
    organisation = Organisation()
    person = Person("li")
    right = Hand(organisation, person, "z")
    slow = Hand(organisation, person, "a", skew=-3 * DAY)
    id = right.add_person(note="")
    right.send(right.patch(id, 1, note="right", at=NOON + HOUR), now=NOON + 4 * HOUR)
    slow.send(slow.patch(id, 1, note="slow", at=NOON + 2 * HOUR), now=NOON + 4 * HOUR)
    assert organisation.row(id).body["note"] == "slow"


def test_nothing_is_refused_for_its_time_and_raw_readings_are_stored() -> None:
    organisation = Organisation()
    hand = Hand(organisation, Person("li"))
    for captured in (-(10**15), 0, 10**15):
        operation = hand.create("person", at=captured, name="张")
        assert hand.send(operation) == []
        row = organisation.row(operation.i)
        assert (row.captured_at, row.received_at) == (captured, NOON)
        assert row.at <= NOON
