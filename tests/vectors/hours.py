"""Writes hours.json: `python -m tests.vectors.hours`. When stores are open and until when, by the
server's reckoning; phones compute it too and are held to the same file."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from server.stores.calendar import calendar_of
from server.stores.hours import name_special_days
from sync import Entity, Ledger, Row

FILE = Path(__file__).parent / "hours.json"
FAR = timedelta(days=6)
FIRST, STEP = "2026-09-24 00:00", timedelta(hours=3, minutes=50)
MALL = [[[600, 1320]]] * 7
SPLIT = [[[540, 720], [840, 1260]]] * 5 + [[[600, 1320]], []]
NIGHTS = [[], [], [[1320, 120]], [[1200, 0]], [[1200, 180]], [[0, 0]], [[0, 1440]]]
ALWAYS = [[[0, 720], [720, 0]]] * 7
RULES = {"holiday_rule": "closed", "make_up_rule": "weekday"}

STORES: list[dict[str, Any]] = [
    {"zone": "Asia/Shanghai", "hours": MALL},
    {"zone": "Asia/Shanghai", "hours": SPLIT, **RULES},
    {"zone": "Asia/Shanghai", "hours": NIGHTS, "holiday_rule": "sunday"},
    {"zone": "Asia/Shanghai", "hours": ALWAYS},
    {"zone": "Asia/Shanghai", "hours": ALWAYS, **RULES, "openings": {"2026-10-02": [[600, 900]]}},
    {"zone": "Asia/Urumqi", "hours": MALL, "closures": ["2026-09-25", "2026-09-26"]},
    {"zone": "Europe/Berlin", "hours": SPLIT, "country": "DE", "holiday_rule": "closed"},
]


def vectors() -> list[dict[str, Any]]:
    return [vector for store in STORES for vector in of_store(store)]


def of_store(store: dict[str, Any]) -> Iterator[dict[str, Any]]:
    zone, calendar = ZoneInfo(store["zone"]), calendar_of(store)
    first = datetime.fromisoformat(FIRST).replace(tzinfo=zone)
    shown = as_on_phones(store, int(first.timestamp()) * 1000)
    moments = [first + n * STEP for n in range(120)]
    cases = []
    for moment in moments:
        at = int(moment.timestamp()) * 1000
        closes_at = calendar.closes_at(at) if calendar.is_open(at) else None
        cases.append([at, calendar.is_open(at), wall_of(at, closes_at, zone)])
    yield {"store": shown, "cases": cases}


def as_on_phones(store: dict[str, Any], now: int) -> dict[str, Any]:
    ledger = Ledger("", now, {"store": Entity(name="store", kind="server")})
    body = {"closures": [], "openings": {}, **store}
    row = Row(id="s", entity="store", root="s", body=body, at=0, captured_at=0, received_at=0)
    name_special_days(ledger, row)
    special = row.body.get("as_weekday", {})
    named = {day: at for day, at in special.items() if "2026-09" < day < "2026-11"}
    fields = ("zone", "hours", "closures", "openings")
    return {field: body[field] for field in fields} | {"as_weekday": named}


def wall_of(at: int, closes_at: int | None, zone: ZoneInfo) -> str | None:
    """None: it does not close in days."""
    if closes_at is None or closes_at - at > FAR / timedelta(milliseconds=1):
        return None
    text = f"{datetime.fromtimestamp(closes_at / 1000, zone):%H:%M}"
    return "24:00" if text == "00:00" else text


if __name__ == "__main__":
    lines = [json.dumps(vector, ensure_ascii=False) for vector in vectors()]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n")
