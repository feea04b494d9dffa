"""Posters to print, public: what is on them hangs in the street. And the doors of this slice."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.errors import NotFound
from server.ground import ground_of
from server.stores import hours_routes, lease_routes, qr
from server.stores.poster_png import draw_png
from server.stores.posters import Sheet, draw_svg, make_sheet
from server.stores.queries import find_poster

SAFE = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


async def show_svg(request: Request) -> Response:
    sheet = await sheet_of(request)
    return Response(draw_svg(sheet), media_type="image/svg+xml", headers=SAFE)


async def show_png(request: Request) -> Response:
    sheet = await sheet_of(request)
    picture = await asyncio.to_thread(draw_png, sheet)
    return Response(picture, media_type="image/png", headers=SAFE)


async def show_pass(request: Request) -> Response:
    """A pass as a picture: a drawing of what was asked, which tells nobody whether it exists."""
    code = request.path_params["code"]
    if not (code.isascii() and code.isalnum() and len(code) <= 20):
        raise NotFound
    link = f"{ground_of(request).config.origin}/pass/{code.upper()}"
    return Response(qr.to_svg(link, code.upper()), media_type="image/svg+xml", headers=SAFE)


async def sheet_of(request: Request) -> Sheet:
    ground = ground_of(request)
    async with ground.database.read() as connection:
        held = await find_poster(connection, request.path_params["id"])
    if held is None or held.poster.revoked_at is not None:
        raise NotFound
    return make_sheet(
        held.poster,
        held.organisation,
        held.store.get("name", ""),
        ground.config.origin,
        ground.config.keys,
    )


routes = [
    Route("/posters/{id}.svg", show_svg, methods=["GET"]),
    Route("/posters/{id}.png", show_png, methods=["GET"]),
    Route("/pass/{code}.svg", show_pass, methods=["GET"]),
    *hours_routes.routes,
    *lease_routes.routes,
]
