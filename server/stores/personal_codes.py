"""A person's own code: a poster that names them. Asked for again it is the same one, until its end
was said (see poster_routes.py) or the person left the store; then it is a new one."""

import secrets

import msgspec
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import BadRequest, NotFound
from server.ground import ground_of
from server.identity.actor import Actor, leads_store
from server.identity.rights import LEFT
from server.identity.sessions import signed_in
from server.intake import read_json
from server.rows import find_row, lock_head
from server.stores.poster_routes import SHOWN_MS, describe, describe_end, find_store, link_to
from server.stores.posters import CODE_BYTES, Poster, stand
from server.stores.queries import HANGS, hang_poster, list_personal, read_code
from server.stores.tables import posters
from sync import Row


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    staff_id: str


async def show_codes(request: Request) -> Response:
    """GET. One's own at a store, and everybody's for whoever leads it; those whose end was said
    too, until some weeks after it."""
    ground, store_id = ground_of(request), request.path_params["id"]
    now = ground.clock()
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        await find_store(connection, actor, store_id)
        of_id = None if leads_store(actor, store_id) else actor.staff_id
        found = await list_personal(connection, actor.org_id, store_id, now - SHOWN_MS, of_id)
    hangs = [each for each in found if stand(each, now) == "hangs"]
    ended = [each for each in found if stand(each, now) != "hangs"]
    codes = [{**describe(ground, each), "staff_id": each.staff_id} for each in hangs]
    old = [{**describe_end(ground, each, now), "staff_id": each.staff_id} for each in ended]
    return JSONResponse({"at": now, "codes": codes, "old": old})


async def make_code(request: Request) -> Response:
    """POST. For oneself, or for somebody of a store that one leads."""
    ground, wish = ground_of(request), await read_json(request, Wish)
    store_id, now = request.path_params["id"], ground.clock()
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)

    async def work(connection: Connection) -> Poster:
        # Whoever leaves meanwhile must not keep a code that nothing ends.
        await lock_head(connection, actor.org_id)
        name = check_wish(actor, store_id, await find_row(connection, actor.org_id, wish.staff_id))
        held = await find_code(connection, actor.org_id, store_id, wish.staff_id)
        if held is not None:
            return held
        org_code = await read_code(connection, actor.org_id)
        random = secrets.token_bytes(CODE_BYTES)
        return await hang_poster(
            connection, actor.org_id, org_code, store_id, name, random, now, wish.staff_id
        )

    poster = await ground.database.transact(work)
    return JSONResponse({"id": poster.id, "link": link_to(ground, poster)})


def check_wish(actor: Actor, store_id: str, person: Row | None) -> str:
    """The person's name, which is printed where other posters have their position.

    Raises NotFound where there is nothing to see, BadRequest for whoever is not of the store.
    """
    is_own = person is not None and person.id == actor.staff_id and store_id in actor.store_ids
    if not is_own and not leads_store(actor, store_id):
        raise NotFound
    if person is None or person.entity != "staff" or store_id not in person.body["store_ids"]:
        raise BadRequest("unknown_person", field="staff_id")
    if person.body["state"] == LEFT:
        raise BadRequest("unknown_person", field="staff_id")
    return str(person.body["name"])


async def find_code(
    connection: Connection, org_id: str, store_id: str, staff_id: str
) -> Poster | None:
    query = select(posters).where(
        posters.c.org_id == org_id,
        posters.c.store_id == store_id,
        posters.c.staff_id == staff_id,
        *HANGS,
    )
    held = (await connection.execute(query)).mappings().first()
    return Poster(**held) if held else None


routes = [
    Route("/api/stores/{id}/personal-codes", show_codes, methods=["GET"]),
    Route("/api/stores/{id}/personal-codes", make_code, methods=["POST"]),
]
