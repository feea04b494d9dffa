"""Changing a store's hours: what may be wrong with them and where, and what a change does. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from server.stores.calendar import DAY_MIN, WEEK_MIN, Calendar, calendar_of, closing_of
from server.stores.public_holidays import CHINA, days_from, is_country
from sync import Kept, Ledger, Row, pending_stamp

HOURS_CHANGED = "hours_changed"
"""The deadline that asks for a look at what waits in store time. Its subject is the store."""

FIELDS = (
    "zone",
    "country",
    "hours",
    "closures",
    "openings",
    "holiday_rule",
    "make_up_rule",
    "patience_s",
)
DEFAULTS = {"country": CHINA, "holiday_rule": "usual", "make_up_rule": "usual"}
PATIENCE_LEAST_S, PATIENCE_MOST_S = 5 * 60, 4 * 3600
PAST_DAYS, FUTURE_DAYS = 31, 730


class Fault(NamedTuple):
    """`day` is a weekday (0 is Monday) in `hours`, else a date; `shift` counts from 0."""

    code: str
    field: str
    day: int | str | None = None
    shift: int | None = None


# Judging


def judge(body: Mapping[str, Any], wish: Mapping[str, Any], now: int) -> list[Fault]:
    """What is wrong with a store as `wish` would make it. What it has already is not held against
    it: a store may be more impatient than anybody could make it here."""
    wanted = {**body, **wish}
    faults = [*judge_place(wanted), *judge_patience(body, wish)]
    if wish.keys() <= {"patience_s"}:
        return faults
    if not faults:
        faults = [*judge_dates(body, wanted, now), *judge_minutes(wanted)]
    if not faults:
        calendar = calendar_of(wanted)
        faults = [*judge_week(calendar), *judge_openings(calendar, now)]
        if not faults and calendar.next_opening(now) is None:
            faults.append(Fault("never_opens", "hours"))
    return faults


def judge_place(wanted: Mapping[str, Any]) -> Iterator[Fault]:
    if wanted["zone"] not in known_zones():
        yield Fault("unknown_zone", "zone")
    if not is_country(wanted.get("country") or CHINA):
        yield Fault("unknown_country", "country")


def judge_patience(body: Mapping[str, Any], wish: Mapping[str, Any]) -> Iterator[Fault]:
    patience_s = wish.get("patience_s", body.get("patience_s"))
    is_allowed = patience_s is None or PATIENCE_LEAST_S <= patience_s <= PATIENCE_MOST_S
    if not is_allowed and patience_s != body.get("patience_s"):
        yield Fault("patience_out_of_range", "patience_s")


def judge_dates(body: Mapping[str, Any], wanted: Mapping[str, Any], now: int) -> Iterator[Fault]:
    """Dates that are none, and new ones so far off that they must be mistyped."""
    today = datetime.fromtimestamp(now / 1000, ZoneInfo(wanted["zone"])).date()
    first, last = today - timedelta(days=PAST_DAYS), today + timedelta(days=FUTURE_DAYS)
    for field in ("closures", "openings"):
        for text in wanted.get(field) or ():
            day = date_of(text)
            if day is None:
                yield Fault("bad_date", field, text)
            elif not first <= day <= last and text not in (body.get(field) or ()):
                yield Fault("date_out_of_range", field, text)


def judge_minutes(wanted: Mapping[str, Any]) -> Iterator[Fault]:
    days: list[tuple[str, int | str, Any]] = [
        *(("hours", day, shifts) for day, shifts in enumerate(wanted["hours"])),
        *(("openings", day, shifts) for day, shifts in (wanted.get("openings") or {}).items()),
    ]
    for field, day, shifts in days:
        for nth, (opens, closes) in enumerate(shifts):
            if not (0 <= opens < DAY_MIN and 0 <= closes <= DAY_MIN):
                yield Fault("out_of_day", field, day, nth)


def judge_week(calendar: Calendar) -> Iterator[Fault]:
    """A shift that begins while another runs, last Sunday's night included."""
    placed = sorted(
        (day * DAY_MIN + opens, day * DAY_MIN + closing_of(opens, closes), day, nth)
        for day, shifts in enumerate(calendar.hours)
        for nth, (opens, closes) in enumerate(shifts)
    )
    reached = max((end for _, end, _, _ in placed), default=0) - WEEK_MIN
    for start, end, day, nth in placed:
        if start < reached:
            yield Fault("overlap", "hours", day, nth)
        reached = max(reached, end)


def judge_openings(calendar: Calendar, now: int) -> Iterator[Fault]:
    """Days of their own, among themselves and against the days beside them. The past is past."""
    yesterday = calendar.date_at(now) - timedelta(days=1)
    for day, shifts in sorted((calendar.openings or {}).items()):
        if day < yesterday:
            continue
        beside = [*shifts_beside(calendar, day, -1), *shifts_beside(calendar, day, 1)]
        for nth, (opens, closes) in enumerate(shifts):
            end = closing_of(opens, closes)
            if any(start < end and opens < stop for start, stop in beside):
                yield Fault("overlap", "openings", day.isoformat(), nth)
            beside.append((opens, end))


def shifts_beside(calendar: Calendar, day: date, days: int) -> list[tuple[int, int]]:
    """The shifts of a day before or after, in minutes after midnight of `day`."""
    shifts = calendar.shifts_on(day + timedelta(days=days))
    away = days * DAY_MIN
    return [(opens + away, closing_of(opens, closes) + away) for opens, closes in shifts]


def date_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


# Changing


def change_hours(ledger: Ledger, store: Row, fields: Mapping[str, Any], author: str | None) -> None:
    """Whatever waits for the store is looked at again."""
    set_fields(ledger, store, fields, author)
    name_special_days(ledger, store)
    if store.id in ledger.touched:
        ledger.schedule(HOURS_CHANGED, store.id, ledger.now)


def set_fields(ledger: Ledger, store: Row, fields: Mapping[str, Any], author: str | None) -> None:
    """What was before stays in the history."""
    for field, value in fields.items():
        held = store.body.get(field, DEFAULTS.get(field))
        if held != value:
            ledger.keep(store, Kept(field, held, store.stamp(field), False), "changed")
            ledger.change(store, **{field: value})
            store.stamps = {**store.stamps, field: pending_stamp(ledger.now, "", author)}


def name_special_days(ledger: Ledger, store: Row) -> bool:
    """For phones, which know no holidays: the days of this year and the next that have the hours of
    another weekday (0 is Monday), or none (null). Whether that was news."""
    calendar = calendar_of(store.body)
    year = calendar.date_at(ledger.now).year
    named = {
        day.isoformat(): calendar.weekday_on(day)
        for day in days_from(date(year, 1, 1), date(year + 1, 12, 31))
        if calendar.weekday_on(day) != day.weekday()
    }
    is_news: bool = named != store.body.get("as_weekday", {})
    if is_news:
        ledger.change(store, as_weekday=named)
    return is_news
