"""What phones are held to is what the server reckons, and the pool is always later."""

import pytest

from server.followups.dormant import LISTED, listed_at, opens_week
from server.pool.rounds import ROUND_MIN
from server.stores.calendar import calendar_of
from tests.cast import ZONE
from tests.server.test_cadence import at
from tests.vectors.dormant import FILE, text_of, vectors

HOW_TO = "run `python -m tests.vectors.dormant` if it is meant, and let the phone follow"


def test_the_vectors_of_the_silent_are_the_servers() -> None:
    assert FILE.read_text() == text_of(vectors()), HOW_TO
    assert {listed for _, _, listed in vectors()["customers"]} == {True, False}


def test_the_list_is_there_before_anybody_on_it_goes_back_to_the_pool() -> None:
    assert LISTED.hour * 60 + LISTED.minute < ROUND_MIN


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-11-23 10:00", True),
        ("2026-11-24 10:00", False),
        ("2026-11-29 10:00", False),
        ("2026-11-30 10:00", False),
        ("2026-12-01 10:00", True),
    ],
)
def test_a_week_begins_on_the_first_day_on_which_the_store_opens(now: str, begins: bool) -> None:
    store = {"zone": ZONE, "hours": [[[600, 1320]]] * 7, "closures": ["2026-11-30"]}
    calendar = calendar_of({**store, "openings": {}})
    assert opens_week(calendar, at(now)) is begins
    assert listed_at(at("2026-12-01 10:00"), calendar.zone) == at("2026-11-30 09:00")
