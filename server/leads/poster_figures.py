"""What each poster of a store brought: scans, registrations and acceptances, this week and last."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, func, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.ground import ground_of
from server.leads.past import read_rows
from server.stores.calendar import calendar_of, monday_of
from server.stores.poster_routes import leader_of
from server.stores.tables import poster_registrations, poster_scans, posters

WEEK = timedelta(days=7)
STEPS = ("scans", "registrations", "accepted")
Counts = dict[str, dict[str, int]]
"""By week, then by step."""


async def show_figures(request: Request) -> Response:
    """GET. Weeks begin on Monday, by the store's calendar. Scans are a minute late at most."""
    ground, store_id = ground_of(request), request.path_params["id"]
    now = ground.clock()
    async with ground.database.read() as connection:
        actor, store = await leader_of(request, connection, store_id)
        monday = monday_of(calendar_of(store.body).date_at(now))
        found = await count(connection, actor.org_id, store_id, monday)
        last = await read_last_days(connection, actor.org_id, store_id)
    told = {
        id: {**found.get(id, no_counts()), "last_scan_on": last.get(id)}
        for id in sorted({*found, *last})
    }
    return JSONResponse({"at": now, "monday": monday.isoformat(), "posters": told})


async def count(
    connection: Connection, org_id: str, store_id: str, monday: date
) -> dict[str, Counts]:
    found: dict[str, Counts] = defaultdict(no_counts)
    of_store = org_id, store_id, (monday - WEEK).isoformat()

    def add(poster_id: str, day: str, step: str, n: int = 1) -> None:
        week = "this_week" if day >= monday.isoformat() else "last_week"
        found[poster_id][week][step] += n

    for poster_id, day, scans in await read_days(connection, poster_scans, "scans", *of_store):
        add(poster_id, day, "scans", scans)
    came = await read_days(connection, poster_registrations, "lead_id", *of_store)
    accepted = await find_accepted(connection, org_id, {lead_id for _, _, lead_id in came})
    for poster_id, day, lead_id in came:
        add(poster_id, day, "registrations")
        if lead_id in accepted:
            add(poster_id, day, "accepted")
    return found


def no_counts() -> Counts:
    return {week: dict.fromkeys(STEPS, 0) for week in ("this_week", "last_week")}


async def read_days(
    connection: Connection, of: Table, told: str, org_id: str, store_id: str, since: str
) -> list[tuple[str, str, Any]]:
    """(poster_id, day, what `told` says) of the table's entries for this store's posters."""
    query = (
        select(of.c.poster_id, of.c.day, of.c[told])
        .join(posters, (posters.c.org_id == of.c.org_id) & (posters.c.id == of.c.poster_id))
        .where(of.c.org_id == org_id, posters.c.store_id == store_id, of.c.day >= since)
    )
    return [(id, day, value) for id, day, value in await connection.execute(query)]


async def find_accepted(connection: Connection, org_id: str, lead_ids: Iterable[str]) -> set[str]:
    ids = set(lead_ids)
    leads = await read_rows(connection, org_id, ids) if ids else []
    return {lead.id for lead in leads if lead.body.get("accepted_at") is not None}


async def read_last_days(connection: Connection, org_id: str, store_id: str) -> dict[str, Any]:
    """The latest day on which each was scanned: it tells a sheet that was left hanging."""
    told = poster_scans.c
    query = (
        select(told.poster_id, func.max(told.day))
        .join(posters, (posters.c.org_id == told.org_id) & (posters.c.id == told.poster_id))
        .where(told.org_id == org_id, posters.c.store_id == store_id)
        .group_by(told.poster_id)
    )
    return {id: day for id, day in await connection.execute(query)}


routes = [Route("/api/stores/{id}/posters/figures", show_figures, methods=["GET"])]
