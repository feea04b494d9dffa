"""Which days are holidays, which weekends are worked for them, and what nobody knows yet."""

from datetime import date, timedelta

import holidays
import pytest

from server.stores.office import OfficeCalendar, office_of
from server.stores.public_holidays import holidays_of, language_of

CHINA = holidays_of("CN", "zh_CN")
# From the notices of the State Council for 2025 and 2026: from day to day, and the days worked.
ANNOUNCED = [
    ("2025-01-01", 1), ("2025-01-28", 8), ("2025-04-04", 3), ("2025-05-01", 5),
    ("2025-05-31", 3), ("2025-10-01", 8),
    ("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5),
    ("2026-06-19", 3), ("2026-09-25", 3), ("2026-10-01", 7),
]  # fmt: skip
WORKED = [
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
]  # fmt: skip


def days(first: str, last: str) -> list[date]:
    begin = date.fromisoformat(first)
    return [begin + timedelta(days=n) for n in range((date.fromisoformat(last) - begin).days + 1)]


def resting() -> set[date]:
    begun = [(date.fromisoformat(first), count) for first, count in ANNOUNCED]
    return {first + timedelta(days=n) for first, count in begun for n in range(count)}


def test_the_holidays_of_two_years_are_those_that_were_announced() -> None:
    found = {day for day in days("2025-01-01", "2026-12-31") if CHINA.is_holiday(day)}
    assert found == resting()


def test_the_weekends_worked_are_those_that_were_announced() -> None:
    found = CHINA.make_up_days(date(2025, 1, 1), date(2026, 12, 31))
    assert [day.isoformat() for day in found] == WORKED


def test_a_make_up_day_stands_in_for_the_working_day_that_was_given_for_it() -> None:
    assert CHINA.works_for(date(2026, 10, 10)) == date(2026, 10, 7)
    assert CHINA.works_for(date(2026, 10, 17)) is None


def test_our_reading_of_the_package_is_the_packages_own() -> None:
    """Its notes on exchanged days are read here; how it counts them itself is asked here."""
    for year in range(2002, 2027):
        book = holidays.country_holidays("CN", years=year)
        ours = {day for day in days(f"{year}-01-01", f"{year}-12-31") if CHINA.works_for(day)}
        assert ours == {day for day in book.weekend_workdays if day.year == year}


def test_offices_work_from_monday_to_friday_but_for_holidays_and_what_is_worked_for_them() -> None:
    office = office_of({"name": "欣居家居"})
    for day in days("2025-01-01", "2026-12-31"):
        is_worked = day.isoformat() in WORKED
        usual = day.weekday() < 5 and day not in resting()
        assert office.is_working_day(day) == (is_worked or usual)


def test_working_days_are_counted_over_a_golden_week_and_the_saturday_after_it() -> None:
    office = OfficeCalendar()
    assert office.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert office.add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert office.add_working_days(date(2026, 9, 30), 0) == date(2026, 9, 30)
    assert office.working_days(date(2026, 9, 28), date(2026, 10, 11)) == 6


def test_leave_is_no_working_day_of_the_person_who_has_it() -> None:
    office, leave = OfficeCalendar(), [date(2026, 11, 24), date(2026, 11, 25)]
    assert office.add_working_days(date(2026, 11, 23), 1, leave) == date(2026, 11, 26)
    assert office.working_days(date(2026, 11, 23), date(2026, 11, 27), leave) == 3


def test_a_year_nobody_has_published_is_accepted_and_named() -> None:
    assert CHINA.unknown_years(date(2026, 1, 1), date(2026, 12, 31)) == []
    far = CHINA.unknown_years(date(2026, 11, 26), date(2090, 1, 1))
    assert far[-1] == 2090
    year = far[0]
    assert CHINA.is_holiday(date(year, 10, 1))
    assert CHINA.make_up_days(date(year, 1, 1), date(year, 12, 31)) == []
    assert OfficeCalendar().unknown_years(date(year, 1, 1), date(year, 1, 1)) == [year]


def test_a_country_without_make_up_days_misses_none() -> None:
    germany = holidays_of("DE")
    assert germany.unknown_years(date(2026, 1, 1), date(2090, 1, 1)) == []
    assert germany.is_holiday(date(2026, 12, 25))


def test_elsewhere_a_weekend_is_a_holiday_only_between_two_days_of_one() -> None:
    britain = holidays_of("GB")
    # Christmas on Friday, Boxing Day on Saturday and made good on Monday.
    assert britain.is_holiday(date(2026, 12, 27))
    assert not britain.is_holiday(date(2026, 4, 11))
    germany = holidays_of("DE")
    assert not germany.is_holiday(date(2026, 5, 2))


@pytest.mark.parametrize("country", ["XX", "", "cn", "Atlantis"])
def test_an_unknown_country_has_no_holidays(country: str) -> None:
    known = holidays_of(country)
    assert not known.is_holiday(date(2026, 10, 1))
    assert known.periods(date(2026, 1, 1), date(2026, 12, 31)) == []
    assert known.unknown_years(date(2026, 1, 1), date(2090, 1, 1)) == []


def test_holidays_have_one_name_each_in_the_readers_language() -> None:
    zh = CHINA.periods(date(2026, 1, 1), date(2026, 12, 31))
    assert [(p.first.isoformat(), (p.last - p.first).days + 1) for p in zh] == [
        each for each in ANNOUNCED if each[0] > "2026"
    ]
    assert [p.name for p in zh] == [
        "元旦",
        "春节",
        "清明节",
        "劳动节",
        "端午节",
        "中秋节",
        "国庆节",
    ]
    en = holidays_of("CN", language_of("CN", "en"))
    assert en.periods(date(2026, 10, 1), date(2026, 10, 7))[0].name == "National Day"
    assert language_of("CN", "eo") is None
