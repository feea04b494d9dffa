"""What tus 1.0.0 promises, header by header."""

import asyncio
import base64
import hashlib
import random
import shutil
from collections.abc import AsyncIterator

import pytest

from server.clock import DAY_MS
from server.config import Config
from server.db import Database
from server.photos import uploads
from server.photos.janitor import sweep
from server.photos.tus import MAX_PHOTO_BYTES, http_date
from tests.conftest import MovableClock
from tests.server.photo_stage import Stage, metadata, opened, photo_id, picture, until

pytestmark = pytest.mark.slow

ONE = photo_id(1)


@pytest.fixture
async def stage(
    config: Config, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Stage]:
    async with opened(config, database, clock) as stage:
        yield stage


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    value = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
    return f"{algorithm} {value}"


@pytest.mark.one_database
async def test_options_says_what_the_server_can_do_without_a_version_or_a_credential(
    stage: Stage,
) -> None:
    answer = await stage.client.options("/photos/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "checksum",
        "termination",
        "expiration",
    }
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert answer.headers["tus-max-size"] == str(MAX_PHOTO_BYTES)


@pytest.mark.one_database
async def test_every_answer_carries_the_version_even_a_refusal(stage: Stage) -> None:
    path = await stage.begin(ONE, b"twelve bytes")
    answers = [
        await stage.call("OPTIONS", path),
        await stage.call("HEAD", path),
        await stage.call("HEAD", path + "0"),
        await stage.send(path, 3, b""),
        await stage.call("PUT", path),
        await stage.call("POST", "/photos/uploads"),
        await stage.call("HEAD", path, authorization="Bearer nonsense"),
        await stage.call("HEAD", path, tus_resumable="0.2.2"),
        await stage.call("DELETE", path),
    ]
    assert [answer.headers.get("tus-resumable") for answer in answers] == ["1.0.0"] * 9
    assert [a.status_code for a in answers] == [204, 200, 404, 409, 405, 400, 401, 412, 204]


@pytest.mark.one_database
async def test_another_version_is_answered_412_with_ours_and_does_nothing(stage: Stage) -> None:
    path = await stage.begin(ONE, b"twelve bytes")
    answer = await stage.send(path, 0, b"twelve", tus_resumable="2.0.0")
    assert (answer.status_code, answer.headers["tus-version"]) == (412, "1.0.0")
    assert await stage.offset(path) == 0


@pytest.mark.one_database
async def test_head_tells_offset_length_metadata_and_is_never_cached(stage: Stage) -> None:
    path = await stage.begin(ONE, b"twelve bytes")
    await stage.send(path, 0, b"twelve")
    answer = await stage.call("HEAD", path)
    assert answer.headers["upload-offset"] == "6"
    assert answer.headers["upload-length"] == "12"
    assert answer.headers["upload-metadata"] == metadata(ONE, b"twelve bytes")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.one_database
async def test_the_urls_begin_with_the_code_of_the_organisation(stage: Stage) -> None:
    path = await stage.begin(ONE, b"x")
    assert path.startswith("/photos/uploads/xinju.")
    assert (await stage.call("HEAD", path.replace("xinju.", "away."))).status_code == 404


async def test_another_phones_upload_is_not_found_whatever_is_tried(stage: Stage) -> None:
    path = await stage.begin(ONE, b"twelve bytes")
    tried = [
        await stage.call("HEAD", path, "wu"),
        await stage.call(
            "PATCH",
            path,
            "wu",
            b"twelve",
            content_type="application/offset+octet-stream",
            upload_offset="0",
        ),
        await stage.call("DELETE", path, "wu"),
    ]
    assert [answer.status_code for answer in tried] == [404, 404, 404]
    assert await stage.offset(path) == 0


PATCHES: list[tuple[dict[str, str], int]] = [
    ({"content_type": "application/json"}, 415),
    ({"upload_offset": "4"}, 409),
    ({"upload_offset": "-1"}, 400),
    ({"upload_checksum": "md5 AAAA"}, 400),
    ({"upload_checksum": "sha1 %%%"}, 400),
    ({"upload_checksum": checksum(b"something else")}, 460),
    ({"upload_checksum": checksum(b"twelve", "sha256")}, 204),
    ({"upload_checksum": checksum(b"twelve")}, 204),
]


@pytest.mark.one_database
async def test_a_patch_is_taken_whole_or_leaves_the_bytes_alone(stage: Stage) -> None:
    for headers, status in PATCHES:
        path = await stage.begin(ONE, b"twelve bytes")
        answer = await stage.send(path, 0, b"twelve", **headers)
        assert answer.status_code == status, headers
        assert await stage.offset(path) == (6 if status == 204 else 0), headers


