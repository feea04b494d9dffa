"""Who asked to be erased and waits for an answer: listed until they are, or are told why not."""

from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.customers import phone
from server.customers.names import mask_name
from server.db import Connection
from server.errors import BadRequest, Conflict, Forbidden, NotFound
from server.ground import ground_of
from server.identity.actor import Actor
from server.identity.sessions import signed_in
from server.intake import read_json
from server.privacy import requests
from server.privacy.erasure import may_erase
from server.privacy.reminding import read_open
from server.rows import Published, load, load_scope, load_tree, open_ledger, publish
from server.stores.calendar import calendar_of
from sync import ORGANISATION, Ledger, Row


class Declined(msgspec.Struct, forbid_unknown_fields=True):
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


async def list_requests(request: Request) -> Response:
    """GET. Managers: their stores'; admins: all, also of stores that nobody manages."""
    ground = ground_of(request)
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        if actor.role not in ("manager", "admin"):
            raise Forbidden
        ledger = Ledger(actor.org_id, ground.clock(), request.app.state.entities)
        stores = await load_scope(connection, ledger, ORGANISATION, "store")
        led = {row.id: row for row in stores if may_erase(actor, row.id)}
        found = await read_open(connection, ledger, led)
    told = [
        describe(asked, person, led[person.body["store_id"]], ledger.now)
        for asked, person in found
        if person.body["store_id"] in led
    ]
    return JSONResponse({"requests": told})


def describe(asked: Row, person: Row, store: Row, now: int) -> dict[str, Any]:
    body, calendar = asked.body, calendar_of(store.body)
    return {
        "id": asked.id,
        "customer_id": person.id,
        "store_id": store.id,
        "name_masked": mask_name(person.body.get("name") or person.body.get("salutation") or ""),
        "phone_masked": phone.mask(person.body.get("phone") or ""),
        "via": body["via"],
        "by_id": body["by_id"],
        "at": body["at"],
        "due_on": requests.due_on(body["at"], calendar).isoformat(),
        "days_left": requests.days_left(body["at"], now, calendar),
    }


async def decline_request(request: Request) -> Response:
    """POST. The customer is not erased, and told why on their page. Raises Conflict `not_open` for
    what was answered before."""
    said, ground = await read_json(request, Declined), ground_of(request)
    if not said.reason.strip():
        raise BadRequest(field="reason")
    async with ground.database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)

    async def work(connection: Connection) -> Published:
        entities = request.app.state.entities
        ledger = await open_ledger(connection, actor.org_id, entities, ground.clock())
        await decline(connection, ledger, actor, request.path_params["id"], said.reason.strip())
        return await publish(connection, ledger)

    request.app.state.announce(await ground.database.transact(work))
    return Response(status_code=204)


async def decline(
    connection: Connection, ledger: Ledger, actor: Actor, id: str, reason: str
) -> None:
    """What staff were told of it goes from their phones."""
    await load(connection, ledger, [id])
    asked = ledger.row(id)
    person = ledger.row(asked.root) if asked is not None else None
    if asked is None or asked.entity != requests.REQUEST or person is None:
        raise NotFound
    if not may_erase(actor, person.body["store_id"]):
        raise NotFound
    if not requests.is_open(asked, person):
        raise Conflict("not_open")
    requests.answer(ledger, asked, actor.staff_id, reason)
    await load_tree(connection, ledger, [person.id])
    for notice in ledger.rows_of("notice"):
        if notice.root == person.id and notice.body.get("request_id") == id:
            ledger.delete(notice)


routes = [
    Route("/api/erasure-requests", list_requests, methods=["GET"]),
    Route("/api/erasure-requests/{id}/decline", decline_request, methods=["POST"]),
]
