"""A day in the life of a store: three phones, bad links, wrong clocks, and nothing is lost."""

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.browser import clockwork, company
from tests.browser.clockwork import Clockwork
from tests.browser.company import BO, LIN, XIA, ZONE, Person
from tests.browser.course import Course
from tests.browser.day import Day
from tests.browser.reckoning import reckon
from tests.browser.stage import Stage
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
    tmp_path: Path,
) -> None:
    live_through(tmp_path, 1, SHORT)


@pytest.mark.soak
@pytest.mark.browser
@pytest.mark.parametrize("seed", SEEDS)
def test_ten_longer_days_end_the_same_way(tmp_path: Path, seed: int) -> None:
    live_through(tmp_path, seed, LONG)


def live_through(folder: Path, seed: int, volume: int) -> None:
    moved = Clockwork(folder / "ahead", int(TEN.timestamp() * 1000))

    def prepare(stage: Stage) -> None:
        stage.clock = moved
        stage.entry = ["-P", clockwork.__file__, str(moved.file)]
        people = (BO, XIA, ANSWERING_LIN, QIAO)
        stage.poster_id = asyncio.run(company.found(stage.config, people=people, clock=moved))

    with opened(folder, prepare) as theatre:
        day = Day(theatre, moved, seed, volume)
        day.begins()
        course = Course(day)
        course.run()
        course.end()
        reckon(day)
        print(f"  {dict(day.deeds)}")
        assert theatre.faults() == []
