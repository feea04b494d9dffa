"""Strangers' bytes: what comes out is pixels of ours, what cannot be read is refused in words."""

import base64
import hashlib
import io
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import exifread
import httpx
import pytest
from PIL import Image

from server.config import Config
from server.db import Database
from server.photos.pictures import MARKED, SIZES
from tests.conftest import MovableClock
from tests.server.photo_stage import Stage, metadata, opened, photo_id, picture, png_bomb

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

ONE = photo_id(1)
GPS = {1: "N", 2: (31.0, 14.0, 9.0), 3: "E", 4: (121.0, 29.0, 3.0)}
SERIAL = "SN-7730-SECRET"
PAYLOAD = b"<script>alert('bell')</script>"


@pytest.fixture
async def stage(
    config: Config, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Stage]:
    async with opened(config, database, clock) as stage:
        yield stage


def with_exif(orientation: int = 1, width: int = 640, height: int = 480) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SERIAL
    exif.get_ifd(0x8825).update(GPS)
    return picture(width, height, exif=exif.tobytes(), comment=PAYLOAD, icc_profile=b"profile" * 20)


async def shown(stage: Stage, data: bytes, size: str = "full", one: str = ONE) -> bytes:
    """What Bo is served after his phone reported and sent `data`."""
    assert await stage.report(one, data) is None
    assert (await stage.upload(one, data)).status_code == 204
    answer = await stage.see("bo", one, size)
    assert answer.status_code == 200
    return answer.content


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_the_place_and_the_camera_are_in_no_size_that_is_served(stage: Stage) -> None:
    data = with_exif()
    tags = exifread.process_file(io.BytesIO(data))
    assert {"GPS GPSLatitude", "Image Make"} <= set(tags)
    thumb = with_exif(width=64, height=48)
    assert await stage.report(ONE, data, thumb=base64.b64encode(thumb).decode()) is None
    assert (await stage.upload(ONE, data)).status_code == 204
    for size in (*SIZES, MARKED):
        served = (await stage.see("bo", ONE, size)).content
        assert exifread.process_file(io.BytesIO(served)) == {}, size
        image = Image.open(io.BytesIO(served))
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        for secret in (SERIAL.encode(), PAYLOAD, b"Exif", b"profile"):
            assert secret not in served


async def test_a_photo_stands_upright_whichever_way_the_phone_was_held(stage: Stage) -> None:
    for orientation, corner in [(1, "tl"), (3, "br"), (6, "tr"), (8, "bl")]:
        served = await shown(stage, with_exif(orientation), one=photo_id(orientation))
        image = Image.open(io.BytesIO(served)).convert("RGB")
        assert image.size == ((640, 480) if orientation in (1, 3) else (480, 640))
        x = 20 if corner[1] == "l" else image.width - 20
        y = 20 if corner[0] == "t" else image.height - 20
        pixel = image.getpixel((x, y))
        assert isinstance(pixel, tuple)
        assert pixel[0] > 180 > 80 > pixel[1]


async def test_a_large_photo_is_brought_to_the_two_sizes(stage: Stage) -> None:
    full = Image.open(io.BytesIO(await shown(stage, picture(2400, 1800))))
    small = Image.open(io.BytesIO((await stage.see("bo", ONE, "small")).content))
    assert (full.format, full.size) == ("JPEG", (1600, 1200))
    assert (small.format, small.size) == ("JPEG", (480, 360))


async def test_png_and_webp_are_served_as_jpeg(stage: Stage) -> None:
    for number, form in enumerate(["PNG", "WEBP"]):
        served = await shown(stage, picture(form=form), one=photo_id(number))
        assert Image.open(io.BytesIO(served)).format == "JPEG"


async def test_a_file_hidden_behind_a_picture_is_in_no_size_that_is_served(stage: Stage) -> None:
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("bell.html", PAYLOAD)
    polyglot = picture() + hidden.getvalue()
    with zipfile.ZipFile(io.BytesIO(polyglot)) as archive:
        assert archive.read("bell.html") == PAYLOAD
    await shown(stage, polyglot)
    for size in ("small", "full", MARKED):
        served = (await stage.see("bo", ONE, size)).content
        assert not zipfile.is_zipfile(io.BytesIO(served))
        assert not [each for each in (PAYLOAD, b"PK\x03\x04", b"bell.html") if each in served]
        assert served.endswith(b"\xff\xd9")


