"""The customer's page and the page after it. Sending the form is in `server/leads/arrivals.py`."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.customers import page
from server.customers.own_link import OwnLink, seal_link
from server.customers.printed import (
    hanging_of,
    hanging_or_page,
    html,
    language_of,
    note_scan,
    printed_of,
    show_gone,
)
from server.customers.promise import say_promise, say_thanks
from server.customers.public import UNDER_14, Nonces, open_thanks
from server.customers.words import WORDS
from server.ground import ground_of
from server.stores.calendar import calendar_of
from server.stores.posters import sign
from server.stores.queries import Hanging, find_poster

PATIENCE_S = 1800


async def show_form(request: Request) -> Response:
    printed = await printed_of(request)
    if printed is not None and "store" not in request.path_params:
        note_scan(request, printed)
    held = await hanging_or_page(request, printed)
    if isinstance(held, Response):
        return held
    if request.query_params.get(UNDER_14):
        return show_under_14(request, held, language_of(request))
    return answer_form(request, held, page.Form())


async def show_thanks(request: Request) -> Response:
    ground, held = ground_of(request), await hanging_of(request)
    thanks = open_thanks(ground.config.keys, request.path_params["thanks"], ground.clock())
    if isinstance(held, Response):
        return held
    if thanks is None:
        return show_gone(request)
    language = language_of(request)
    zone = calendar_of(held.store).zone
    promise = say_thanks(WORDS[language], zone, thanks.received_at, thanks.promised_at)
    link = f"{ground.config.origin}/pass/{thanks.code}"
    own = seal_link(
        ground.config.keys, OwnLink(held.poster.org_id, "pass", thanks.code), thanks.received_at
    )
    return html(page.render_thanks(language, place_of(held), promise, link, thanks.code, own))


async def follow_code(request: Request) -> Response:
    """What somebody typed from a poster instead of scanning it."""
    ground = ground_of(request)
    async with ground.database.read() as connection:
        held = await find_poster(connection, request.path_params["code"])
    if held is None:
        return show_gone(request)
    return RedirectResponse(f"/r/{sign(ground.config.keys, held.poster)}", 303, page.LOOK.headers)


def answer_form(request: Request, held: Hanging, form: page.Form, status: int = 200) -> Response:
    """The form, empty or with what was typed, and a fresh nonce."""
    ground, language = ground_of(request), language_of(request, form.values.get("lang"))
    now = ground.clock()
    nonce = Nonces(ground.config.keys).make(held.poster.id, now)
    promise = say_promise(WORDS[language], calendar_of(held.store), now, patience_of(held))
    return html(page.render_form(language, place_of(held), promise, nonce, form), status)


def show_under_14(request: Request, held: Hanging, language: str, status: int = 200) -> Response:
    return html(page.render_under_14(language, place_of(held), request.url.path), status)


def place_of(held: Hanging) -> page.Place:
    return page.Place(held.organisation, held.store.get("name", ""), held.poster.org_id)


def patience_of(held: Hanging) -> int:
    return int(held.store.get("patience_s") or PATIENCE_S)


routes = [
    Route("/r/{token}", show_form, methods=["GET"]),
    Route("/r/{token}/{store}", show_form, methods=["GET"]),
    Route("/r/{token}/thanks/{thanks}", show_thanks, methods=["GET"]),
    Route("/r/{token}/{store}/thanks/{thanks}", show_thanks, methods=["GET"]),
    Route("/p/{code}", follow_code, methods=["GET"]),
]
