"""A store's codes, for whoever leads it: which hang, and a new one for a new position."""

import secrets
from typing import Annotated, Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.errors import BadRequest, Conflict, NotFound
from server.ground import Ground, ground_of
from server.identity.actor import Actor, leads_store
from server.identity.sessions import signed_in
from server.intake import read_json
from server.rows import find_row
from server.stores.posters import CODE_BYTES, Poster, sign
from server.stores.queries import hang_poster, list_store_posters, read_code
from sync import Row

MOST = 60
"""Codes that one store may hang: more are a mistake, and nobody could walk past them in a week."""


class PositionWish(msgspec.Struct, forbid_unknown_fields=True):
    position: Annotated[str, msgspec.Meta(max_length=20)]


async def show_posters(request: Request) -> Response:
    """GET. Those that hang, by position; not the codes of people."""
    ground, store_id = ground_of(request), request.path_params["id"]
    async with ground.database.read() as connection:
        actor, _ = await leader_of(request, connection, store_id)
        held = await list_store_posters(connection, actor.org_id, store_id)
    told = [describe(ground, each.poster) for each in held]
    return JSONResponse({"at": ground.clock(), "posters": told})


async def hang(request: Request) -> Response:
    """POST. One code for each position: asked for again, it is answered that there is one."""
    ground, store_id = ground_of(request), request.path_params["id"]
    wish = await read_json(request, PositionWish)
    position, now = " ".join(wish.position.split()), ground.clock()
    if not position:
        raise BadRequest("invalid", field="position")
    async with ground.database.read() as connection:
        actor, _ = await leader_of(request, connection, store_id)

    async def work(connection: AsyncConnection) -> Poster:
        held = await list_store_posters(connection, actor.org_id, store_id)
        if any(each.poster.position.lower() == position.lower() for each in held):
            raise Conflict("position_taken", field="position")
        if len(held) >= MOST:
            raise Conflict("too_many", most=MOST)
        code, random = await read_code(connection, actor.org_id), secrets.token_bytes(CODE_BYTES)
        return await hang_poster(connection, actor.org_id, code, store_id, position, random, now)

    made = await ground.database.transact(work)
    return JSONResponse(describe(ground, made), status_code=201)


async def leader_of(
    request: Request, connection: AsyncConnection, store_id: str
) -> tuple[Actor, Row]:
    """And the store. Raises NotFound alike for stores of others and for what is none."""
    actor = await signed_in(request, connection)
    store = await find_row(connection, actor.org_id, store_id)
    if store is None or store.entity != "store" or not leads_store(actor, store_id):
        raise NotFound
    return actor, store


def describe(ground: Ground, poster: Poster) -> dict[str, Any]:
    return {
        "id": poster.id,
        "position": poster.position,
        "link": f"{ground.config.origin}/r/{sign(ground.config.keys, poster)}",
        "created_at": poster.created_at,
    }


routes = [
    Route("/api/stores/{id}/posters", show_posters, methods=["GET"]),
    Route("/api/stores/{id}/posters", hang, methods=["POST"]),
]
