"""POST /sync/known: which of the operations that a person brings back the server has judged."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.exchange.receive import read_body, read_push
from server.exchange.replay import judged_before
from server.ground import ground_of
from server.identity.sessions import signed_in
from sync import operation_hash


async def tell_known(request: Request) -> Response:
    """The envelope of a push, numbered from anywhere; nothing is judged and nothing is written.

    One's own work alone is recognised, by its content: another person's is like none at all.
    """
    envelope = read_push(await read_body(request), request.headers.get("content-encoding", ""))
    async with ground_of(request).database.read() as connection:
        actor = await signed_in(request, connection)
        before = await judged_before(connection, actor.org_id, actor.staff_id)
    sent = [operation for unit in envelope.units for operation in unit]
    return JSONResponse({"known": [each.n for each in sent if operation_hash(each) in before]})
