"""A store's rules of routing: read, changed, rehearsed; and the month's report on them.

For whoever leads the store; to anybody else it does not exist.
"""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.clock import DAY_MS
from server.db import Connection
from server.errors import BadRequest, NotFound
from server.ground import ground_of
from server.identity.actor import Actor, leads_store
from server.identity.sessions import signed_in
from server.intake import read_json
from server.leads.fairness import report
from server.leads.past import Past, Span, read_month, read_past, read_staff, read_tallies
from server.leads.rehearsal import Rehearsal, describe
from server.leads.roster import day_of
from server.leads.rules import (
    Fault,
    Rules,
    apply_wish,
    faults_in,
    find_fault,
    read_rules,
    understand,
    write_rules,
)
from server.rows import Published, find_row, load, open_ledger, publish
from server.stores.calendar import calendar_of
from sync import Ledger, Row

REHEARSED_DAYS = 30


async def show_rules(request: Request) -> Response:
    """GET. `followed` is false where the rules cannot be read and the defaults stand in."""
    async with ground_of(request).database.read() as connection:
        _, store, staff = await read_store(request, connection)
    rules = read_rules(store.body)
    faults = [describe_fault(each) for each in faults_in(rules, store.id, bodies_of(staff))]
    followed = understand(store.body) is not None
    return JSONResponse({"rules": write_rules(rules), "followed": followed, "faults": faults})


async def change_rules(request: Request) -> Response:
    """PATCH. The fields that are to change; null is the default again."""
    ground, wish = ground_of(request), await read_json(request, dict[str, Any])
    now = ground.clock()
    async with ground.database.read() as connection:
        actor, store, _ = await read_store(request, connection)

    async def work(connection: Connection) -> tuple[Published, Rules]:
        ledger = await open_ledger(connection, actor.org_id, request.app.state.entities, now)
        await load(connection, ledger, [store.id])
        staff = await read_staff(connection, ledger)
        held = ledger.row(store.id)
        if held is None:
            raise NotFound
        rules = check_wish(held, staff, wish)
        ledger.change(held, routing=write_rules(rules))
        return await publish(connection, ledger), rules

    published, rules = await ground.database.transact(work)
    request.app.state.announce(published)
    return JSONResponse({"rules": write_rules(rules)})


async def rehearse(request: Request) -> Response:
    """POST. What the last thirty days would have brought whom, had these fields been changed."""
    ground, wish = ground_of(request), await read_json(request, dict[str, Any])
    now = ground.clock()
    span = Span(now - REHEARSED_DAYS * DAY_MS, now)
    async with ground.database.read() as connection:
        actor, store, staff = await read_store(request, connection)
        past = await read_past(connection, actor.org_id, store.id, span)
    rehearsal = Rehearsal(store, near(staff, store.id, past), check_wish(store, staff, wish))
    await asyncio.to_thread(rehearsal.run, past)
    return JSONResponse({"days": REHEARSED_DAYS, **describe(rehearsal, names_of(staff))})


async def show_fairness(request: Request) -> Response:
    """GET. `month` as 2026-11; without one the present month."""
    ground = ground_of(request)
    async with ground.database.read() as connection:
        actor, store, staff = await read_store(request, connection)
        zone = calendar_of(store.body).zone
        wanted = request.query_params.get("month") or day_of(ground.clock(), zone)[:7]
        month = read_month(wanted, zone)
        if month is None:
            raise BadRequest(field="month")
        past = await read_past(connection, actor.org_id, store.id, month.span)
        tallies = await read_tallies(connection, actor.org_id, store.id, month.days)
    lines = report(past, tallies, read_rules(store.body), staff)
    return JSONResponse({"month": month.name, "leads": len(past.leads), "people": lines})


async def read_store(request: Request, connection: Connection) -> tuple[Actor, Row, list[Row]]:
    """Who asks, the store and everybody's directory rows. Raises NotFound."""
    actor = await signed_in(request, connection)
    store = await find_row(connection, actor.org_id, request.path_params["id"])
    if store is None or store.entity != "store" or store.deleted:
        raise NotFound
    if not leads_store(actor, store.id):
        raise NotFound
    now, entities = ground_of(request).clock(), request.app.state.entities
    return actor, store, await read_staff(connection, Ledger(actor.org_id, now, entities))


def check_wish(store: Row, staff: list[Row], wish: dict[str, Any]) -> Rules:
    """The rules as wished. Raises BadRequest with the fault's code."""
    rules = apply_wish(store.body, wish)
    if isinstance(rules, Fault):
        raise BadRequest(rules.code, field=rules.field)
    if fault := find_fault(rules, store.id, bodies_of(staff)):
        raise BadRequest(fault.code, field=fault.field)
    return rules


def near(staff: list[Row], store_id: str, past: Past) -> list[Row]:
    """The store's people, and whoever owns its customers."""
    owners = {row.body.get("owner_id") for row in past.customers.values()}
    return [row for row in staff if store_id in row.body["store_ids"] or row.id in owners]


def bodies_of(staff: list[Row]) -> dict[str, dict[str, Any]]:
    return {row.id: row.body for row in staff}


def names_of(staff: list[Row]) -> dict[str, str]:
    return {row.id: row.body["name"] for row in staff}


def describe_fault(fault: Fault) -> dict[str, str]:
    return {"code": fault.code, "field": fault.field}


routes = [
    Route("/api/stores/{id}/routing", show_rules, methods=["GET"]),
    Route("/api/stores/{id}/routing", change_rules, methods=["PATCH"]),
    Route("/api/stores/{id}/routing/rehearsal", rehearse, methods=["POST"]),
    Route("/api/stores/{id}/fairness", show_fairness, methods=["GET"]),
]