def animation(form: str) -> bytes:
    frames = [Image.new("RGB", (60, 60), shade) for shade in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


BAD = {
    "gif": (animation("GIF"), "not_a_picture"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), "not_a_picture"),
    "avif": (b"\0\0\0\x1cftypavif\0\0\0\0mif1avif" + bytes(200), "not_a_picture"),
    "pdf": (b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", "not_a_picture"),
    "html": (b"<html>" + PAYLOAD, "not_a_picture"),
    "noise": (bytes(range(256)) * 8, "not_a_picture"),
    "bare header": (b"\xff\xd8\xff\xe0", "not_a_picture"),
    "truncated jpeg": (picture()[:9000], "picture_broken"),
    "truncated png": (picture(form="PNG")[:9000], "picture_broken"),
    "png without its end": (picture(form="PNG")[:-12], "picture_broken"),
    "truncated webp": (picture(form="WEBP")[:9000], "picture_broken"),
    "webp without its end": (picture(form="WEBP")[:-2], "picture_broken"),
    "animated webp": (animation("WEBP"), "picture_animated"),
    "animated png": (animation("PNG"), "picture_animated"),
    "31 megapixels": (png_bomb(7_750, 4_000), "too_large"),
    "100 megapixels": (png_bomb(10_000, 10_000), "too_large"),
    "a gigapixel": (png_bomb(60_000, 20_000, lines=10), "too_large"),
}


async def test_bytes_that_are_no_photo_are_refused_with_a_reason(stage: Stage) -> None:
    for number, (name, (data, reason)) in enumerate(BAD.items()):
        one = photo_id(number)
        await stage.report(one, data)
        path = await stage.begin(one, data)
        assert code(await stage.send(path, 0, data)) == (422, reason), name
        assert (await stage.call("HEAD", path)).status_code == 422, name
        body = await stage.photo(one)
        assert (body["state"], body["reason"]) == ("refused", reason), name
        assert (await stage.see("bo", one)).status_code == 404, name
    assert (stage.blobs(), stage.staged()) == ([], [])
    assert await shown(stage, picture(), one=photo_id(99))


async def test_thirty_megapixels_are_taken(stage: Stage) -> None:
    shown_as = Image.open(io.BytesIO(await shown(stage, png_bomb(7_500, 4_000))))
    assert shown_as.size == (1600, 853)


async def test_an_empty_file_is_refused_at_once(stage: Stage) -> None:
    given = {"upload_length": "0", "upload_metadata": metadata(ONE, b"")}
    answer = await stage.call("POST", "/photos/uploads", **given)
    assert code(answer) == (422, "not_a_picture")
    assert stage.staged() == []


async def test_bytes_with_another_hash_than_claimed_are_refused_and_not_kept(
    stage: Stage,
) -> None:
    data = picture()
    await stage.report(ONE, data)
    spoilt = data[:-3] + b"\0\0\0"
    path = await stage.begin(ONE, data)
    assert code(await stage.send(path, 0, spoilt)) == (460, "hash_mismatch")
    assert (stage.blobs(), stage.staged()) == ([], [])
    assert (await stage.photo(ONE))["state"] == "pending"
    assert (await stage.upload(ONE, data)).status_code == 204
    assert (await stage.photo(ONE))["state"] == "stored"


async def test_bytes_with_another_hash_than_the_facts_are_refused(stage: Stage) -> None:
    await stage.report(ONE, picture())
    assert code(await stage.upload(ONE, picture(300, 200))) == (460, "hash_mismatch")
    assert stage.blobs() == []


async def test_the_same_photo_twice_takes_the_space_of_one(stage: Stage) -> None:
    data = picture()
    for number in (1, 2):
        await stage.report(photo_id(number), data)
        assert (await stage.upload(photo_id(number), data)).status_code == 204
        assert (await stage.see("bo", photo_id(number))).status_code == 200
    assert len(stage.blobs()) == 2


async def test_what_is_stored_is_named_by_the_hash_of_what_we_made(stage: Stage) -> None:
    served = await shown(stage, picture())
    names = {path.name for path in stage.blobs()}
    assert hashlib.sha256(served).hexdigest() in names


async def test_the_servers_memory_stays_flat_under_bombs(stage: Stage) -> None:
    await stage.upload(photo_id(0), picture())
    bombs = [png_bomb(10_000, 6_000), png_bomb(5_000, 4_000), os.urandom(3_000_000)]
    for bomb in bombs:
        await stage.upload(photo_id(0), bomb)
    before = resident_bytes()
    for number in range(6):
        await stage.upload(photo_id(number), bombs[number % 3])
    assert resident_bytes() - before < 20 * 1024 * 1024


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
