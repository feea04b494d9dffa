"""Where staff were is nobody's business after half a year: to about a kilometre is enough.

Visits, and refused ones that somebody still keeps, are rounded where they lie, under new numbers,
so that every phone has them rounded, too. The hard keys of their exact readings go with them.
"""

from functools import partial
from typing import Any

from sqlalchemy import bindparam, select, update
from starlette.applications import Starlette

from server.clock import DAY_MS
from server.db import Connection, Database, fetch
from server.rows import (
    Published,
    in_each_organisation,
    keep_looking,
    load,
    make_row,
    open_ledger,
    publish,
)
from server.rows.tables import PRECISE, RECORD, heads, rows
from server.visits.doubts import key_of, keys_in
from sync import Entities, Ledger, Row

KEPT_MS = 180 * DAY_MS
FIRST_LOOK_S = 300
LOOK_PAUSE_S = 24 * 3600
AT_ONCE = 1_000
"""A tenth of a second, in which nobody else writes."""
DECIMALS = 2
"""Of degrees: 1.1 km to the north, less to the east."""
EXACT_M = 1_000


async def round_old(app: Starlette) -> None:
    await keep_looking(app, round_visits, LOOK_PAUSE_S, FIRST_LOOK_S)


async def round_visits(database: Database, entities: Entities, now: int) -> list[Published]:
    """Until nothing old is exact: a transaction for every AT_ONCE rows of an organisation."""
    done: list[Published] = []
    work = partial(round_some, entities=entities, now=now)
    while published := await in_each_organisation(database, work):
        done += published
    return done


async def round_some(
    connection: Connection, *, org_id: str, entities: Entities, now: int
) -> Published | None:
    """The oldest that are still exact. `heads.rounded` remembers how far this has come."""
    [(rounded,)] = await fetch(connection, ROUNDED, {"org": org_id})
    asked = {"org": org_id, "after": rounded, "until": now - KEPT_MS}
    # What was received in one millisecond is rounded together.
    times = await fetch(connection, TIMES, asked)
    if not times:
        return None
    asked["until"] = times[-1][0]
    ledger = await open_ledger(connection, org_id, entities, now)
    found = [make_row(*held) for held in await fetch(connection, OLD, asked)]
    await load(connection, ledger, [row.id for row in found], keys_of(found))
    for row in found:
        forget_place(row.id, ledger)
    come = update(heads).where(heads.c.org_id == org_id).values(rounded=asked["until"])
    await connection.execute(come)
    return await publish(connection, ledger)


ROUNDED = select(heads.c.rounded).where(heads.c.org_id == bindparam("org"))
DUE = (
    (rows.c.org_id == bindparam("org"))
    & PRECISE
    & (rows.c.received_at > bindparam("after"))
    & (rows.c.received_at <= bindparam("until"))
)
TIMES = select(rows.c.received_at).where(DUE).order_by(rows.c.received_at).limit(AT_ONCE)
OLD = select(*RECORD).where(DUE)


def keys_of(found: list[Row]) -> list[tuple[str, str]]:
    return [key for row in found if row.entity == "visit" for key in keys_at(row)]


def keys_at(row: Row) -> list[tuple[str, str]]:
    """Nothing is measured from a place that is rounded."""
    return [*keys_in(row.body), *key_of(row.author or "")]


def forget_place(id: str, ledger: Ledger) -> None:
    row = ledger.own(id)
    if row is None:
        return
    if row.entity == "refusal":
        if row.body.get("entity") == "visit":
            ledger.change(row, fields=blur(row.body.get("fields") or {}))
        return
    for kind, value in keys_at(row):
        holder = ledger.key(kind, value)
        if holder is not None and holder.id == id:
            ledger.release(kind, value)
    distance_m = row.body.get("distance_m")
    blurred = None if distance_m is None else round(distance_m / EXACT_M) * EXACT_M
    ledger.change(row, **{**blur(row.body), "distance_m": blurred, "rounded": True})


def blur(fields: dict[str, Any]) -> dict[str, Any]:
    """To a grid of a kilometre, with that as its accuracy, and without the phone it came from. What
    was refused may be anything."""
    kept = {**fields, "handset": None} if "handset" in fields else dict(fields)
    for name in ("lat", "lng"):
        if isinstance(kept.get(name), int | float):
            kept[name] = round(kept[name], DECIMALS)
    if isinstance(kept.get("accuracy_m"), int | float):
        kept["accuracy_m"] = max(EXACT_M, kept["accuracy_m"])
    return kept
