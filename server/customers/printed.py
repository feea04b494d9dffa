"""What became of the code that somebody has scanned: it hangs, its time is over, or it is none.

An old sheet stays on a wall for years. Whoever scans one whose time is over says which store they
stand in and registers there; only what was revoked, or never ours, leads nowhere.
"""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.customers import page
from server.customers.words import choose_language
from server.db import Connection
from server.ground import ground_of
from server.rows import find_row, load_scope
from server.stores.calendar import calendar_of
from server.stores.posters import Poster, read_token, stand
from server.stores.queries import Hanging, find_poster
from server.stores.scans import Scans, is_scan
from sync import ORGANISATION, Ledger


async def printed_of(request: Request) -> Hanging | None:
    """The poster behind the token, if it ever was ours."""
    ground = ground_of(request)
    id = read_token(ground.config.keys, request.path_params["token"], ground.clock())
    if id is None:
        return None
    async with ground.database.read() as connection:
        return await find_poster(connection, id)


async def hanging_of(request: Request) -> Hanging | Response:
    return await hanging_or_page(request, await printed_of(request))


async def hanging_or_page(request: Request, printed: Hanging | None) -> Hanging | Response:
    """Where its customers register, or the page to answer with instead."""
    ground, chosen = ground_of(request), request.path_params.get("store")
    standing = stand(printed.poster, ground.clock()) if printed else "revoked"
    if printed is None or standing == "revoked":
        return show_gone(request)
    if standing != "ended":
        return printed
    async with ground.database.read() as connection:
        moved = await move_to(connection, printed, chosen) if chosen else None
        return moved or await show_choice(request, connection, printed.poster)


async def move_to(connection: Connection, printed: Hanging, store_id: str) -> Hanging | None:
    """The old code at the store that its reader says they stand in. One that was a person's is
    nobody's any more: they may have left."""
    row = await find_row(connection, printed.poster.org_id, store_id)
    if row is None or row.entity != "store" or row.deleted:
        return None
    old = printed.poster
    position = old.position if row.id == old.store_id and old.staff_id is None else ""
    here = replace(old, store_id=row.id, position=position, staff_id=None)
    return Hanging(here, printed.organisation, row.body)


async def show_choice(request: Request, connection: Connection, poster: Poster) -> Response:
    """The organisation's stores, the one that the sheet was made for first."""
    ledger = Ledger(poster.org_id, ground_of(request).clock(), request.app.state.entities)
    stores = await load_scope(connection, ledger, ORGANISATION, "store")
    rest = [store for store in stores if not store.deleted]
    rest.sort(key=lambda store: (store.id != poster.store_id, store.body["name"]))
    token, language = request.path_params["token"], language_of(request)
    links = [(store.body["name"], f"/r/{token}/{store.id}?lang={language}") for store in rest]
    return html(page.render_choice(language, links))


def note_scan(request: Request, printed: Hanging) -> None:
    """Also of a code whose time is over: it tells that its sheet was left hanging."""
    scans: Scans = request.app.state.scans
    if is_scan(request.method, request.headers, request.query_params):
        day = calendar_of(printed.store).date_at(ground_of(request).clock())
        scans.note((printed.poster.org_id, printed.poster.id, day.isoformat()))


def show_gone(request: Request) -> Response:
    """One answer for a forged code, a foreign one and one that was revoked."""
    return html(page.render_gone(language_of(request), page.Place("", "")), 404)


def language_of(request: Request, chosen: str | None = None) -> str:
    asked = chosen or request.query_params.get("lang")
    return choose_language(asked, request.headers.get("accept-language", ""))


def html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, page.LOOK.headers)
