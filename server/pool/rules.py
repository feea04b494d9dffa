"""When a customer goes back to the pool (store.md 12). Pure: days in, a fate out.

Silent is not neglected. Who does not answer despite two attempts is released; who was not even
tried is taken back. Both are told days before, and neither happens while nobody could act.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from server.customers.shapes import Tier

Days = Annotated[int, msgspec.Meta(ge=1, le=365)]
IsWorkingDay = Callable[[date], bool]
SATURDAY = 5


class PoolRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A store's, under `pool` in its row.

    `days` of silence, `tier_days` instead for customers of a tier, `attempts` that must have been
    made by then, `warning_days` on which the owner can still act. `freeze_holidays`: weekdays of
    public holidays are not counted; `freeze_leave`: whoever is away loses nobody. `daily` claims a
    person; the previous owner waits `cool_off_days`; nobody claims who owns `capacity` customers.
    For `protection_days` two people who registered the same customer are held against each other.
    """

    days: Days = 14
    tier_days: dict[Tier, Days] = {}
    attempts: Annotated[int, msgspec.Meta(ge=1, le=20)] = 2
    warning_days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 3
    freeze_holidays: bool = True
    freeze_leave: bool = True
    daily: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 5
    cool_off_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 7
    capacity: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 300
    protection_days: Days = 7

    def days_of(self, tier: Tier | None) -> int:
        return self.tier_days.get(tier, self.days) if tier else self.days


DEFAULTS = PoolRules()


def understand(store: Mapping[str, Any]) -> PoolRules | None:
    """None where what the store says does not fit: whoever writes it asks here first."""
    try:
        return msgspec.convert(store.get("pool") or {}, PoolRules)
    except msgspec.ValidationError:
        return None


def read_rules(store: Mapping[str, Any]) -> PoolRules:
    """What cannot be understood is not followed: the defaults stand in."""
    return understand(store) or DEFAULTS


class Facts(NamedTuple):
    """What counts about an owned customer, in days of the store.

    `heard_on`: when the customer last answered, is expected by appointment, or got this owner.
    `tried_on`: when the owner last tried, or the same. `attempts`: the owner's since `heard_on`.
    `release_on`: what the owner was told, if anything. `is_away`: the owner is on leave or
    travels. `is_served`: the customer waits for an answer now, or a colleague has them in hand.
    `tier`: the customer's, if anybody gave one.
    """

    heard_on: date
    tried_on: date
    attempts: int = 0
    release_on: date | None = None
    is_away: bool = False
    is_served: bool = False
    tier: Tier | None = None


class Fate(NamedTuple):
    """That a customer goes, why, when, and whether that is today."""

    why: Literal["no_answer", "no_attempt"]
    release_on: date
    is_due: bool


def is_weekday(day: date) -> bool:
    return day.weekday() < SATURDAY


def decide(
    facts: Facts, rules: PoolRules, today: date, is_working_day: IsWorkingDay = is_weekday
) -> Fate | None:
    """None: the owner has nothing to fear, and a warning that was given is over."""
    if facts.is_served or (facts.is_away and rules.freeze_leave):
        return None
    is_tried = facts.attempts >= rules.attempts
    since = facts.heard_on if is_tried else max(facts.tried_on, facts.heard_on)
    due_on = pass_days(since, rules.days_of(facts.tier), is_working_day)
    if today < go_back(due_on, rules.warning_days, is_working_day):
        return None
    told = facts.release_on or go_on(today, rules.warning_days, is_working_day)
    release_on = max(told, due_on)
    is_due = release_on <= today and is_working_day(today)
    return Fate("no_answer" if is_tried else "no_attempt", release_on, is_due)


def pass_days(since: date, days: int, is_working_day: IsWorkingDay) -> date:
    """The first working day after so many days of silence; weekdays of a holiday are not
    counted."""
    day, left = since, days
    while left > 0 or not is_working_day(day):
        day += timedelta(days=1)
        left -= is_working_day(day) or not is_weekday(day)
    return day


def go_on(day: date, count: int, is_working_day: IsWorkingDay) -> date:
    """The `count`-th working day after `day`."""
    return walk(day, count, timedelta(days=1), is_working_day)


def go_back(day: date, count: int, is_working_day: IsWorkingDay) -> date:
    return walk(day, count, timedelta(days=-1), is_working_day)


def walk(day: date, count: int, step: timedelta, is_working_day: IsWorkingDay) -> date:
    while count > 0:
        day += step
        count -= is_working_day(day)
    return day


def lower(tier: str | None) -> str | None:
    """The next tier down; who was never graded stays so."""
    return {"A": "B", "B": "C", "C": "D"}.get(tier or "", tier)
