"""Writes dormant.json: `python -m tests.vectors.dormant`. When a week's list of the silent is made,
and who is on it, by the server's reckoning; phones make it too and are held to the same file."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from server.followups.dormant import Told, is_dormant, listed_at

FILE = Path(__file__).parent / "dormant.json"
DAY_MS = 24 * 3600 * 1000
MOMENTS = [
    ("Asia/Shanghai", "2026-11-23 09:00"),
    ("Asia/Shanghai", "2026-11-25 23:59"),
    ("Asia/Shanghai", "2026-11-29 23:59"),
    ("Asia/Urumqi", "2026-11-23 11:30"),
    ("Europe/Berlin", "2026-03-30 09:00"),
    ("Europe/Berlin", "2026-10-29 10:00"),
]
AT = 1_795_400_000_000
WEEK_AGO = AT - 7 * DAY_MS
CUSTOMERS: list[dict[str, Any]] = [
    {"last_contact_at": WEEK_AGO},
    {"last_contact_at": WEEK_AGO + 1},
    {"last_contact_at": WEEK_AGO, "marketing": False},
    {"last_contact_at": WEEK_AGO, "owner_id": None},
    {"last_contact_at": WEEK_AGO, "next_at": AT},
    {"last_contact_at": WEEK_AGO, "next_at": AT + 1},
    {"last_contact_at": None, "created_at": WEEK_AGO},
    {"last_contact_at": None, "created_at": AT - DAY_MS},
    {"last_contact_at": AT + DAY_MS},
]


def vectors() -> dict[str, list[Any]]:
    people = [{"owner_id": "bo", "marketing": True, **each} for each in CUSTOMERS]
    return {
        "lists": [[zone, at, listed_at(at, ZoneInfo(zone))] for zone, at in map(read, MOMENTS)],
        "customers": [[each, AT, is_dormant(msgspec.convert(each, Told), AT)] for each in people],
    }


def read(moment: tuple[str, str]) -> tuple[str, int]:
    zone, text = moment
    shown = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return zone, int(shown.timestamp()) * 1000


def text_of(held: dict[str, list[Any]]) -> str:
    """One case a line."""
    parts = [
        f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]"
        for name, cases in held.items()
    ]
    return "{" + ", ".join(parts) + "}\n"


if __name__ == "__main__":
    FILE.write_text(text_of(vectors()))
