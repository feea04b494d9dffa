"""Whose data was kept for longer than they were promised, by store: for those who may erase them
and hold none of it, as admins do."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.customers import phone
from server.customers.names import mask_name
from server.errors import Forbidden
from server.followups.kept_over import Overdue, read_months, read_overdue
from server.ground import ground_of
from server.identity.sessions import signed_in
from server.privacy.erasure import may_erase
from server.rows import load_scope
from sync import ORGANISATION, Ledger

SHOWN = 50
"""Of each store: more are done on another day."""


async def list_overdue(request: Request) -> Response:
    """GET. Managers: their stores'; admins: all."""
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        if actor.role not in ("manager", "admin"):
            raise Forbidden
        ledger = Ledger(actor.org_id, now, request.app.state.entities)
        stores = await load_scope(connection, ledger, ORGANISATION, "store")
        led = {row.id for row in stores if may_erase(actor, row.id)}
        months = await read_months(connection, actor.org_id)
        found = await read_overdue(connection, actor.org_id, led, months, now)
    by_store: dict[str, list[Overdue]] = {}
    for each in found:
        by_store.setdefault(each.told.store_id, []).append(each)
    told = [
        {"store_id": id, "n": len(people), "customers": list(map(describe, people[:SHOWN]))}
        for id, people in sorted(by_store.items())
    ]
    return JSONResponse({"at": now, "months": months, "stores": told})


def describe(overdue: Overdue) -> dict[str, Any]:
    told = overdue.told
    return {
        "customer_id": overdue.id,
        "name_masked": mask_name(told.name or told.salutation or ""),
        "phone_masked": phone.mask(told.phone or ""),
        "silent_since": overdue.silent_since,
    }


routes = [Route("/api/overdue", list_overdue, methods=["GET"])]