@pytest.mark.one_database
async def test_more_bytes_than_promised_are_413_and_change_nothing(stage: Stage) -> None:
    path = await stage.begin(ONE, b"twelve bytes")
    await stage.send(path, 0, b"twelve")
    assert (await stage.send(path, 6, b" bytes and more")).status_code == 413
    assert await stage.offset(path) == 6


CREATIONS: list[tuple[dict[str, str], int]] = [
    ({"upload_length": str(MAX_PHOTO_BYTES + 1)}, 413),
    ({"upload_length": "many"}, 400),
    ({"upload_length": "-5"}, 400),
    ({"upload_metadata": ""}, 400),
    ({"upload_metadata": "photo_id !!!"}, 400),
    ({"upload_metadata": metadata("../../etc/passwd", b"")}, 400),
    ({"upload_metadata": metadata(ONE, b"", sha256="short")}, 400),
    ({"upload_defer_length": "1"}, 400),
    ({"upload_concat": "partial"}, 400),
    ({"authorization": "Basic eDp5"}, 401),
]


@pytest.mark.one_database
async def test_a_creation_that_makes_no_sense_is_refused(stage: Stage) -> None:
    usual = {"upload_length": "12", "upload_metadata": metadata(ONE, b"twelve bytes")}
    for headers, status in CREATIONS:
        answer = await stage.call("POST", "/photos/uploads", **{**usual, **headers})
        assert answer.status_code == status, headers
    assert stage.staged() == []


@pytest.mark.one_database
async def test_a_creation_can_bring_the_first_bytes(stage: Stage) -> None:
    answer = await stage.call(
        "POST",
        "/photos/uploads",
        body=b"twelve",
        upload_length="12",
        upload_metadata=metadata(ONE, b"twelve bytes"),
        content_type="application/offset+octet-stream",
    )
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "6")
    assert await stage.offset(answer.headers["location"]) == 6


@pytest.mark.one_database
async def test_a_creation_can_bring_the_whole_photo(stage: Stage) -> None:
    data = picture()
    answer = await stage.call(
        "POST",
        "/photos/uploads",
        body=data,
        upload_length=str(len(data)),
        upload_metadata=metadata(ONE, data),
        content_type="application/offset+octet-stream",
    )
    assert answer.headers["upload-offset"] == str(len(data))
    assert len(stage.blobs()) == 2


@pytest.mark.one_database
async def test_a_post_that_means_patch_head_or_delete_is_one(stage: Stage) -> None:
    path = await stage.begin(ONE, b"twelve bytes")
    patched = await stage.call(
        "POST",
        path,
        body=b"twelve",
        x_http_method_override="PATCH",
        content_type="application/offset+octet-stream",
        upload_offset="0",
    )
    assert (patched.status_code, patched.headers["upload-offset"]) == (204, "6")
    headed = await stage.call("POST", path, x_http_method_override="HEAD")
    assert (headed.status_code, headed.headers["upload-offset"]) == (200, "6")
    assert (await stage.call("POST", path, x_http_method_override="DELETE")).status_code == 204
    assert (await stage.call("HEAD", path)).status_code == 404


async def test_a_terminated_upload_is_gone_with_its_bytes(stage: Stage) -> None:
    path = await stage.begin(ONE, b"twelve bytes")
    await stage.send(path, 0, b"twelve")
    assert (await stage.call("DELETE", path)).status_code == 204
    assert (await stage.send(path, 6, b" bytes")).status_code == 404
    assert stage.staged() == []


async def test_an_upload_expires_seven_days_after_its_last_byte(
    stage: Stage, clock: MovableClock
) -> None:
    usual = {"upload_length": "12", "upload_metadata": metadata(ONE, b"twelve bytes")}
    begun = await stage.call("POST", "/photos/uploads", **usual)
    path = begun.headers["location"]
    assert begun.headers["upload-expires"] == http_date(stage.clock() + 7 * DAY_MS)
    clock.advance(days=6)
    patched = await stage.send(path, 0, b"twelve")
    assert patched.headers["upload-expires"] == http_date(stage.clock() + 7 * DAY_MS)
    clock.advance(days=7, minutes=-1)
    assert await stage.offset(path) == 6
    clock.advance(minutes=1)
    assert (await stage.call("HEAD", path)).status_code == 404
    await sweep(stage.room)
    assert stage.staged() == []


async def test_a_phone_holds_fifty_open_uploads_and_no_more(stage: Stage) -> None:
    for number in range(uploads.MAX_OPEN_UPLOADS):
        await stage.begin(photo_id(number), b"x")
    usual = {"upload_length": "1", "upload_metadata": metadata(photo_id(99), b"x")}
    answer = await stage.call("POST", "/photos/uploads", **usual)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_uploads")
    assert (await stage.call("POST", "/photos/uploads", "wu", **usual)).status_code == 201


