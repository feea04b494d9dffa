"""Numbers that are probably known, for phones without a network: a file that names nobody (law 22).

24 bits of a salted hash: several hundred possible numbers share each prefix.
"""

import asyncio
import hashlib
from collections.abc import Iterable

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.customers.customer import PHONE_KEY
from server.db import Connection
from server.ground import ground_of
from server.identity.sessions import signed_in
from server.rows.tables import keys

SALT_BYTES = 16
PREFIX_BYTES = 3


async def show_known(request: Request) -> Response:
    ground = ground_of(request)
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        numbers = await read_numbers(connection, actor.org_id)
    salt = salt_for(ground.config.keys, actor.org_id)
    content = await asyncio.to_thread(make_file, salt, numbers)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/octet-stream", headers=headers)


async def read_numbers(connection: Connection, org_id: str) -> list[str]:
    query = select(keys.c.value).where(keys.c.org_id == org_id, keys.c.kind == PHONE_KEY)
    return list((await connection.execute(query)).scalars())


def salt_for(secrets: tuple[str, ...], org_id: str) -> bytes:
    """The organisation's; it changes when the newest key does."""
    return hashlib.sha256(f"known-phones\n{org_id}\n{secrets[-1]}".encode()).digest()[:SALT_BYTES]


def make_file(salt: bytes, numbers: Iterable[str]) -> bytes:
    """The salt, then the sorted prefixes of the numbers' hashes, three bytes each."""
    prefixes = {
        hashlib.sha256(salt + number.encode()).digest()[:PREFIX_BYTES] for number in numbers
    }
    return salt + b"".join(sorted(prefixes))


routes = [Route("/api/known-phones", show_known, methods=["GET"])]
