"""JSON bodies: decoded into a shape, or refused with a reason."""

from typing import TypeVar

import msgspec
from starlette.requests import Request

from server.errors import BadRequest, UnsupportedMedia

Shape = TypeVar("Shape")


async def read_json(request: Request, shape: type[Shape]) -> Shape:
    """The request's body as `shape`, a msgspec Struct.

    Only application/json is read: a form on a foreign page cannot send it without asking first.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMedia(wanted="application/json")
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BadRequest(**named_field(str(error))) from error


def named_field(message: str) -> dict[str, str]:
    """msgspec names the place as "… - at `$.field`"."""
    _, at, place = message.rpartition(" - at `$.")
    return {"field": place.rstrip("`")} if at else {}
