"""The dry run: who would lose whom at the next round, and why. Nothing is written."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.errors import NotFound
from server.ground import ground_of
from server.identity.actor import leads_store
from server.identity.sessions import signed_in
from server.pool.cases import Case, find_cases
from server.pool.rounds import next_round, open_office
from server.pool.rules import lower, understand
from server.rows import find_row
from sync import Entities, Ledger, Row


async def rehearse(request: Request) -> Response:
    """GET, for whoever leads the store. `followed` is false where the store's thresholds cannot
    be understood and the defaults stand in."""
    ground, entities = ground_of(request), request.app.state.entities
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        store = await find_row(connection, actor.org_id, request.path_params["id"])
        if store is None or store.entity != "store" or not leads_store(actor, store.id):
            raise NotFound
        told = await rehearse_store(connection, entities, store, actor.org_id, ground.clock())
    return JSONResponse(told)


async def rehearse_store(
    connection: AsyncConnection, entities: Entities, store: Row, org_id: str, now: int
) -> dict[str, Any]:
    office = open_office(store)
    at = next_round(office.calendar, now)
    cases = await find_cases(connection, Ledger(org_id, at, entities), office)
    going = [describe(case) for case in cases if case.fate is not None]
    return {
        "at": at,
        "rules": {name: getattr(office.rules, name) for name in office.rules.__struct_fields__},
        "followed": understand(store.body) is not None,
        "customers": sorted(going, key=lambda each: (each["release_on"], each["id"])),
    }


def describe(case: Case) -> dict[str, Any]:
    body, fate = case.customer.body, case.fate
    assert fate is not None
    return {
        "id": case.customer.id,
        "name": body.get("name") or body.get("salutation") or "",
        "owner_id": body["owner_id"],
        "why": fate.why,
        "release_on": fate.release_on.isoformat(),
        "is_due": fate.is_due and bool(body.get("release_at")),
        "heard_on": case.facts.heard_on.isoformat(),
        "tried_on": case.facts.tried_on.isoformat(),
        "attempts": case.facts.attempts,
        "tier": body.get("tier"),
        "tier_then": lower(body.get("tier")) if fate.why == "no_answer" else body.get("tier"),
    }


routes = [Route("/api/stores/{id}/pool/rehearsal", rehearse, methods=["GET"])]
