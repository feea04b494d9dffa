"""Stores beside each other, and one store's board: read online, as no phone holds many desks."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.clock import DAY_MS
from server.db import Connection
from server.errors import Forbidden, NotFound
from server.ground import ground_of
from server.identity.actor import LEADERS, Actor, leads_store
from server.identity.sessions import signed_in
from server.leads.offers import UNANSWERED
from server.rows import load_scope, read_row
from server.rows.tables import RECORD, feed, milestones, rows
from server.stores.calendar import calendar_of, midnight
from server.stores.code_weeks import code_week, find_unchecked, read_checks, read_hanging
from sync import ORGANISATION, Ledger, Row, desk_scope

FOUND_MS = 7 * DAY_MS
COUNTED = ("lead", "offer", "escalation", "walk_in")


async def compare_stores(request: Request) -> Response:
    """GET. The stores one leads, the one whose customer waits longest first."""
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        stores = await read_stores(connection, request, actor, now)
        days = {store.id: day_began(store, now) for store in stores}
        found = await read_since(connection, actor.org_id, days, min(days.values(), default=now))
        codes = await count_codes(connection, actor.org_id, stores, now)
    lines = [compare(store, found, days[store.id], now) | codes[store.id] for store in stores]
    return JSONResponse({"at": now, "stores": sorted(lines, key=urgency)})


async def show_board(request: Request) -> Response:
    """GET. A store's leads that are open or were touched today, the oldest first."""
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        store = await read_store(connection, request, actor, now)
        since = day_began(store, now)
        found = await read_since(connection, actor.org_id, [store.id], since)
    leads = [row for row in found if is_on_board(row, store.id, since)]
    told = [{"id": row.id, "root": row.root, "body": row.body} for row in leads]
    walk_ins = count_walk_ins(found, store.id, since)
    return JSONResponse({"at": now, "leads": sorted(told, key=received), "walk_ins": walk_ins})


async def read_store(connection: Connection, request: Request, actor: Actor, now: int) -> Row:
    """The one that the path names. Raises NotFound for those who do not lead it."""
    stores = await read_stores(connection, request, actor, now)
    named = (store for store in stores if store.id == request.path_params["id"])
    if (store := next(named, None)) is None:
        raise NotFound
    return store


async def read_stores(
    connection: Connection, request: Request, actor: Actor, now: int
) -> list[Row]:
    """Raises Forbidden for those who lead nobody."""
    if actor.role not in LEADERS:
        raise Forbidden
    ledger = Ledger(actor.org_id, now, request.app.state.entities)
    stores = await load_scope(connection, ledger, ORGANISATION, "store")
    return [row for row in stores if not row.deleted and leads_store(actor, row.id)]


async def read_since(
    connection: Connection,
    org_id: str,
    store_ids: Collection[str],
    since: int,
    entities: Collection[str] = COUNTED,
) -> list[Row]:
    """What is open at these stores, and what changed since: a row's number says when it did, so
    that years of a store's history need not be looked through."""
    then = select(func.coalesce(func.max(milestones.c.seq), 0)).where(
        milestones.c.org_id == org_id, milestones.c.at <= since
    )
    query = (
        select(*RECORD)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == org_id, feed.c.scope.in_([desk_scope(id) for id in store_ids]))
        .where(or_(feed.c.part == 0, feed.c.seq > then.scalar_subquery()))
        .where(rows.c.entity.in_(entities))
    )
    found = (await connection.execute(query)).mappings()
    return list({held["id"]: read_row(held) for held in found}.values())


async def count_codes(
    connection: Connection, org_id: str, stores: Collection[Row], now: int
) -> dict[str, dict[str, int]]:
    """Of each store: codes that nobody looked at though the day is over, and foreign ones that
    were found within a week."""
    ids = [store.id for store in stores]
    checks = await read_checks(connection, org_id, ids, now - FOUND_MS)
    hanging = await read_hanging(connection, org_id, ids)
    told = {}
    for store in stores:
        week = code_week(calendar_of(store.body), now)
        own = [row for row in checks if row.body["store_id"] == store.id]
        here = [poster for poster in hanging if poster.store_id == store.id]
        is_late = week.due_at is not None and now >= week.due_at
        unchecked = find_unchecked(here, own, week) if is_late else []
        foreign = sum(row.body.get("verdict") == "foreign" for row in own)
        told[store.id] = {"codes_unchecked": len(unchecked), "codes_foreign": foreign}
    return told


def compare(store: Row, found: Iterable[Row], since: int, now: int) -> dict[str, Any]:
    """Each lead counts once in each figure, as on the store's own desk."""
    here = [row for row in found if row.body["store_id"] == store.id]
    leads = {row.id: row.body for row in here if row.entity == "lead"}
    offers = [row.body for row in here if row.entity == "offer"]
    today = [offer for offer in offers if offer["offered_at"] >= since]
    accepted = {offer["lead_id"] for offer in today if offer["state"] == "accepted"}
    accepted |= {id for id, body in leads.items() if (body["accepted_at"] or 0) >= since}
    missed = [row.body for row in here if row.entity == "escalation"]
    late = {
        one["lead_id"] for one in missed if one["at"] >= since and one["reason"] == "unanswered"
    }
    late |= {offer["lead_id"] for offer in offers if is_overdue(offer, now)}
    waiting = [body["received_at"] for body in leads.values() if body["state"] in UNANSWERED]
    return {
        "store_id": store.id,
        "name": store.body["name"],
        "assigned": len({offer["lead_id"] for offer in today}),
        "accepted": len(accepted),
        "late": len(late),
        "waiting": len(waiting),
        "walk_ins": count_walk_ins(found, store.id, since),
        "oldest_at": min(waiting, default=None),
    }


def count_walk_ins(found: Iterable[Row], store_id: str, since: int) -> int:
    """Receptions that left no data: apart from the leads, which they never become."""
    told = (row for row in found if row.entity == "walk_in" and not row.body.get("void"))
    return sum(row.body["store_id"] == store_id and row.at >= since for row in told)


def is_overdue(offer: dict[str, Any], now: int) -> bool:
    due_at = offer.get("escalate_at")
    return offer["state"] == "open" and due_at is not None and due_at <= now


def is_on_board(row: Row, store_id: str, since: int) -> bool:
    if row.entity != "lead" or row.body["store_id"] != store_id:
        return False
    times = (row.body["received_at"], row.body["accepted_at"] or 0, row.body["closed_at"] or 0)
    return row.body["state"] in UNANSWERED or max(times) >= since


def urgency(line: dict[str, Any]) -> tuple[bool, int, int, str]:
    waits = line["oldest_at"] is not None
    return (not waits, line["oldest_at"] or 0, -line["late"], line["store_id"])


def received(lead: dict[str, Any]) -> tuple[int, str]:
    return lead["body"]["received_at"], lead["id"]


def day_began(store: Row, now: int) -> int:
    zone = calendar_of(store.body).zone
    return midnight(datetime.fromtimestamp(now / 1000, zone).date(), zone)


routes = [
    Route("/api/boards", compare_stores, methods=["GET"]),
    Route("/api/boards/{id}", show_board, methods=["GET"]),
]
