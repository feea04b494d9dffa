"""How large a body may be, by the first part of the path. Counted as it arrives."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import TooLarge, render

KIB = 1024
USUAL_BYTES = 1024 * KIB
BYTES_UNDER = {
    "/r/": 64 * KIB,
    "/a/": 4 * KIB,
    "/my/": 16 * KIB,
    "/api/wecom/": 64 * KIB,
    # More than a photo may have, so that uploads answer for themselves, in the words of tus.
    "/photos": 13 * 1024 * KIB,
}


class BodyLimits:
    """A route that needs less enforces it itself, as the push does with what it decompresses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        limit = limit_for(scope["path"])
        if declared_bytes(scope) > limit:
            return await render(TooLarge(limit=limit), scope)(scope, receive, send)
        await self.app(scope, counted(receive, limit), send)


def limit_for(path: str) -> int:
    return next(
        (size for start, size in BYTES_UNDER.items() if path.startswith(start)), USUAL_BYTES
    )


def declared_bytes(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "0")
    return int(declared) if declared.isdecimal() else 0


def counted(receive: Receive, limit: int) -> Receive:
    """Raises TooLarge in the route that reads on, for bodies that did not declare their size."""
    total = 0

    async def receive_counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise TooLarge(limit=limit)
        return message

    return receive_counted
