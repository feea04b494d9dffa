"""Requests that change something with our cookie must come from our own pages.

Requests without a cookie carry no authority of a browser's user and pass: pushes and uploads
bring their own credential, the customer's form its own nonce, an acknowledgement and the page of
what is held about somebody their link.
"""

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from server.errors import Forbidden, render

SAFE = {"GET", "HEAD", "OPTIONS"}
OWN_PROOF = ("/r/", "/a/", "/my/")


class SameOrigin:
    def __init__(self, app: ASGIApp, origin: str, cookie: str) -> None:
        self.app = app
        self.origin = origin
        self.cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.is_foreign(scope):
            return await render(Forbidden("foreign_origin"), scope)(scope, receive, send)
        await self.app(scope, receive, send)

    def is_foreign(self, scope: Scope) -> bool:
        if scope["method"] in SAFE or scope["path"].startswith(OWN_PROOF):
            return False
        headers = Headers(scope=scope)
        if self.cookie not in cookie_parser(headers.get("cookie", "")) or is_bearer(headers):
            return False
        site = headers.get("sec-fetch-site")
        return site != "same-origin" if site else headers.get("origin") != self.origin


def is_bearer(headers: Headers) -> bool:
    return headers.get("authorization", "").lower().startswith("bearer ")
