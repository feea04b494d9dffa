"""The doors behind an acknowledge link. The link itself is the proof; nobody signs in."""

from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from server.clock import SECOND_MS
from server.customers.words import choose_language
from server.ground import ground_of
from server.notify import page
from server.notify.acknowledging import Asked, Link, acknowledge, find_asked, read_link


async def show_asked(request: Request) -> Response:
    """GET and HEAD change nothing: chats look at links before people do."""
    ground, link = ground_of(request), link_in(request)
    asked = None
    if link is not None:
        async with ground.database.read() as connection:
            asked = await find_asked(connection, link, ground.clock())
    language = language_of(request)
    if asked is None:
        return HTMLResponse(page.render_gone(language), 404, page.LOOK.headers)
    return HTMLResponse(
        page.render_asked(language, asked, time_of(asked)), headers=page.LOOK.headers
    )


async def note_acknowledged(request: Request) -> Response:
    ground, link = ground_of(request), link_in(request)
    now, entities = ground.clock(), request.app.state.entities
    if link is not None:
        published = await ground.database.transact(
            lambda connection: acknowledge(connection, entities, link, now)
        )
        if published is not None:
            request.app.state.announce(published)
    path = f"/a/{request.path_params['token']}?lang={language_of(request)}"
    return RedirectResponse(path, 303, page.LOOK.headers)


def link_in(request: Request) -> Link | None:
    ground = ground_of(request)
    return read_link(ground.config.keys, request.path_params["token"], ground.clock())


def language_of(request: Request) -> str:
    asked = request.query_params.get("lang")
    return choose_language(asked, request.headers.get("accept-language", ""))


def time_of(asked: Asked) -> str:
    if asked.at is None:
        return ""
    return f"{datetime.fromtimestamp(asked.at / SECOND_MS, ZoneInfo(asked.zone)):%H:%M}"


routes = [
    Route("/a/{token}", show_asked, methods=["GET"]),
    Route("/a/{token}", note_acknowledged, methods=["POST"]),
]
