"""A day in the life of a store: three phones, bad links, wrong clocks, and nothing is lost."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Playwright

from tests.browser import company
from tests.browser.clockwork import Clockwork
from tests.browser.company import BO, LIN, XIA, ZONE, Person
from tests.browser.course import Course
from tests.browser.day import Day
from tests.browser.reckoning import reckon
from tests.browser.stage import Stage, awaited
from tests.browser.theatre import opened

TEN = datetime(2027, 3, 3, 10, 0, tzinfo=ZoneInfo(ZONE))
ANSWERING_LIN = Person("lin", LIN.name, "manager", accepts_leads=True)
QIAO = Person("qiao", "乔安", "area")
SHORT, LONG = 72, 480
"""Things saved beside those done by hand; about half are customers."""
SEEDS = range(10)


@pytest.mark.soak
@pytest.mark.browser
def test_after_a_day_of_bad_links_and_wrong_clocks_nothing_is_lost_or_there_twice(
    playwright: Playwright,
    tmp_path: Path,
) -> None:
    live_through(playwright, tmp_path, 1, SHORT)


@pytest.mark.soak
@pytest.mark.browser
@pytest.mark.parametrize("seed", SEEDS)
def test_ten_longer_days_end_the_same_way(
    playwright: Playwright, tmp_path: Path, seed: int
) -> None:
    live_through(playwright, tmp_path, seed, LONG)


def live_through(playwright: Playwright, folder: Path, seed: int, volume: int) -> None:
    moved = Clockwork(folder / "ahead", int(TEN.timestamp() * 1000))

    def prepare(stage: Stage) -> None:
        stage.clock = moved
        people = (BO, XIA, ANSWERING_LIN, QIAO)
        stage.poster_id = awaited(company.found(stage.config, people=people, clock=moved))

    with opened(playwright, folder, prepare) as theatre:
        day = Day(theatre, moved, seed, volume)
        day.begins()
        course = Course(day)
        course.run()
        course.end()
        reckon(day)
        print(f"  {dict(day.deeds)}")
        assert theatre.faults() == []
