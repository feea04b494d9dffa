"""Every answer of tus in every state of an upload; and clients of others on a breaking link."""

import asyncio
import hashlib
import io
import json
import random
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tusclient.client import TusClient

from server.clock import DAY_MS
from server.config import Config
from server.db import Database
from tests.conftest import MovableClock
from tests.server.photo_stage import Stage, opened, photo_id, picture

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

ONE = photo_id(1)
TWELVE = b"twelve bytes"
JS_CLIENT = Path(__file__).with_name("tus_client.mjs")
CUTS = 8


@pytest.fixture
async def stage(
    config: Config, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Stage]:
    async with opened(config, database, clock) as stage:
        yield stage


Make = Callable[[Stage], Awaitable[str]]


async def fresh(stage: Stage) -> str:
    return await stage.begin(ONE, TWELVE)


async def half(stage: Stage) -> str:
    path = await fresh(stage)
    assert (await stage.send(path, 0, TWELVE[:6])).status_code == 204
    return path


async def stored(stage: Stage) -> str:
    data = picture(40, 30)
    path = await stage.begin(ONE, data)
    assert (await stage.send(path, 0, data)).status_code == 204
    return path


async def refused(stage: Stage) -> str:
    path = await fresh(stage)
    assert (await stage.send(path, 0, TWELVE)).status_code == 422
    return path


async def damaged(stage: Stage) -> str:
    path = await fresh(stage)
    assert (await stage.send(path, 0, TWELVE[::-1])).status_code == 460
    return path


async def ended(stage: Stage) -> str:
    path = await half(stage)
    assert (await stage.call("DELETE", path)).status_code == 204
    return path


async def expired(stage: Stage) -> str:
    path = await half(stage)
    assert isinstance(stage.clock, MovableClock)
    stage.clock.now += 8 * DAY_MS
    return path


async def nobodys(stage: Stage) -> str:
    return "/photos/uploads/xinju." + "0" * 32


async def anothers(stage: Stage) -> str:
    path = await half(stage)
    stage.phones["bo"], stage.phones["wu"] = stage.phones["wu"], stage.phones["bo"]
    return path


# HEAD, PATCH at the offset that HEAD told, PATCH beyond it, PATCH of another type, POST, DELETE
MATRIX: dict[Make, tuple[int, int, int, int, int, int]] = {
    fresh: (200, 204, 409, 415, 405, 204),
    half: (200, 204, 409, 415, 405, 204),
    stored: (200, 204, 409, 415, 405, 204),
    refused: (422, 422, 422, 415, 405, 204),
    damaged: (460, 460, 460, 415, 405, 204),
    ended: (404, 404, 404, 415, 405, 404),
    expired: (404, 404, 404, 415, 405, 404),
    nobodys: (404, 404, 404, 415, 405, 404),
    anothers: (404, 404, 404, 415, 405, 404),
}


async def test_every_method_is_answered_in_every_state_as_tus_says(stage: Stage) -> None:
    for make, expected in MATRIX.items():
        path = await make(stage)
        head = await stage.call("HEAD", path)
        offset = int(head.headers.get("upload-offset", 0))
        answers = [
            head,
            await stage.send(path, offset, b""),
            await stage.send(path, offset + 1, b"x"),
            await stage.send(path, offset, b"x", content_type="text/plain"),
            await stage.call("POST", path),
            await stage.call("DELETE", path),
        ]
        assert tuple(each.status_code for each in answers) == expected, make.__name__
        assert {each.headers["tus-resumable"] for each in answers} == {"1.0.0"}
        old = await stage.call("HEAD", path, tus_resumable="0.2.2")
        nobody = await stage.client.head(path, headers={"tus-resumable": "1.0.0"})
        assert (old.status_code, nobody.status_code) == (412, 401), make.__name__


async def test_clients_as_they_are_deliver_a_photo_over_a_link_that_breaks_at_any_byte(
    stage: Stage,
) -> None:
    for number, send in enumerate((with_tuspy, with_tus_js), 1):
        data, id = picture(300, 200), photo_id(number)
        await stage.report(id, data)
        async with breaking_link(stage, random.Random(number), len(data)) as (url, cuts):
            await asyncio.to_thread(send, stage, url, id, data)
        assert len(cuts) == CUTS, send.__name__
        assert (await stage.photo(id))["state"] == "stored", send.__name__


def with_tuspy(stage: Stage, url: str, id: str, data: bytes) -> None:
    headers = {"Authorization": f"Bearer {stage.phones['bo'].credential}"}
    told = {"photo_id": id, "sha256": hashlib.sha256(data).hexdigest()}
    client = TusClient(f"{url}/photos/uploads", headers=headers)
    client.uploader(
        file_stream=io.BytesIO(data), metadata=told, retries=3 * CUTS, retry_delay=0
    ).upload()


def with_tus_js(stage: Stage, url: str, id: str, data: bytes) -> None:
    wish = {
        "endpoint": f"{url}/photos/uploads",
        "credential": stage.phones["bo"].credential,
        "metadata": {"photo_id": id, "sha256": hashlib.sha256(data).hexdigest()},
        "data": data.hex(),
    }
    text = json.dumps(wish)
    subprocess.run(["node", str(JS_CLIENT)], input=text, text=True, check=True, timeout=60)


@asynccontextmanager
async def breaking_link(
    stage: Stage, dice: random.Random, size: int
) -> AsyncIterator[tuple[str, list[int]]]:
    """An address that leads to the server, and breaks while a body is on its way, at a byte that
    the dice choose, CUTS times; where is noted in the list."""
    cuts: list[int] = []
    target = stage.client.base_url

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(target.host, target.port)
        answers = asyncio.create_task(pump(there, writer))
        head = await reader.readuntil(b"\r\n\r\n")
        # A connection for each request: only the first one's head is read.
        back.write(head[:-2] + b"connection: close\r\n\r\n")
        if head.startswith(b"PATCH") and len(cuts) < CUTS:
            cuts.append(dice.randrange(1, size // CUTS))
            back.write(await reader.readexactly(cuts[-1]))
            await back.drain()
        else:
            await pump(reader, back)
            await answers
        for each in (back, writer):
            each.close()

    async with await asyncio.start_server(relay, "127.0.0.1") as server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}", cuts


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()
