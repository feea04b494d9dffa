"""Posters to print, public: what is on them hangs in the street. And the doors of this slice."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import BadRequest, NotFound
from server.ground import ground_of
from server.identity.actor import leads_store
from server.identity.sessions import signed_in
from server.stores import hours_routes, lease_routes, poster_routes, qr
from server.stores.poster_layout import FORMATS
from server.stores.poster_png import draw_png
from server.stores.posters import Sheet, make_sheet, read_typed, stand
from server.stores.queries import Hanging, find_poster, list_store_posters

SAFE = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


async def show_pdf(request: Request) -> Response:
    """One poster. `?format=a4|a6|table|badge`, `&for=press` with bleed and marks."""
    sheet = await sheet_of(request)
    return await answer_pdf(request, [sheet], sheet.typed)


async def show_store_pdf(request: Request) -> Response:
    """All of a store's posters in one document, for whoever leads it; nobody's personal codes."""
    ground, store_id = ground_of(request), request.path_params["id"]
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        if not leads_store(actor, store_id):
            raise NotFound
        hanging = await list_store_posters(connection, actor.org_id, store_id)
    if not hanging:
        raise NotFound
    sheets = [sheet_from(request, held) for held in hanging]
    return await answer_pdf(request, sheets, f"{store_id}-{len(sheets)}")


async def answer_pdf(request: Request, sheets: Sequence[Sheet], named: str) -> Response:
    """To keep, not to look at in the browser: nothing in it runs under our name."""
    format = request.query_params.get("format", "a4")
    if format not in FORMATS:
        raise BadRequest("unknown_format", field="format")
    for_press = request.query_params.get("for") == "press"
    document = await asyncio.to_thread(draw_sheets, tuple(sheets), format, for_press)
    named = f"{named}-{format}{'-press' if for_press else ''}.pdf"
    kept = {"content-disposition": f'attachment; filename="{named}"'}
    return Response(document, media_type="application/pdf", headers=SAFE | kept)


def draw_sheets(sheets: tuple[Sheet, ...], format: str, for_press: bool) -> bytes:
    # Few print, and every start of the app would wait for what draws their document.
    from server.stores.poster_pdf import draw_pdf

    return draw_pdf(sheets, format, for_press)


async def show_png(request: Request) -> Response:
    sheet = await sheet_of(request)
    picture = await asyncio.to_thread(draw_png, sheet)
    return Response(picture, media_type="image/png", headers=SAFE)


async def follow_svg(request: Request) -> Response:
    """What older phones ask for. Nothing is looked up here: the PDF's door says what there is."""
    id = request.path_params["id"]
    if read_typed(id) is None:
        raise NotFound
    return RedirectResponse(f"/posters/{id}.pdf", 308, SAFE)


async def show_pass(request: Request) -> Response:
    """A pass as a picture: a drawing of what was asked, which tells nobody whether it exists."""
    code = request.path_params["code"]
    if not (code.isascii() and code.isalnum() and len(code) <= 20):
        raise NotFound
    link = f"{ground_of(request).config.origin}/pass/{code.upper()}"
    return Response(qr.to_svg(link, code.upper()), media_type="image/svg+xml", headers=SAFE)


async def sheet_of(request: Request) -> Sheet:
    """Whatever is to be changed is not printed again."""
    ground = ground_of(request)
    async with ground.database.read() as connection:
        held = await find_poster(connection, request.path_params["id"])
    if held is None or stand(held.poster, ground.clock()) != "hangs":
        raise NotFound
    return sheet_from(request, held)


def sheet_from(request: Request, held: Hanging) -> Sheet:
    config = ground_of(request).config
    name = held.store.get("name", "")
    return make_sheet(held.poster, held.organisation, name, config.origin, config.keys)


routes = [
    Route("/posters/{id}.pdf", show_pdf, methods=["GET"]),
    Route("/posters/{id}.png", show_png, methods=["GET"]),
    Route("/posters/{id}.svg", follow_svg, methods=["GET"]),
    Route("/api/stores/{id}/posters.pdf", show_store_pdf, methods=["GET"]),
    Route("/pass/{code}.svg", show_pass, methods=["GET"]),
    *poster_routes.routes,
    *hours_routes.routes,
    *lease_routes.routes,
]
