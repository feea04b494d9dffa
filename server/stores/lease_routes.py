"""How long a phone may be opened without having met the server: the organisation's to set."""

from typing import Annotated

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.errors import Forbidden, NotFound
from server.ground import ground_of
from server.identity.actor import may
from server.identity.sessions import signed_in
from server.intake import read_json
from server.rows import Published, load, open_ledger, publish

FIELD = "lease_days"
"""Of the organisation's row, so that every phone has it; without it, phones say seven days."""


class LeaseWish(msgspec.Struct, forbid_unknown_fields=True):
    lease_days: Annotated[int, msgspec.Meta(ge=1, le=90)]


async def set_lease(request: Request) -> Response:
    wish = await read_json(request, LeaseWish)
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    if not may(actor, "configure"):
        raise Forbidden

    async def work(connection: AsyncConnection) -> Published:
        ledger = await open_ledger(connection, actor.org_id, request.app.state.entities, now)
        await load(connection, ledger, [actor.org_id])
        organisation = ledger.find(actor.org_id)
        if organisation is None:
            raise NotFound
        ledger.change(organisation, **{FIELD: wish.lease_days})
        return await publish(connection, ledger)

    request.app.state.announce(await ground.database.transact(work))
    return JSONResponse({FIELD: wish.lease_days})


routes = [Route("/api/organisation", set_lease, methods=["PATCH"])]
