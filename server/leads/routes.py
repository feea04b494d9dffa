"""Who could take a lead now: read online by the manager who is about to reassign it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import NotFound
from server.ground import ground_of
from server.identity.actor import Actor, may
from server.identity.sessions import signed_in
from server.leads.eligibility import Candidate, skip_code, why_not_here
from server.leads.queries import count_open_leads, set_scene
from server.rows import find_row, load
from sync import Entities, Ledger


async def show_candidates(request: Request) -> Response:
    """GET. `load`: how many open leads a person holds; `code`: why the turn passes them by;
    `may`: the manager can give it to them all the same."""
    ground, entities = ground_of(request), request.app.state.entities
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        lead_id = request.path_params["id"]
        found = await list_candidates(connection, entities, actor, lead_id, ground.clock())
    return JSONResponse(found)


async def list_candidates(
    connection: Connection, entities: Entities, actor: Actor, lead_id: str, now: int
) -> dict[str, list[dict[str, Any]]]:
    lead = await find_row(connection, actor.org_id, lead_id)
    if lead is None or lead.entity != "lead" or not may(actor, "see_candidates", lead):
        raise NotFound
    ledger = await load(connection, Ledger(actor.org_id, now, entities), [lead.id])
    scene = await set_scene(connection, ledger, lead)
    people = [scene.people[id] for id in scene.roster.here]
    loads = await count_open_leads(connection, actor.org_id, scene.roster.here)
    codes = {person.staff_id: skip_code(person, scene.ask()) for person in people}
    ranked = sorted(people, key=lambda each: (-each.turn.balance, each.turn.last_at, each.staff_id))
    described = [(describe(each, loads[each.staff_id]), codes[each.staff_id]) for each in ranked]
    return {
        "eligible": [known for known, code in described if code is None],
        "skipped": [{**known, "code": code} for known, code in described if code is not None],
    }


def describe(person: Candidate, load: int) -> dict[str, Any]:
    may = why_not_here(person) is None
    return {"staff_id": person.staff_id, "name": person.name, "load": load, "may": may}


routes = [Route("/api/leads/{id}/candidates", show_candidates, methods=["GET"])]
