"""Places on the ground: how far apart, and in which datum a map says them. Pure.

Phones give WGS-84. Maps published in China are shifted by some hundred metres: GCJ-02 (高德, 腾讯,
Apple there), and BD-09 (百度) on top of it. Shifted is what those maps say of the mainland, Hong
Kong and Macau; Taiwan and the rest of the world are not.
"""

from collections.abc import Callable, Mapping
from math import asin, atan2, cos, degrees, hypot, pi, radians, sin, sqrt
from typing import Any, Literal, NamedTuple

EARTH_RADIUS_M = 6_371_008.8
AXIS_M = 6_378_245.0
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943_23
TURN = pi * 3000 / 180
CLOSE_ENOUGH = 1e-9
"""Degrees: a tenth of a millimetre."""
MOST_ROUNDS = 20

Datum = Literal["wgs84", "gcj02", "bd09"]


class Point(NamedTuple):
    """Degrees; of which datum the name of whatever holds it says, WGS-84 where it says nothing."""

    lat: float
    lng: float


def point_of(held: Mapping[str, Any]) -> Point:
    return Point(held["lat"], held["lng"])


def distance_m(one: Point, other: Point) -> float:
    """Along the sphere (haversine), good to 0.6 %; both in WGS-84."""
    lat1, lat2 = radians(one.lat), radians(other.lat)
    across = sin((lat2 - lat1) / 2) ** 2
    along = sin(radians(other.lng - one.lng) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(across + cos(lat1) * cos(lat2) * along)))


def to_wgs84(point: Point, datum: Datum) -> Point:
    return READERS[datum](point)


def to_gcj02(point: Point) -> Point:
    if not is_shifted(point):
        return point
    north, east = shift_of(point)
    return Point(point.lat + north, point.lng + east)


def from_gcj02(point: Point) -> Point:
    return undo(shift_of, point) if is_shifted(point) else point


def to_bd09(point: Point) -> Point:
    """From WGS-84. 百度 moves everything that GCJ-02 has moved once more, and nothing else."""
    moved = to_gcj02(point)
    if not is_shifted(point):
        return point
    north, east = turn_of(moved)
    return Point(moved.lat + north, moved.lng + east)


def from_bd09(point: Point) -> Point:
    return from_gcj02(undo(turn_of, point)) if is_shifted(point) else point


def undo(shift: Callable[[Point], tuple[float, float]], point: Point) -> Point:
    """The point that `shift` moves here. The shift changes slowly: each round is far nearer."""
    found = point
    for _ in range(MOST_ROUNDS):
        north, east = shift(found)
        nearer = Point(point.lat - north, point.lng - east)
        done = max(abs(nearer.lat - found.lat), abs(nearer.lng - found.lng)) < CLOSE_ENOUGH
        found = nearer
        if done:
            break
    return found


def shift_of(point: Point) -> tuple[float, float]:
    """By how many degrees GCJ-02 moves a point to the north and to the east."""
    x, y = point.lng - 105.0, point.lat - 35.0
    common = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + common
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + common
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    bent = 1 - ECCENTRICITY_SQUARED * sin(radians(point.lat)) ** 2
    meridian_m = AXIS_M * (1 - ECCENTRICITY_SQUARED) / (bent * sqrt(bent))
    parallel_m = AXIS_M / sqrt(bent) * cos(radians(point.lat))
    return degrees(north / meridian_m), degrees(east / parallel_m)


def turn_of(point: Point) -> tuple[float, float]:
    """By how many degrees BD-09 moves a point that is in GCJ-02."""
    reach = hypot(point.lng, point.lat) + 0.000_02 * sin(point.lat * TURN)
    angle = atan2(point.lat, point.lng) + 0.000_003 * cos(point.lng * TURN)
    lat, lng = reach * sin(angle) + 0.006, reach * cos(angle) + 0.0065
    return lat - point.lat, lng - point.lng


