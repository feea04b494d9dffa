"""The app's files, and its page for every address that is the app's own."""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.errors import NotFound, Problem, render

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
    "/consent/",
    "/v/",
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
MOST_BYTES = 16 * 1024 * 1024
"""A build is under 3 MB; a new one is served while phones still ask for the old."""

Key = tuple[Path, int, str]
"""The file, its time (to forget older content), and how it is shrunk: br, gzip, or not at all."""
Kept = tuple[bytes, str]
"""The content and its entity tag."""


class Pwa:
    """An ASGI app for the last route. Files under /assets have a hash in their names."""

    def __init__(self, dist: Path) -> None:
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
    coding = choose_coding(file, headers)
    content, tag = SHELF.take(file, changed, coding)
    sent = {
        "etag": tag,
        "cache-control": FOREVER if hashed else ASK_AGAIN,
        "vary": "accept-encoding",
    }
    if headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=sent)
    if coding:
        sent["content-encoding"] = coding
    kind = KINDS.get(file.suffix, "application/octet-stream")
    return Response(content, headers={**sent, "content-type": kind})


def choose_coding(file: Path, headers: Headers) -> str:
    """Brotli is an eighth smaller where the build has made it; browsers take it from hosts that
    have a certificate."""
    taken = [
        each.partition(";")[0].strip() for each in headers.get("accept-encoding", "").split(",")
    ]
    if file.suffix not in SHRINKS:
        return ""
    if "br" in taken and is_made(file, "br"):
        return "br"
    return "gzip" if "gzip" in taken else ""


def ready_made(file: Path, suffix: str) -> Path:
    return file.with_name(f"{file.name}.{suffix}")


def is_made(file: Path, suffix: str) -> bool:
    """And not of older content: whoever mends a file by hand is served what they wrote."""
    made = ready_made(file, suffix)
    return made.is_file() and made.stat().st_mtime_ns >= file.stat().st_mtime_ns


class Shelf:
    """What was read, in memory: as much as a build has, each file once as it is and once shrunk.

    Bound by bytes and not by count: a build that grows by some files must not push out, one by
    one, what the next phone asks for. The longest unasked goes first.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self.held: OrderedDict[Key, Kept] = OrderedDict()
        self.lock = Lock()

    def take(self, *key: *Key) -> Kept:
        with self.lock:
            if key in self.held:
                self.held.move_to_end(key)
                return self.held[key]
        kept = read(*key)
        with self.lock:
            self.drop(key)
            self.held[key] = kept
            self.bytes += len(kept[0])
            while self.bytes > self.most_bytes:
                self.drop(next(iter(self.held)))
        return kept

    def drop(self, key: Key) -> None:
        self.bytes -= len(self.held.pop(key, (b"", ""))[0])


SHELF = Shelf()


def read(file: Path, changed: int, coding: str) -> Kept:
    content = file.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}{"-" + coding if coding else ""}"'
    if coding == "br":
        return ready_made(file, "br").read_bytes(), tag
    if coding != "gzip":
        return content, tag
    is_there = is_made(file, "gz")
    return ready_made(file, "gz").read_bytes() if is_there else gzip.compress(content, 6), tag
