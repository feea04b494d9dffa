"""Writes places.json: `python -m tests.vectors.places`. Places in three datums, and the grade of
evidence, by the server's reckoning; phones convert and foretell, and are held to the same file."""

import json
from itertools import product
from pathlib import Path
from typing import Any

from server.stores.geodesy import Point, is_shifted, to_bd09, to_gcj02
from server.visits.grading import DOUBTS, Evidence, judge

FILE = Path(__file__).parent / "places.json"
TOWNS = {
    "shanghai": (31.2304, 121.4737),
    "beijing": (39.9042, 116.4074),
    "urumqi": (43.8256, 87.6168),
    "kashgar": (39.4704, 75.9898),
    "lhasa": (29.6500, 91.1000),
    "sanya": (18.2528, 109.5119),
    "mohe": (52.9721, 122.5386),
    "fuyuan": (48.3646, 134.2875),
    "manzhouli": (49.5977, 117.4311),
    "dandong": (40.1290, 124.3830),
    "ruili": (24.0128, 97.8520),
    "xiamen": (24.4798, 118.0894),
    "hong kong": (22.2819, 114.1582),
    "macau": (22.1899, 113.5381),
    "taipei": (25.0330, 121.5654),
    "kaohsiung": (22.6273, 120.3014),
    "seoul": (37.5665, 126.9780),
    "vladivostok": (43.1155, 131.8855),
    "ulaanbaatar": (47.8864, 106.9057),
    "almaty": (43.2380, 76.9450),
    "hanoi": (21.0278, 105.8342),
    "kathmandu": (27.7172, 85.3240),
    "singapore": (1.3521, 103.8198),
    "paris": (48.8566, 2.3522),
    "sydney": (-33.8688, 151.2093),
}
DISTANCES = (None, 0.0, 100.0, 170.0, 171.0, 229.0, 230.0, 231.0, 900.0)
ACCURACIES = (None, 30.0, 501.0)
OTHERS = (None, 20.0, 190.0)
WALLS = (None, True, False)


def vectors() -> dict[str, list[Any]]:
    points = [(name, Point(*town)) for name, town in TOWNS.items()]
    return {
        "datums": [
            [name, is_shifted(point), point, to_gcj02(point), to_bd09(point)]
            for name, point in points
        ],
        "grades": [[each._asdict(), *judge(each)] for each in evidence()],
    }


def evidence() -> list[Evidence]:
    plain = product(DISTANCES, ACCURACIES, (200,), (0,), OTHERS, WALLS)
    late = [Evidence(10.0, 20.0, off_ms=off_ms) for off_ms in (600_000, 600_001, -600_001)]
    doubted = [Evidence(10.0, 20.0, doubts=(doubt,)) for doubt in DOUBTS]
    return [*(Evidence(*each) for each in plain), *late, *doubted]


def text_of(held: dict[str, list[Any]]) -> str:
    """One case a line."""
    parts = [
        f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]"
        for name, cases in held.items()
    ]
    return "{" + ", ".join(parts) + "}\n"


if __name__ == "__main__":
    FILE.write_text(text_of(vectors()))
