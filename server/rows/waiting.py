"""Kept content that waits for a row: noted when refused, woken when the row comes (law 10)."""

from functools import cache

from sqlalchemy import UpdateBase, bindparam, delete

from server.db import Connection, as_list, bulk_upsert, fetch, listed
from server.rows.tables import awaited
from sync import AWAITED_MS, Ledger, is_fresh

REJUDGE = "rejudge"
"""The kind of deadline that judges a kept unit again."""


async def wake_waiting(connection: Connection, ledger: Ledger) -> None:
    """Schedules judging again, due now, of whatever waits for a row that comes in this very
    transaction; and notes what was refused in it and waits from now on."""
    come = come_rows(ledger)
    here = {id for missing, id in ledger.awaited if missing in come}
    there = await find_waiting(connection, ledger, sorted(come)) if come else []
    for id in sorted({*here, *there}):
        ledger.schedule(REJUDGE, id, ledger.now)
    until_at = ledger.now + AWAITED_MS
    waiting = [(ledger.org, *pair, until_at) for pair in ledger.awaited if pair[1] not in here]
    await bulk_upsert(connection, awaited, waiting)


def come_rows(ledger: Ledger) -> set[str]:
    """Ids that phones may have named before: new rows of phones, aliases, and what came back."""
    fresh = {row.id for row in ledger.touched.values() if row.device and is_fresh(row)}
    return fresh | ledger.new_aliases.keys() | ledger.returned.keys()


async def find_waiting(connection: Connection, ledger: Ledger, come: list[str]) -> list[str]:
    asked = {"org": ledger.org, "come": as_list(come)}
    ended = await fetch(connection, end_waiting(connection.dialect.name), asked)
    return [id for id, until_at in ended if until_at > ledger.now]


@cache
def end_waiting(dialect: str) -> UpdateBase:
    meant = awaited.c.missing_id.in_(listed(dialect, "come"))
    return (
        delete(awaited)
        .where(awaited.c.org_id == bindparam("org"), meant)
        .returning(awaited.c.refusal_id, awaited.c.until_at)
    )
