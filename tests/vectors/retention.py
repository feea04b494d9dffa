"""Writes retention.json: `python -m tests.vectors.retention`. Who is over the time for which data
is kept, by the server's reckoning; phones of managers reckon too and are held to the same file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from server.followups.retention import Kept, Moved, is_overdue, months_before, moved_at
from tests.vectors.dormant import text_of

FILE = Path(__file__).parent / "retention.json"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


NOW = at("2026-11-27 08:00") + 7
BEFORE = at("2024-11-27 08:00") + 7
OLD = at("2020-01-01 08:00")
MONTHS = [
    ("2026-11-27 08:00", 24),
    ("2026-03-31 08:00", 1),
    ("2024-03-31 23:59", 1),
    ("2026-01-31 00:00", 2),
    ("2026-12-01 00:00", 12),
    ("2026-01-01 00:00", 1),
]
LEADS: list[tuple[dict[str, Any], int]] = [
    ({}, OLD),
    ({"accepted_at": None, "contacted_at": None, "attempts": []}, OLD),
    ({"accepted_at": BEFORE}, OLD),
    ({"accepted_at": OLD, "contacted_at": BEFORE + 1}, OLD),
    ({"attempts": [OLD, BEFORE + 1, OLD + 1]}, OLD),
]
CUSTOMERS: list[tuple[dict[str, Any], int]] = [
    ({}, 0),
    ({"last_contact_at": None}, OLD),
    ({"last_contact_at": BEFORE}, 0),
    ({"last_contact_at": BEFORE + 1}, 0),
    ({}, BEFORE),
    ({}, BEFORE + 1),
    ({"last_contact_at": OLD - 1}, 0),
    ({"created_at": BEFORE + 1}, 0),
    ({"next_at": NOW}, 0),
    ({"next_at": NOW - 1}, 0),
    ({"open_lead_id": "l"}, 0),
]


def vectors() -> dict[str, list[Any]]:
    moments = [(at(text), months) for text, months in MONTHS]
    people = [({"created_at": OLD, **body}, touched) for body, touched in CUSTOMERS]
    return {
        "months": [[now, months, months_before(now, months)] for now, months in moments],
        "leads": [
            [body, began, moved_at(msgspec.convert(body, Moved), began)] for body, began in LEADS
        ],
        "customers": [
            [body, touched, 24, NOW, is_overdue(msgspec.convert(body, Kept), touched, 24, NOW)]
            for body, touched in people
        ],
    }


if __name__ == "__main__":
    FILE.write_text(text_of(vectors()))
