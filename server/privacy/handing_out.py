"""Staff hand a customer the way to their own page: for whoever stands before them."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.clock import DAY_MS
from server.customers.own_link import DAYS, OwnLink, seal_link
from server.errors import Conflict, NotFound
from server.ground import ground_of
from server.identity.actor import may, visible_to
from server.identity.sessions import signed_in
from server.privacy.audit_routes import note_look
from server.privacy.holding import last_four
from server.rows import find_row


async def hand_out_link(request: Request) -> Response:
    """POST. Raises Conflict `no_phone`: the page asks for the end of the number."""
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        person = await find_row(connection, actor.org_id, request.path_params["id"])
    if person is None or person.entity != "customer" or person.deleted:
        raise NotFound
    if not may(actor, "see_customers") or not visible_to(actor, person):
        raise NotFound
    if not last_four(person.body.get("phone")):
        raise Conflict("no_phone")
    await note_look(request.app, actor.org_id, actor.staff_id, person.id, "link_given")
    link = OwnLink(actor.org_id, "person", person.id, actor.staff_id)
    token = seal_link(ground.config.keys, link, now)
    until = now + DAYS["person"] * DAY_MS
    return JSONResponse({"link": f"{ground.config.origin}/my/{token}", "expires_at": until})


routes = [Route("/api/customers/{id}/own-link", hand_out_link, methods=["POST"])]
