"""When somebody will call, as the customer reads it: in the store's hours, on the store's clock."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.stores.calendar import Calendar

Words = Mapping[str, str]


def say_promise(words: Words, calendar: Calendar, now: int, patience_s: int) -> str:
    """The line above the form: a wait while the store is open, else a day and a time."""
    if calendar.is_open(now):
        return _say_open(words, calendar, now, patience_s)
    promised = calendar.add(now, patience_s)
    if promised is None:
        return words["unknown_hours"]
    return words["closed"].format(promised=say_time(words, calendar.zone, now, promised))


def say_thanks(words: Words, zone: ZoneInfo, received_at: int, promised_at: int | None) -> str:
    """The same promise after registering; it is the submission's own, whoever submitted it."""
    if promised_at is None:
        return words["thanks_unknown"]
    return words["thanks"].format(promised=say_time(words, zone, received_at, promised_at))


def say_time(words: Words, zone: ZoneInfo, now: int, at: int) -> str:
    """今天 14:05, 明天 14:05, 11月21日 周五 14:05. A promise is rounded up to a whole minute."""
    today = datetime.fromtimestamp(now / 1000, zone).date()
    moment = datetime.fromtimestamp((at + 59_999) // 60_000 * 60, zone)
    time = f"{moment:%H:%M}"
    if moment.date() == today:
        return words["today"].format(time=time)
    if moment.date() == today + timedelta(days=1):
        return words["tomorrow"].format(time=time)
    return words["day"].format(
        time=time,
        day=moment.day,
        month=_nth(words["months"], moment.month) or moment.month,
        weekday=_nth(words["weekdays"], moment.isoweekday()),
    )


def _say_open(words: Words, calendar: Calendar, now: int, patience_s: int) -> str:
    wait = words["minutes"].format(n=-(-patience_s // 60))
    closing = calendar.closes_at(now)
    promised = calendar.add(now, patience_s)
    if closing is None:
        return words["open_always"].format(wait=wait)
    if promised is None or promised > closing:
        return (
            words["unknown_hours"]
            if promised is None
            else words["thanks"].format(promised=say_time(words, calendar.zone, now, promised))
        )
    close = f"{datetime.fromtimestamp(closing / 1000, calendar.zone):%H:%M}"
    return words["open"].format(wait=wait, close=close)


def _nth(names: str, number: int) -> str:
    found = names.split()
    return found[number - 1] if found else ""