def is_shifted(point: Point) -> bool:
    """Whether the point lies within the outline: a ray to the east crosses it an odd number of
    times. The outline is good to some twenty kilometres, which is between towns."""
    inside, (lat, lng) = False, point
    for (lat1, lng1), (lat2, lng2) in zip(OUTLINE, OUTLINE[1:] + OUTLINE[:1], strict=True):
        if (lat1 > lat) != (lat2 > lat) and lng < lng1 + (lat - lat1) * (lng2 - lng1) / (
            lat2 - lat1
        ):
            inside = not inside
    return inside


READERS: dict[Datum, Callable[[Point], Point]] = {
    "wgs84": lambda point: point,
    "gcj02": from_gcj02,
    "bd09": from_bd09,
}

# Mainland, Hainan, Hong Kong and Macau, from the Altai clockwise; coasts run in the sea.
# fmt: off
OUTLINE: list[tuple[float, float]] = [
    (49.2, 87.5), (49.1, 88.0), (47.9, 90.2), (46.9, 91.0), (45.2, 91.1), (45.0, 93.6),
    (44.3, 95.5), (42.8, 96.5), (42.7, 100.0), (41.8, 105.0), (42.6, 107.4), (42.7, 109.5),
    (43.8, 111.9), (45.0, 111.8), (45.2, 113.9), (45.5, 115.0), (46.4, 116.6), (46.8, 119.7),
    (47.7, 119.1), (48.0, 117.8), (47.7, 116.9), (48.0, 115.5), (49.8, 116.7), (49.7, 117.9),
    (50.2, 119.3), (52.2, 120.6), (53.4, 120.9), (53.6, 123.5), (53.2, 125.6), (52.2, 126.8),
    (51.3, 127.0), (50.27, 127.55), (49.6, 128.5), (49.0, 130.6), (47.9, 131.0), (47.9, 132.6),
    (48.5, 134.6), (48.3, 134.9), (47.3, 134.3), (45.1, 133.2), (45.0, 132.0), (44.9, 131.5),
    (43.5, 131.4), (42.9, 131.1), (42.4, 130.7), (42.9, 130.0), (42.4, 129.4), (42.0, 128.9),
    (41.98, 128.1), (41.4, 128.3), (41.5, 127.0), (41.1, 126.4), (40.8, 125.8), (40.1, 124.45),
    (39.5, 124.1), (38.0, 123.5), (33.0, 124.0), (30.0, 124.0), (27.5, 122.5), (26.3, 121.0),
    (25.0, 119.7), (24.0, 118.7), (22.0, 117.5), (18.0, 112.5), (17.5, 110.0), (18.5, 108.0),
    (20.5, 108.0), (21.45, 108.05), (21.6, 107.2), (22.0, 106.65), (22.8, 106.7), (23.0, 105.8),
    (23.35, 105.4), (22.9, 104.7), (22.5, 103.9), (22.7, 103.0), (22.3, 102.2), (21.2, 101.85),
    (21.1, 101.3), (21.4, 100.2), (22.0, 99.3), (23.1, 98.8), (23.95, 97.5), (24.8, 97.5),
    (25.6, 98.1), (27.5, 98.6), (28.2, 97.4), (29.1, 96.2), (29.1, 95.0), (28.4, 93.8),
    (27.8, 91.7), (28.1, 90.0), (28.2, 89.4), (27.3, 89.0), (27.9, 88.6), (27.9, 86.9),
    (27.97, 85.9), (28.3, 85.2), (28.9, 84.2), (29.3, 83.4), (30.1, 82.1), (30.3, 81.1),
    (31.1, 79.4), (32.5, 78.8), (33.8, 78.7), (34.7, 78.2), (35.5, 77.7), (36.2, 76.0),
    (37.1, 74.8), (38.5, 73.8), (39.5, 73.6), (40.4, 74.7), (40.5, 76.5), (41.1, 78.3),
    (42.0, 80.1), (43.0, 80.2), (44.2, 80.2), (44.9, 79.8), (45.2, 81.9), (45.4, 82.4),
    (46.9, 82.7), (47.3, 83.1), (47.1, 85.2), (48.4, 85.6),
]
# fmt: on
