"""A person's own code: a poster that names them. Asked for again it is the same one."""

import secrets

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.errors import BadRequest, NotFound
from server.ground import ground_of
from server.identity.actor import Actor, leads_store
from server.identity.sessions import signed_in
from server.intake import read_json
from server.rows import find_row
from server.stores.posters import CODE_BYTES, Poster, sign
from server.stores.queries import hang_poster, read_code
from server.stores.tables import posters
from sync import Row


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    staff_id: str


async def make_code(request: Request) -> Response:
    """POST. For oneself, or for somebody of a store that one leads."""
    ground, wish = ground_of(request), await read_json(request, Wish)
    store_id, now = request.path_params["id"], ground.clock()
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        person = await find_row(connection, actor.org_id, wish.staff_id)
    name = check_wish(actor, store_id, person)

    async def work(connection: AsyncConnection) -> Poster:
        held = await find_code(connection, actor.org_id, store_id, wish.staff_id)
        if held is not None:
            return held
        org_code = await read_code(connection, actor.org_id)
        random = secrets.token_bytes(CODE_BYTES)
        return await hang_poster(
            connection, actor.org_id, org_code, store_id, name, random, now, wish.staff_id
        )

    poster = await ground.database.transact(work)
    link = f"{ground.config.origin}/r/{sign(ground.config.keys, poster)}"
    return JSONResponse({"id": poster.id, "link": link})


def check_wish(actor: Actor, store_id: str, person: Row | None) -> str:
    """The person's name, which is printed where other posters have their position.

    Raises NotFound where there is nothing to see, BadRequest for whoever is not of the store.
    """
    is_own = person is not None and person.id == actor.staff_id and store_id in actor.store_ids
    if not is_own and not leads_store(actor, store_id):
        raise NotFound
    if person is None or person.entity != "staff" or store_id not in person.body["store_ids"]:
        raise BadRequest("unknown_person", field="staff_id")
    return str(person.body["name"])


async def find_code(
    connection: AsyncConnection, org_id: str, store_id: str, staff_id: str
) -> Poster | None:
    query = select(posters).where(
        posters.c.org_id == org_id,
        posters.c.store_id == store_id,
        posters.c.staff_id == staff_id,
        posters.c.revoked_at.is_(None),
    )
    held = (await connection.execute(query)).mappings().first()
    return Poster(**held) if held else None


routes = [Route("/api/stores/{id}/personal-codes", make_code, methods=["POST"])]
