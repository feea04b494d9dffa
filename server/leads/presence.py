"""Who answers no more: two unanswered offers in a row, until a sign of life or the next day.

A row for each person who let an offer pass. It lies with them and at the store's desk, and ends by
itself: `until` is the end of the store's day in which the offers passed.
"""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.clock import MINUTE_MS
from sync import Author, Ledger, Refusal, Row, derive_id

IN_A_ROW = 2
APART_MS = MINUTE_MS
"""Offers of one moment say once that nobody looked: a bus that arrives is not two silences."""

ANSWERING: dict[str, Any] = {"missed_ids": [], "offered_at": None, "away_at": None, "until": 0}


def presence_id(staff_id: str) -> str:
    return derive_id("presence", staff_id)


def count_missed(ledger: Ledger, offer: Row, zone: ZoneInfo) -> bool:
    """One more offer that its person let pass; whether that makes them away as from now."""
    staff_id = offer.body["to_id"]
    held = ledger.row(presence_id(staff_id))
    run = run_of(held, ledger.now)
    last_at = run["offered_at"]
    if offer.id in run["missed_ids"]:
        return False
    if last_at is not None and abs(offer.body["offered_at"] - last_at) < APART_MS:
        return False
    missed = [*run["missed_ids"], offer.id][-IN_A_ROW:]
    is_news = run["away_at"] is None and len(missed) == IN_A_ROW
    fields = {
        "staff_id": staff_id,
        "store_id": offer.body["store_id"],
        "missed_ids": missed,
        "offered_at": offer.body["offered_at"],
        "away_at": ledger.now if is_news else run["away_at"],
        "until": end_of_day(ledger.now, zone),
    }
    id = presence_id(staff_id)
    ledger.create_once("presence", id, id, fields)
    return is_news


def run_of(held: Row | None, now: int) -> dict[str, Any]:
    """The offers missed in a row today; yesterday's are over."""
    return held.body if held is not None and held.body["until"] > now else ANSWERING


def end_of_day(now: int, zone: ZoneInfo) -> int:
    day = datetime.fromtimestamp(now / 1000, zone).date() + timedelta(days=1)
    return int(datetime.combine(day, time(), zone).timestamp()) * 1000


def away_until(held: Row | None) -> int:
    """Until when this person gets no leads in turn, ms; 0 if they do."""
    return held.body["until"] if held is not None and held.body["away_at"] is not None else 0


def come_back(ledger: Ledger, staff_id: str) -> None:
    """A sign of life. Whoever never missed an offer has no row."""
    id = presence_id(staff_id)
    held = ledger.row(id) if ledger.has_loaded(id) else None
    if held is not None:
        ledger.change(held, **ANSWERING)


def return_to_work(tap: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """我在: nobody says it for another."""
    held = ledger.row(tap.body["presence_id"])
    if held is None or held.entity != "presence":
        return Refusal("not_found", "presence_id")
    if held.body["staff_id"] != author.staff_id:
        return Refusal("forbidden")
    come_back(ledger, author.staff_id)
    return None
