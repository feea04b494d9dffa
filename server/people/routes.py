"""People, for those who lead them: who is there, leave, shifts, handover. Others see nobody."""

from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import BadRequest, Forbidden, NotFound
from server.ground import ground_of
from server.identity.actor import LEADERS, Actor
from server.identity.sessions import signed_in
from server.intake import read_json
from server.leads.queries import count_open_leads
from server.people.changing import change_person
from server.people.facts import read_facts
from server.people.handover import carry_out, prepare, summarise
from server.people.left_behind import read_left_behind
from server.people.rehearsal import foresee
from server.people.wishes import LEFT, Id, PersonWish, heads, may_wish
from server.rows import Published, load, load_scope, open_ledger, publish
from sync import ORGANISATION, Ledger, Row


class HandoverWish(msgspec.Struct, forbid_unknown_fields=True):
    """`to_ids`: nobody named is everybody at each customer's store, by the store's weights.
    `leaves`: the person leaves with the same act."""

    to_ids: Annotated[list[Id], msgspec.Meta(max_length=50)] = []
    leaves: bool = False


async def list_staff(request: Request) -> Response:
    """GET. Everybody whom one leads, with how many open leads each holds."""
    ground = ground_of(request)
    async with ground.database.read() as connection:
        actor = await leader(request, connection)
        ledger = Ledger(actor.org_id, ground.clock(), request.app.state.entities)
        staff = await load_scope(connection, ledger, ORGANISATION, "staff")
        headed = [row for row in staff if not row.deleted and heads(actor, row)]
        held = await count_open_leads(connection, actor.org_id, [row.id for row in headed])
        left = await read_left_behind(connection, actor.org_id, headed)
    people = [
        {"id": row.id, **row.body, "open_leads": held[row.id], **left.get(row.id, {})}
        for row in headed
    ]
    return JSONResponse({"people": sorted(people, key=lambda each: (each["name"], each["id"]))})


async def show_person(request: Request) -> Response:
    """GET. With what was done with them, the latest first."""
    ground = ground_of(request)
    async with ground.database.read() as connection:
        actor = await leader(request, connection)
        ledger = Ledger(actor.org_id, ground.clock(), request.app.state.entities)
        person = await find_headed(connection, ledger, actor, request.path_params["id"])
        held = await count_open_leads(connection, actor.org_id, [person.id])
        facts = await read_facts(connection, actor.org_id, person.id)
    told = {"id": person.id, **person.body, "open_leads": held[person.id], "facts": facts}
    return JSONResponse(told)


async def change_staff(request: Request) -> Response:
    """PATCH. What was until now is kept, for reports still under way."""
    wish: dict[str, Any] = msgspec.to_builtins(await read_json(request, PersonWish))
    ground = ground_of(request)
    now, staff_id = ground.clock(), request.path_params["id"]
    async with ground.database.read(snapshot=False) as connection:
        actor = await leader(request, connection)
    if not wish:
        raise BadRequest

    async def work(connection: Connection) -> Published:
        ledger = await open_ledger(connection, actor.org_id, request.app.state.entities, now)
        person = await find_headed(connection, ledger, actor, staff_id)
        if not may_wish(actor, person, wish):
            raise Forbidden
        await change_person(connection, ledger, person, wish, actor.staff_id)
        return await publish(connection, ledger)

    request.app.state.announce(await ground.database.transact(work))
    return Response(status_code=204)


async def rehearse_handover(request: Request) -> Response:
    """POST. What the same body would do at `…/handover`, and what is still on the phones."""
    wish, ground = await read_json(request, HandoverWish), ground_of(request)
    async with ground.database.read() as connection:
        actor = await leader(request, connection)
        ledger = Ledger(actor.org_id, ground.clock(), request.app.state.entities)
        person = await find_headed(connection, ledger, actor, request.path_params["id"])
        await check_handover(connection, ledger, actor, person, wish)
        handover = await prepare(connection, ledger, person, wish.to_ids)
        told = await foresee(connection, ledger, handover, request.app.state.reports)
    return JSONResponse(told)


async def hand_over(request: Request) -> Response:
    """POST. Answers what went to whom."""
    wish, ground = await read_json(request, HandoverWish), ground_of(request)
    now, staff_id = ground.clock(), request.path_params["id"]
    async with ground.database.read(snapshot=False) as connection:
        actor = await leader(request, connection)

    async def work(connection: Connection) -> tuple[Published, dict[str, Any]]:
        ledger = await open_ledger(connection, actor.org_id, request.app.state.entities, now)
        person = await find_headed(connection, ledger, actor, staff_id)
        await check_handover(connection, ledger, actor, person, wish)
        handover = await prepare(connection, ledger, person, wish.to_ids)
        told = summarise(handover)
        leaves = wish.leaves or person.body["state"] == LEFT
        carry_out(ledger, handover, actor.staff_id, leaves)
        if wish.leaves:
            leaving = {"state": LEFT}
            await change_person(connection, ledger, person, leaving, actor.staff_id)
        return await publish(connection, ledger), told

    published, told = await ground.database.transact(work)
    request.app.state.announce(published)
    return JSONResponse(told)


async def leader(request: Request, connection: Connection) -> Actor:
    """Raises Forbidden for those who lead nobody."""
    actor = await signed_in(request, connection)
    if actor.role not in LEADERS:
        raise Forbidden
    return actor


async def find_headed(connection: Connection, ledger: Ledger, actor: Actor, staff_id: str) -> Row:
    """Raises NotFound also for people of other stores."""
    await load(connection, ledger, [staff_id])
    person = ledger.row(staff_id)
    if person is None or person.entity != "staff" or person.deleted or not heads(actor, person):
        raise NotFound
    return person


async def check_handover(
    connection: Connection, ledger: Ledger, actor: Actor, person: Row, wish: HandoverWish
) -> None:
    """To people whom one heads too. Raises BadRequest, Forbidden."""
    await load(connection, ledger, wish.to_ids)
    named = [ledger.row(id) for id in wish.to_ids]
    headed = [row.id for row in named if row and row.entity == "staff" and heads(actor, row)]
    if strangers := sorted(set(wish.to_ids) - set(headed)):
        raise BadRequest("not_eligible", field="to_ids", staff_ids=strangers)
    if wish.leaves and not may_wish(actor, person, {"state": LEFT}):
        raise Forbidden


routes = [
    Route("/api/staff", list_staff, methods=["GET"]),
    Route("/api/staff/{id}", show_person, methods=["GET"]),
    Route("/api/staff/{id}", change_staff, methods=["PATCH"]),
    Route("/api/staff/{id}/handover", hand_over, methods=["POST"]),
    Route("/api/staff/{id}/handover/rehearsal", rehearse_handover, methods=["POST"]),
]
