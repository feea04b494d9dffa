"""When a customer goes back to the pool: silence, attempts, warnings, and days on which nothing
happens."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pool.rules import Facts, PoolRules, decide, is_weekday, lower, understand
from server.stores.office import OfficeCalendar

RULES = PoolRules()
MONDAY = date(2026, 3, 2)


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


def told(facts: Facts, n: int) -> tuple[str, int, bool] | None:
    """Why, in how many days from the first Monday, and whether it is today."""
    fate = decide(facts, RULES, day(n))
    return None if fate is None else (fate.why, (fate.release_on - MONDAY).days, fate.is_due)


def test_two_weeks_without_an_answer_despite_two_attempts_release() -> None:
    silent = Facts(MONDAY, day(10), attempts=2)
    assert told(silent, 8) is None
    assert told(silent, 9) == ("no_answer", 14, False)
    assert told(silent._replace(release_on=day(14)), 13) == ("no_answer", 14, False)
    assert told(silent._replace(release_on=day(14)), 14) == ("no_answer", 14, True)


def test_two_weeks_without_an_attempt_take_back() -> None:
    assert told(Facts(MONDAY, MONDAY), 9) == ("no_attempt", 14, False)


def test_one_attempt_puts_off_and_does_not_excuse_for_ever() -> None:
    tried = Facts(MONDAY, day(7), attempts=1)
    assert told(tried, 14) is None
    assert told(tried, 16) == ("no_attempt", 21, False)


def test_a_warning_always_leaves_three_working_days() -> None:
    forgotten = Facts(MONDAY, MONDAY)
    # Thursday, long after: Friday, Monday, Tuesday.
    assert told(forgotten, 31) == ("no_attempt", 36, False)


def test_nobody_is_let_go_on_a_weekend() -> None:
    # Silent since Saturday the 7th: two weeks end on a Saturday, and it is Monday's.
    silent = Facts(day(5), day(5))
    assert told(silent, 16) == ("no_attempt", 21, False)
    assert told(silent._replace(release_on=day(19)), 19) == ("no_attempt", 21, False)


def test_nothing_is_taken_from_who_cannot_act_or_who_is_serving() -> None:
    due = Facts(MONDAY, MONDAY, release_on=day(14))
    assert told(due, 14) == ("no_attempt", 14, True)
    assert told(due._replace(is_away=True), 14) is None
    assert told(due._replace(is_served=True), 14) is None


def test_the_days_of_a_public_holiday_are_not_counted() -> None:
    # Spring Festival 2026: 15 to 23 February, with two weekends worked in exchange.
    office = OfficeCalendar("CN")
    silent = Facts(date(2026, 2, 9), date(2026, 2, 9))
    ordinary = decide(silent, RULES, date(2026, 2, 24), is_weekday)
    assert ordinary is not None
    assert decide(silent, RULES, date(2026, 2, 20), office.is_working_day) is None
    # Six weekdays of holidays later.
    fate = decide(silent, RULES, date(2026, 2, 27), office.is_working_day)
    assert fate is not None
    assert fate.release_on > date(2026, 2, 27)


def test_a_tier_may_have_days_of_its_own() -> None:
    rules = PoolRules(days=14, tier_days={"A": 7})
    silent = {tier: Facts(MONDAY, MONDAY, tier=tier) for tier in ("A", "B", None)}
    fates = {tier: decide(facts, rules, day(9)) for tier, facts in silent.items()}
    assert [fate and fate.release_on for fate in fates.values()] == [day(14), day(14), day(14)]
    assert decide(silent["A"], rules, day(2)) == ("no_attempt", day(7), False)
    assert decide(silent["B"], rules, day(2)) is None


def test_a_tier_falls_by_one_and_no_lower_than_the_last() -> None:
    assert [lower(tier) for tier in ("A", "B", "C", "D", None)] == ["B", "C", "D", "D", None]


@pytest.mark.parametrize(
    "pool", [{"days": 0}, {"attempts": "2"}, {"dayz": 3}, {"daily": -1}, {"warning_days": 31}]
)
def test_thresholds_that_make_no_sense_are_not_followed(pool: dict[str, object]) -> None:
    assert understand({"pool": pool}) is None
    assert understand({"pool": {"days": 10}}) == PoolRules(days=10)
    assert understand({}) == RULES


@given(
    heard=st.integers(0, 40),
    later=st.integers(0, 20),
    attempts=st.integers(0, 3),
    days=st.integers(1, 40),
    warning=st.integers(1, 6),
)
def test_nobody_goes_unwarned_nor_sooner_than_the_rules_say(
    heard: int, later: int, attempts: int, days: int, warning: int
) -> None:
    """The owner's round, day by day, until the customer goes."""
    rules = PoolRules(days=days, warning_days=warning)
    facts = Facts(day(heard), day(heard + later), attempts)
    warned_on: date | None = None
    for n in range(heard, heard + later + days + 60):
        if not is_weekday(day(n)):
            continue
        fate = decide(facts, rules, day(n))
        if fate is None:
            continue
        warned_on = warned_on or day(n)
        facts = facts._replace(release_on=fate.release_on)
        if fate.is_due:
            passed = [day(k) for k in range((warned_on - MONDAY).days + 1, n + 1)]
            assert sum(map(is_weekday, passed)) >= warning
            assert (day(n) - facts.heard_on).days >= days
            return
    raise AssertionError("never let go")
