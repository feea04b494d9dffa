"""The app's files, and its page for every address that is the app's own."""

import asyncio
import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.errors import NotFound, Problem, render

DIST = Path(__file__).parent.parent.parent / "pwa" / "dist"
PAGE = "index.html"
NOT_THE_APPS = (
    "/api/",
    "/sync/",
    "/photos",
    "/recordings",
    "/r/",
    "/a/",
    "/p/",
    "/pass/",
    "/posters/",
    "/enter/",
    "/assets/",
)
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
SHRINKS = {".html", ".js", ".css", ".json", ".webmanifest", ".svg", ".wasm", ".txt"}
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class Pwa:
    """An ASGI app for the last route. Files under /assets have a hash in their names."""

    def __init__(self, dist: Path = DIST) -> None:
        self.dist = dist.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            response = await self.answer(scope["method"], scope["path"], headers)
        except Problem as problem:
            response = render(problem, scope)
        await response(scope, receive, send)

    async def answer(self, method: str, path: str, headers: Headers) -> Response:
        found = self.find(path, "text/html" in headers.get("accept", ""))
        if found is None or method not in ("GET", "HEAD"):
            raise NotFound
        return await asyncio.to_thread(respond, found, path.startswith("/assets/"), headers)

    def find(self, path: str, navigating: bool) -> Path | None:
        wanted = (self.dist / path.lstrip("/")).resolve()
        if path != "/" and wanted.is_relative_to(self.dist) and wanted.is_file():
            return wanted
        page = self.dist / PAGE
        is_the_apps = path == "/" or (navigating and not path.startswith(NOT_THE_APPS))
        return page if is_the_apps and page.is_file() else None


def respond(file: Path, hashed: bool, headers: Headers) -> Response:
    changed = file.stat().st_mtime_ns
    shrunk = file.suffix in SHRINKS and "gzip" in headers.get("accept-encoding", "")
    content, tag = read(file, changed, shrunk)
    sent = {
        "etag": tag,
        "cache-control": FOREVER if hashed else ASK_AGAIN,
        "vary": "accept-encoding",
    }
    if headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=sent)
    if shrunk:
        sent["content-encoding"] = "gzip"
    kind = KINDS.get(file.suffix, "application/octet-stream")
    return Response(content, headers={**sent, "content-type": kind})


@lru_cache(maxsize=128)
def read(file: Path, changed: int, shrunk: bool) -> tuple[bytes, str]:
    """(content, entity tag); `changed` (the file's time) is there to forget older content."""
    ready_made = file.with_name(file.name + ".gz")
    content = file.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}{"-gz" if shrunk else ""}"'
    if not shrunk:
        return content, tag
    return ready_made.read_bytes() if ready_made.is_file() else gzip.compress(content, 6), tag
