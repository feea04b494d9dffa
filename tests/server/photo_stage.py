"""The stage for photo tests: one customer of Bo's, and the whole server on a real socket."""

import asyncio
import base64
import hashlib
import io
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from PIL import Image
from starlette.applications import Starlette

from server import rows
from server.app import create_app
from server.clock import Clock
from server.config import Config
from server.db import Connection, Database
from server.db.database import Work
from server.exchange.entities import ENTITIES
from server.identity.sessions import COOKIE, start_session
from server.leads.worker import Worker
from server.photos.darkroom import Darkroom
from tests.cast import CODE, ORG, RENMIN
from tests.phone import Phone

ZHAO = "01890000-0000-7000-8000-00000000000a"
JSON = dict[str, Any]


class Stage:
    """A running server and the cast, each with a signed-in browser (`people`) and a `Phone`."""

    client: httpx.AsyncClient

    def __init__(
        self, database: Database, data: Path, clock: Clock, room: Darkroom, worker: Worker
    ) -> None:
        self.worker = worker
        self.database = database
        self.data = data
        self.clock = clock
        self.room = room
        self.people: dict[str, httpx.AsyncClient] = {}
        self.phones: dict[str, Phone] = {}

    def headers(self, who: str = "bo", **more: str) -> dict[str, str]:
        """What a tus client on this phone sends each time; names with _ for -."""
        named = {name.replace("_", "-"): value for name, value in more.items()}
        bearer = f"Bearer {self.phones[who].credential}"
        return {"tus-resumable": "1.0.0", "authorization": bearer, **named}

    async def call(
        self, method: str, path: str, who: str = "bo", body: Any = None, **headers: str
    ) -> httpx.Response:
        """A request with the phone's credential and no cookie."""
        given = self.headers(who, **headers)
        return await self.client.request(method, path, headers=given, content=body)

    async def begin(
        self, photo_id: str, data: bytes, who: str = "bo", kind: str = "photo", **headers: str
    ) -> str:
        """Creates an upload for `data` and returns its path."""
        told = metadata(photo_id, data, kind=kind)
        given = {"upload_length": str(len(data)), "upload_metadata": told}
        answer = await self.call("POST", "/photos/uploads", who, **{**given, **headers})
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def send(self, path: str, offset: int, body: Any, **headers: str) -> httpx.Response:
        given = {"content_type": "application/offset+octet-stream", "upload_offset": str(offset)}
        return await self.call("PATCH", path, body=body, **{**given, **headers})

    async def upload(self, photo_id: str, data: bytes, kind: str = "photo") -> httpx.Response:
        """All of it in one PATCH; returns its answer."""
        return await self.send(await self.begin(photo_id, data, kind=kind), 0, data)

    async def offset(self, path: str) -> int:
        answer = await self.call("HEAD", path)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])

    async def see(self, who: str, photo_id: str, size: str = "full") -> httpx.Response:
        return await self.people[who].get(f"/photos/{photo_id}/{size}")

    async def hear(self, who: str, id: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.people[who].get(f"/recordings/{id}", headers=named)

    async def report(self, photo_id: str, data: bytes, **fields: Any) -> JSON | None:
        """Bo's phone pushes the fact of a photo of Ms Zhao's; returns what was not applied."""
        return await self.push("photo", photo_id, {**fact(data), **fields})

    async def say(self, recording_id: str, data: bytes) -> JSON | None:
        """The same of a recording."""
        return await self.push("recording", recording_id, tape(data))

    async def push(self, entity: str, id: str, fields: JSON) -> JSON | None:
        phone = self.phones["bo"]
        operation = phone.operation(entity, id, fields)
        answer = await phone.push([operation])
        assert answer.status_code == 200, answer.text
        exceptions: list[JSON] = answer.json().get("except", [])
        return exceptions[0] if exceptions else None

    async def photo(self, photo_id: str) -> JSON:
        """The body of the synced row."""
        async with self.database.read() as connection:
            row = await rows.find_row(connection, ORG, photo_id)
        assert row is not None
        return row.body

    async def check(self, photo_id: str) -> None:
        """The worker's turn: the deadline `photo_check` is due."""
        assert await self.worker.tick(self.clock()) > 0, photo_id

    def staged(self) -> list[Path]:
        return list((self.data / "staging").iterdir())

    def staged_sizes(self) -> list[int]:
        return [path.stat().st_size for path in self.staged()]

    def blobs(self) -> list[Path]:
        return [path for path in (self.data / "blobs").rglob("*") if path.is_file()]


@asynccontextmanager
async def opened(config: Config, database: Database, clock: Clock) -> AsyncIterator[Stage]:
    """Bo, his manager Lin and the other store's Wu, at a server that runs."""
    app = create_app(config, clock, database=database, tasks=())
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(app))
        stage = Stage(database, config.data, clock, app.state.darkroom, app.state.worker)
        stage.client = await stack.enter_async_context(browser(url))
        for who in ("bo", "lin", "wu"):
            client = await stack.enter_async_context(browser(url))
            client.cookies.set(COOKIE, await database.transact(session_of(who, clock())))
            stage.people[who] = client
            stage.phones[who] = await Phone(client, clock).enrol()
        await database.transact(add_zhao(clock()))
        yield stage


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The app behind uvicorn, so that cuts are cuts and methods are what went over the wire."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    await task


