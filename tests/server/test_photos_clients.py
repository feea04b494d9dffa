"""Clients as they are: tuspy, and a raw socket that is cut wherever it hurts."""

import asyncio
import hashlib
import io
import random
from collections.abc import AsyncIterator

import pytest
from tusclient.client import TusClient

from server.config import Config
from server.db import Database
from server.photos import uploads
from tests.conftest import MovableClock
from tests.server.photo_stage import Stage, metadata, opened, photo_id, picture, until

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

ONE = photo_id(1)


@pytest.fixture
async def stage(
    config: Config, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Stage]:
    async with opened(config, database, clock) as stage:
        yield stage


async def test_tuspy_uploads_a_photo_in_checked_chunks(stage: Stage) -> None:
    data = picture()
    await stage.report(ONE, data)
    await asyncio.to_thread(upload_with_tuspy, stage, data)
    assert (await stage.photo(ONE))["state"] == "stored"


async def test_tuspy_resumes_where_a_cut_left_it(stage: Stage) -> None:
    data = picture()
    await stage.report(ONE, data)
    path = await stage.begin(ONE, data)
    await torn_patch(stage, path, 0, data, sent=10_007)
    await asyncio.to_thread(upload_with_tuspy, stage, data, path)
    assert (await stage.photo(ONE))["state"] == "stored"


def upload_with_tuspy(stage: Stage, data: bytes, path: str | None = None) -> None:
    url = str(stage.client.base_url)
    bearer = {"Authorization": f"Bearer {stage.phones['bo'].credential}"}
    client = TusClient(url + "/photos/uploads", headers=bearer)
    given = {"photo_id": ONE, "sha256": hashlib.sha256(data).hexdigest()}
    client.uploader(
        file_stream=io.BytesIO(data),
        url=path and url + path,
        chunk_size=16_384,
        metadata=given,
        upload_checksum=True,
    ).upload()


async def test_what_arrived_before_a_cut_is_kept(stage: Stage) -> None:
    data = picture()
    path = await stage.begin(ONE, data)
    await torn_patch(stage, path, 0, data, sent=12_345)
    assert await stage.offset(path) == 12_345


async def test_what_arrived_before_a_cut_is_dropped_if_it_had_a_checksum(stage: Stage) -> None:
    data = picture()
    path = await stage.begin(ONE, data)
    await torn_patch(stage, path, 0, data, sent=12_345, extra="Upload-Checksum: sha1 AAAA\r\n")
    assert await stage.offset(path) == 0


async def test_a_photo_arrives_whole_through_any_number_of_cuts(stage: Stage) -> None:
    data = picture()
    dice = random.Random(7)
    await stage.report(ONE, data)
    path = await stage.begin(ONE, data)
    for _ in range(8):
        offset = await stage.offset(path)
        left = len(data) - offset
        await torn_patch(stage, path, offset, data, sent=dice.randrange(left // 3))
    offset = await stage.offset(path)
    assert 0 < offset < len(data)
    assert (await stage.send(path, offset, data[offset:])).status_code == 204
    assert (await stage.photo(ONE))["state"] == "stored"


async def test_a_large_body_is_counted_while_it_arrives(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a server killed in the middle of a photo costs a megabyte, not the photo."""
    monkeypatch.setattr(uploads, "FLUSH_EVERY_BYTES", 4096)
    data = picture()
    path = await stage.begin(ONE, data)
    _, writer = await dial(stage)
    writer.write(patch_head(stage, path, 0, len(data)) + data[:20_000])
    await writer.drain()
    async with asyncio.timeout(10):
        while await stage.offset(path) < 16_384:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    writer.close()


async def test_a_sender_that_falls_silent_lets_go_and_keeps_what_arrived(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SILENCE_S", 0.2)
    data = picture()
    path = await stage.begin(ONE, data)
    reader, writer = await dial(stage)
    writer.write(patch_head(stage, path, 0, len(data)) + data[:777])
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    assert (await stage.send(path, 777, data[777:])).status_code == 204
    writer.close()


async def test_a_creation_cut_in_its_body_leaves_no_trouble_behind(stage: Stage) -> None:
    data = picture()
    await stage.report(ONE, data)
    _, writer = await dial(stage)
    given = {"upload_length": str(len(data)), "upload_metadata": metadata(ONE, data)}
    head = request_head(stage, "POST", "/photos/uploads", len(data), **given)
    writer.write(head + data[:5000])
    await writer.drain()
    # One that came after the phone's next try would take that one's place.
    await until(lambda: stage.staged_sizes() == [5000])
    writer.close()
    assert (await stage.upload(ONE, data)).status_code == 204
    assert (await stage.photo(ONE))["state"] == "stored"


async def test_random_bytes_for_a_request_leave_the_server_well(stage: Stage) -> None:
    dice = random.Random(9)
    for _ in range(20):
        _, writer = await dial(stage)
        writer.write(b"PATCH /photos/uploads/xinju." + dice.randbytes(200) + b"\r\n\r\n")
        await writer.drain()
        writer.close()
    assert (await stage.upload(ONE, picture())).status_code == 204


async def torn_patch(
    stage: Stage, path: str, offset: int, data: bytes, *, sent: int, extra: str = ""
) -> None:
    """Promises all that is left, sends `sent` bytes, and is gone; returns when the server knows."""
    _, writer = await dial(stage)
    writer.write(patch_head(stage, path, offset, len(data) - offset, extra))
    writer.write(data[offset : offset + sent])
    await writer.drain()
    await until(lambda: stage.staged_sizes() == [offset + sent])
    writer.close()
    while (await stage.send(path, 10**9, b"")).status_code == 423:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def dial(stage: Stage) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = stage.client.base_url
    return await asyncio.open_connection(url.host, url.port)


def patch_head(stage: Stage, path: str, offset: int, length: int, extra: str = "") -> bytes:
    return request_head(stage, "PATCH", path, length, extra, upload_offset=str(offset))


def request_head(
    stage: Stage, method: str, path: str, length: int, extra: str = "", **headers: str
) -> bytes:
    given = stage.headers(content_type="application/offset+octet-stream", **headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return (
        f"{method} {path} HTTP/1.1\r\nHost: shop\r\nContent-Length: {length}\r\n{lines}{extra}\r\n"
    ).encode()
