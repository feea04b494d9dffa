"""POST /sync/push: an envelope from the network to its judgement."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.errors import BadRequest, TooLarge, Unauthenticated, Unavailable, UnsupportedMedia
from server.exchange.push import Pushes
from server.ground import ground_of
from server.identity.devices import read_credential
from sync import PUSH_BYTES, Malformed, NewerSchema, Push, decode_push, inflate
from sync import TooLarge as OverLimit

RETRY_AFTER_S = 300


async def push(request: Request) -> Response:
    """Authenticated by the device's credential alone: unsent work leaves whoever is signed in."""
    ground = ground_of(request)
    now = ground.clock()
    kind, _, credential = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise Unauthenticated("bad_credential")
    org_code, device_id = read_credential(ground.config.keys, credential.strip(), now)
    envelope = read_push(await read_body(request), request.headers.get("content-encoding", ""))
    if envelope.device != device_id:
        raise BadRequest("invalid", field="device")
    pushes: Pushes = request.app.state.pushes
    answer = await pushes.submit(org_code, device_id, envelope, now)
    return Response(msgspec.json.encode(answer), media_type="application/json")


async def read_body(request: Request) -> bytes:
    """The body, never more than PUSH_BYTES of it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > PUSH_BYTES:
            raise TooLarge(limit=PUSH_BYTES)
    return bytes(body)


def read_push(body: bytes, encoding: str) -> Push:
    if encoding not in ("", "identity", "gzip"):
        raise UnsupportedMedia("encoding", wanted="gzip")
    try:
        return decode_push(inflate(body) if encoding == "gzip" else body)
    except NewerSchema as error:
        raise Unavailable("newer_schema", retry_after=RETRY_AFTER_S) from error
    except OverLimit as error:
        raise TooLarge(of=error.limit, limit=error.allowed) from error
    except Malformed as error:
        raise BadRequest("malformed") from error
