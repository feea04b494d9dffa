"""What admins set for the whole organisation: how long a phone may be opened without having met the
server, and after how many months without contact a customer is proposed to be erased."""

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import BadRequest, Forbidden, NotFound
from server.ground import ground_of
from server.identity.actor import may
from server.identity.sessions import signed_in
from server.intake import read_json
from server.rows import Published, load, open_ledger, publish
from server.stores.entities import PROMISED_MONTHS


class OrganisationWish(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Fields of the organisation's row, so that every phone has them; what is left out stays.
    Without them phones say seven days and what was promised."""

    lease_days: Annotated[int, msgspec.Meta(ge=1, le=90)] | msgspec.UnsetType = msgspec.UNSET
    retention_months: Annotated[int, msgspec.Meta(ge=1, le=PROMISED_MONTHS)] | msgspec.UnsetType = (
        msgspec.UNSET
    )


async def set_for_all(request: Request) -> Response:
    wish: dict[str, int] = msgspec.to_builtins(await read_json(request, OrganisationWish))
    if not wish:
        raise BadRequest
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    if not may(actor, "configure"):
        raise Forbidden

    async def work(connection: Connection) -> Published:
        ledger = await open_ledger(connection, actor.org_id, request.app.state.entities, now)
        await load(connection, ledger, [actor.org_id])
        organisation = ledger.find(actor.org_id)
        if organisation is None:
            raise NotFound
        ledger.change(organisation, **wish)
        return await publish(connection, ledger)

    request.app.state.announce(await ground.database.transact(work))
    return JSONResponse(wish)


routes = [Route("/api/organisation", set_for_all, methods=["PATCH"])]