async def test_a_phone_holds_300_megabytes_of_open_uploads_and_no_more(stage: Stage) -> None:
    usual = {"upload_length": str(MAX_PHOTO_BYTES)}
    for number in range(25):
        await stage.begin(photo_id(number), b"", **usual)
    given = {**usual, "upload_metadata": metadata(photo_id(99), b"")}
    assert (await stage.call("POST", "/photos/uploads", **given)).status_code == 429


async def test_a_disk_that_is_nearly_full_takes_no_new_upload_and_goes_on_with_those_begun(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await stage.begin(ONE, b"twelve bytes")
    usual = {"upload_length": "1", "upload_metadata": metadata(photo_id(2), b"x")}
    disk_has(monkeypatch, 256 * 1024 * 1024 - 1)
    answer = await stage.call("POST", "/photos/uploads", **usual)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_space")
    assert answer.headers["retry-after"] == "600"
    assert (await stage.send(path, 0, b"twelve")).status_code == 204
    disk_has(monkeypatch, 256 * 1024 * 1024)
    assert (await stage.call("POST", "/photos/uploads", **usual)).status_code == 201


def disk_has(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    usage = shutil.disk_usage("/")._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)


async def test_beginning_a_photo_again_replaces_its_unfinished_upload(stage: Stage) -> None:
    """An answer lost on a bad link must not use up the quota."""
    first = await stage.begin(ONE, b"twelve bytes")
    await stage.send(first, 0, b"twelve")
    await stage.begin(ONE, b"twelve bytes")
    assert (await stage.call("HEAD", first)).status_code == 404
    assert stage.staged() == []


@pytest.mark.one_database
async def test_an_upload_resumes_at_any_byte(stage: Stage) -> None:
    data = picture(200, 150)
    dice = random.Random(20261122)
    path = await stage.begin(ONE, data)
    offset = 0
    while offset < len(data):
        size = dice.choice([1, 2, 63, 4096, dice.randrange(1, len(data))])
        answer = await stage.send(path, offset, data[offset : offset + size])
        assert answer.status_code == 204
        offset = await stage.offset(path)
    assert len(stage.blobs()) == 2


async def test_two_clients_on_one_upload_never_mix_their_bytes(stage: Stage) -> None:
    data = picture()
    path = await stage.begin(ONE, data)
    wrote, leave = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield data[:1000]
        wrote.set()
        await leave.wait()
        yield data[1000:]

    first = asyncio.create_task(stage.send(path, 0, slowly()))
    await wrote.wait()
    await until(lambda: stage.staged_sizes() == [1000])
    second = await stage.send(path, 0, data)
    assert (second.status_code, second.json()["error"]["code"]) == (423, "upload_busy")
    assert (await stage.call("DELETE", path)).status_code == 423
    assert await stage.offset(path) == 0
    leave.set()
    assert (await first).status_code == 204
    assert await stage.offset(path) == len(data)


async def test_file_and_database_agree_on_the_smaller_offset(stage: Stage) -> None:
    """After a power cut either may be ahead."""
    path = await stage.begin(ONE, b"twelve bytes")
    await stage.send(path, 0, b"twelve")
    (file,) = stage.staged()
    file.write_bytes(b"twelve bytes, uncounted")
    assert await stage.offset(path) == 6
    assert file.read_bytes() == b"twelve"
    file.write_bytes(b"twe")
    assert await stage.offset(path) == 3


async def test_a_photo_whole_before_a_crash_is_judged_when_anybody_looks(stage: Stage) -> None:
    data = picture()
    path = await stage.begin(ONE, data)
    await stage.send(path, 0, data[:-1])
    await count_without_judging(stage, data)
    assert await stage.offset(path) == len(data)
    assert len(stage.blobs()) == 2


async def test_the_janitor_judges_photos_that_were_whole_before_a_crash(stage: Stage) -> None:
    data = picture()
    path = await stage.begin(ONE, data)
    await stage.send(path, 0, data[:-1])
    await count_without_judging(stage, data)
    await sweep(stage.room)
    assert len(stage.blobs()) == 2
    assert stage.staged() == []


async def test_the_janitor_leaves_fresh_files_and_removes_forgotten_ones(
    stage: Stage, clock: MovableClock
) -> None:
    stray = stage.data / "staging" / "nobody.part"
    stray.write_bytes(b"left behind")
    clock.now = stray.stat().st_mtime_ns // 1_000_000 + 1000
    await sweep(stage.room)
    assert stage.staged() == [stray]
    clock.advance(days=2)
    await sweep(stage.room)
    assert stage.staged() == []


async def count_without_judging(stage: Stage, data: bytes) -> None:
    """As if the server had died between counting the last byte and looking at the photo."""
    (file,) = stage.staged()
    file.write_bytes(data)
    async with stage.database.write() as connection:
        await connection.exec_driver_sql(f'UPDATE uploads SET "offset" = {len(data)}')
