"""Datums and distances: held against published examples, against geopy and against themselves."""

import json
from collections.abc import Callable

import pytest
from geopy.distance import geodesic  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from server.stores.geodesy import (
    Point,
    distance_m,
    from_bd09,
    from_gcj02,
    is_shifted,
    to_bd09,
    to_gcj02,
)
from tests.vectors.places import FILE, TOWNS, text_of, vectors

ABROAD = {
    "taipei", "kaohsiung", "seoul", "vladivostok", "ulaanbaatar", "almaty", "hanoi", "kathmandu",
    "singapore", "paris", "sydney",
}  # fmt: skip
ANYWHERE = st.builds(Point, st.floats(-89, 89), st.floats(-180, 180))
# Well within: at the outline itself nobody can tell on which side a shifted point was.
HEARTLAND = st.builds(Point, st.floats(24.5, 39.0), st.floats(104.0, 119.0))


@given(ANYWHERE, ANYWHERE)
def test_a_distance_is_the_one_along_the_ellipsoid_to_six_in_a_thousand(
    one: Point, other: Point
) -> None:
    assert distance_m(one, other) == pytest.approx(geodesic(one, other).m, rel=0.006, abs=0.01)


@given(HEARTLAND, st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))
def test_so_it_is_within_a_town(here: Point, north: float, east: float) -> None:
    there = Point(here.lat + north, here.lng + east)
    assert distance_m(here, there) == pytest.approx(geodesic(here, there).m, rel=0.006, abs=0.01)


@given(HEARTLAND)
def test_there_and_back_is_within_a_millimetre_and_the_shift_is_what_maps_show(
    point: Point,
) -> None:
    assert distance_m(from_gcj02(to_gcj02(point)), point) < 0.001
    assert distance_m(from_bd09(to_bd09(point)), point) < 0.001
    assert 20 < distance_m(point, to_gcj02(point)) < 800
    assert 500 < distance_m(to_gcj02(point), to_bd09(point)) < 1500


@given(HEARTLAND, st.floats(-0.002, 0.002), st.floats(-0.002, 0.002))
def test_two_places_keep_their_distance_in_another_datum(
    point: Point, north: float, east: float
) -> None:
    """A fence drawn on a shifted map would still be a fence: it is the mixing that costs."""
    near = Point(point.lat + north, point.lng + east)
    moved = distance_m(to_gcj02(point), to_gcj02(near))
    assert moved == pytest.approx(distance_m(point, near), rel=0.01, abs=0.1)


@pytest.mark.parametrize(
    ("convert", "given_point", "published", "most_m"),
    [
        (to_gcj02, (31.1774276, 121.5272106), (31.17530398364597, 121.531541859215), 0.01),
        (to_gcj02, (22.543847, 113.912316), (22.540796131694766, 113.9171764808363), 0.01),
        (to_gcj02, (39.911954, 116.377817), (39.91334545536069, 116.38404722455657), 0.01),
        (to_bd09, (29.575429778924, 114.21892734521), (29.57908428837437, 114.2307519546763), 1),
    ],
)
def test_what_was_published_of_the_datums_is_met(
    convert: Callable[[Point], Point],
    given_point: tuple[float, float],
    published: tuple[float, float],
    most_m: float,
) -> None:
    assert distance_m(convert(Point(*given_point)), Point(*published)) < most_m


def test_maps_are_shifted_on_the_mainland_in_hong_kong_and_macau_and_nowhere_else() -> None:
    assert {name for name, at in TOWNS.items() if not is_shifted(Point(*at))} == ABROAD
    for name in ABROAD:
        town = Point(*TOWNS[name])
        assert to_gcj02(town) == to_bd09(town) == from_gcj02(town) == from_bd09(town) == town


def test_the_vectors_that_phones_are_held_to_are_the_servers_own() -> None:
    assert json.loads(FILE.read_text()) == json.loads(text_of(vectors()))
