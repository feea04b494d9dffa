"""A visit's distance and grade: weak evidence is shown, never refused."""

import pytest

from server.visits.entities import distance_m, grade_fix


def test_distance_follows_the_sphere() -> None:
    shanghai, beijing = {"lat": 31.2304, "lng": 121.4737}, {"lat": 39.9042, "lng": 116.4074}
    assert distance_m(shanghai, beijing) == pytest.approx(1_067_000, rel=0.005)
    assert distance_m(shanghai, shanghai) == 0


@pytest.mark.parametrize(
    ("distance", "accuracy", "stale", "grade"),
    [
        (85, 30, False, "verified"),
        (170, 30, False, "verified"),
        (180, 30, False, "plausible"),
        (260, 30, False, "plausible"),
        (261, 30, False, "uncertain"),
        (10, 501, False, "uncertain"),
        (10, 5, True, "uncertain"),
        (None, 20, False, "plausible"),
        (None, 900, False, "uncertain"),
    ],
)
def test_a_grade_says_how_sure_the_place_is(
    distance: float | None, accuracy: float, stale: bool, grade: str
) -> None:
    assert grade_fix(distance, accuracy, 200, stale) == grade
