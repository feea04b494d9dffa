"""Where a person's file is handed out: to themselves, and to whoever answers for the store."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.customers.own_link import OwnLink
from server.errors import NotFound
from server.ground import ground_of
from server.identity.sessions import signed_in
from server.photos.darkroom import darkroom_of
from server.privacy.audit_routes import note_look
from server.privacy.bundle import Bundle, gather, write_out
from server.privacy.carrying_out import May
from server.privacy.erasure import may_erase
from server.privacy.holding import find_subject
from server.privacy.my_routes import ask_again, language_of, opened_link
from sync import Ledger

HEADERS = {
    "content-disposition": 'attachment; filename="my-data.zip"',
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "referrer-policy": "no-referrer",
}


async def take_own(request: Request) -> Response:
    """GET, by the customer's link: what their page shows. Else the page that asks again."""
    link = opened_link(request)
    bundle = await read_bundle(request, link, lambda store_id: True) if link else None
    if bundle is None:
        return ask_again(request, language_of(request))
    # By a link that staff handed out, it is theirs to answer for who took it.
    by_id = link.by_id if link else None
    what = "took_handed" if by_id else "took_own"
    await note_look(request.app, bundle.org_id, by_id, bundle.customer_id, what)
    return hand_out(request, bundle)


async def take_of(request: Request) -> Response:
    """GET. Managers of the customer's store, and admins, for a customer who asks in the store."""
    async with ground_of(request).database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    link = OwnLink(actor.org_id, "person", request.path_params["id"])
    bundle = await read_bundle(request, link, partial(may_erase, actor))
    if bundle is None:
        raise NotFound
    await note_look(request.app, actor.org_id, actor.staff_id, bundle.customer_id, "exported")
    return hand_out(request, bundle)


async def read_bundle(request: Request, link: OwnLink, may: May) -> Bundle | None:
    """None alike for nobody, and for whom it is not to be handed out."""
    ground = ground_of(request)
    async with ground.database.read() as connection:
        ledger = Ledger(link.org_id, ground.clock(), request.app.state.entities)
        subject = await find_subject(connection, ledger, link)
        if subject is None or not may(subject.person.body["store_id"]):
            return None
        return await gather(connection, subject)


def hand_out(request: Request, bundle: Bundle) -> Response:
    sent = write_out(bundle, darkroom_of(request).blobs)
    return StreamingResponse(sent, media_type="application/zip", headers=HEADERS)


routes = [
    Route("/my/{token}/{opened}/data.zip", take_own, methods=["GET"]),
    Route("/api/customers/{id}/data.zip", take_of, methods=["GET"]),
]
