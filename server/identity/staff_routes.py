"""Changing what a person may do: account, directory row and history in one transaction."""

from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.errors import BadRequest, Forbidden, NotFound
from server.ground import ground_of
from server.identity.actor import may
from server.identity.rights import LEFT, change_rights
from server.identity.sessions import end_sessions, signed_in
from server.identity.tables import sessions
from server.intake import read_json
from server.rows import Published, load, open_ledger, publish

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class RightsWish(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What is to change; what is left out stays."""

    role: Literal["rep", "clerk", "manager", "area", "admin"] | msgspec.UnsetType = msgspec.UNSET
    store_ids: Annotated[list[Id], msgspec.Meta(max_length=200)] | msgspec.UnsetType = msgspec.UNSET
    accepts_leads: bool | msgspec.UnsetType = msgspec.UNSET
    state: Literal["active", "leave", "left"] | msgspec.UnsetType = msgspec.UNSET


async def change_staff(request: Request) -> Response:
    """For admins. Somebody who left is signed out everywhere; their phones may still send."""
    wish: dict[str, Any] = msgspec.to_builtins(await read_json(request, RightsWish))
    ground = ground_of(request)
    now, staff_id = ground.clock(), request.path_params["id"]
    async with ground.database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    if not may(actor, "configure"):
        raise Forbidden
    if not wish:
        raise BadRequest

    async def work(connection: AsyncConnection) -> Published:
        ledger = await open_ledger(connection, actor.org_id, request.app.state.entities, now)
        await load(connection, ledger, [staff_id, *wish.get("store_ids", [])])
        row = ledger.row(staff_id)
        if row is None or row.entity != "staff":
            raise NotFound
        for store_id in wish.get("store_ids", []):
            store = ledger.row(store_id)
            if store is None or store.entity != "store":
                raise BadRequest(field="store_ids")
        await change_rights(connection, actor.org_id, staff_id, now, wish)
        if wish.get("state") == LEFT:
            await end_sessions(connection, actor.org_id, sessions.c.staff_id == staff_id, now)
        ledger.change(row, **wish)
        return await publish(connection, ledger)

    request.app.state.announce(await ground.database.transact(work))
    return Response(status_code=204)


routes = [Route("/api/staff/{id}", change_staff, methods=["PATCH"])]