def browser(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url, timeout=60, headers={"sec-fetch-site": "same-origin"}, verify=False
    )


def session_of(who: str, now: int) -> Work[str]:
    return lambda connection: start_session(connection, ORG, CODE, who, now)


def add_zhao(now: int) -> Work[None]:
    async def add(connection: Connection) -> None:
        ledger = await rows.open_ledger(connection, ORG, ENTITIES, now)
        body = {"name": "赵女士", "store_id": RENMIN, "owner_id": "bo", "holder_ids": []}
        ledger.create("customer", ZHAO, ZHAO, body)
        await rows.publish(connection, ledger)

    return add


async def until(condition: Callable[[], bool]) -> None:
    """Waits for something outside the event loop's sight, such as the size of a file."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nobody to tell us
            await asyncio.sleep(0.01)


def photo_id(number: int) -> str:
    return f"01890000-0000-7000-9000-{number:012x}"


def fact(data: bytes) -> JSON:
    hash = hashlib.sha256(data).hexdigest()
    body: JSON = {"subject_id": ZHAO, "customer_id": ZHAO, "kind": "customer", "sha256": hash}
    return {**body, "bytes": len(data) or 1, "width": 640, "height": 480}


def tape(data: bytes) -> JSON:
    hash = hashlib.sha256(data).hexdigest()
    body: JSON = {"subject_id": ZHAO, "customer_id": ZHAO, "sha256": hash}
    return {**body, "bytes": len(data), "duration_ms": 2000}


def metadata(photo_id: str, data: bytes, sha256: str | None = None, *, kind: str = "photo") -> str:
    hash = sha256 or hashlib.sha256(data).hexdigest()
    pairs = {f"{kind}_id": photo_id, "sha256": hash}
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())


def picture(width: int = 640, height: int = 480, form: str = "JPEG", **options: Any) -> bytes:
    """A photo with a red top left corner and noise elsewhere, so that it has some weight."""
    image = Image.effect_noise((width, height), 60).convert("RGB")
    image.paste((220, 20, 20), (0, 0, width // 4, height // 4))
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


@cache
def png_bomb(width: int, height: int, lines: int | None = None) -> bytes:
    """A small file that says it has width × height pixels; `lines` of them are there, or all."""
    squeeze = zlib.compressobj(1)
    line = bytes(1 + width * 4)
    count = height if lines is None else lines
    data = b"".join(squeeze.compress(line) for _ in range(count)) + squeeze.flush()
    shape = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = [png_chunk(b"IHDR", shape), png_chunk(b"IDAT", data), png_chunk(b"IEND", b"")]
    return b"".join([b"\x89PNG\r\n\x1a\n", *parts])


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
