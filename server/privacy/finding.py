"""Admins hold no customer's rows: for them somebody is found by their number, to be erased."""

from typing import Annotated, Any

import msgspec
from limits import RateLimitItemPerHour
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.attempts import attempts_at
from server.customers import phone
from server.customers.customer import PHONE_KEY
from server.customers.names import mask_name
from server.db import Connection
from server.errors import BadRequest, Forbidden
from server.ground import ground_of
from server.identity.actor import may
from server.identity.sessions import signed_in
from server.intake import read_json
from server.privacy.audit_routes import note_look
from server.rows import load
from sync import Ledger

SEARCHES = RateLimitItemPerHour(60)


class Number(msgspec.Struct, forbid_unknown_fields=True):
    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


async def find_by_number(request: Request) -> Response:
    """POST, so that no number stands in an address. Raises BadRequest for what is no number."""
    wish, ground = await read_json(request, Number), ground_of(request)
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        if not may(actor, "configure"):
            raise Forbidden
        await attempts_at(request).count(SEARCHES, "find_by_number", actor.org_id, actor.staff_id)
        number = phone.canonical(wish.phone)
        if number is None:
            raise BadRequest(field="phone")
        ledger = Ledger(actor.org_id, ground.clock(), request.app.state.entities)
        found = await find(connection, ledger, number)
    if found is not None:
        await note_look(request.app, actor.org_id, actor.staff_id, found["id"], "found")
    return JSONResponse({"found": found})


async def find(connection: Connection, ledger: Ledger, number: str) -> dict[str, Any] | None:
    """As much as it takes to know that it is the right one."""
    await load(connection, ledger, keys=[(PHONE_KEY, number)])
    person = ledger.key(PHONE_KEY, number)
    if person is None or person.entity != "customer":
        return None
    body = person.body
    return {
        "id": person.id,
        "name_masked": mask_name(body.get("name") or body.get("salutation") or ""),
        "phone_masked": phone.mask(body.get("phone") or ""),
        "store_id": body["store_id"],
    }


routes = [Route("/api/erasures/find", find_by_number, methods=["POST"])]
