"""Which other photos look like this one, of those that the reader may see anyway."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.errors import NotFound
from server.ground import ground_of
from server.identity.actor import visible_to
from server.identity.sessions import signed_in
from server.photos.queries import load_blob
from server.photos.reuse import photos_alike
from server.photos.rules import got_at
from server.photos.settling import fact_row
from sync import Ledger, Row

MOST = 10


async def list_alike(request: Request) -> Response:
    """GET: `{photos}`, ids, the earliest first. Raises NotFound as for the picture itself.

    A flag says that there is one; no row names it, for whoever reads a row may not see the other.
    """
    async with ground_of(request).database.read() as connection:
        actor = await signed_in(request, connection)
        photo = await fact_row(connection, actor.org_id, request.path_params["id"], "photo")
        if photo is None or not visible_to(actor, photo):
            raise NotFound
        blob = await load_blob(connection, actor.org_id, photo.id, photo.body["sha256"])
        ledger = Ledger(actor.org_id, 0, {})
        rows = await photos_alike(connection, ledger, photo, blob) if blob else []
    seen = [row for row in rows if visible_to(actor, row) and not row.body.get("void")]
    return JSONResponse({"photos": [row.id for row in sorted(seen, key=by_time)[:MOST]]})


def by_time(row: Row) -> tuple[int, str]:
    return got_at(row), row.id
