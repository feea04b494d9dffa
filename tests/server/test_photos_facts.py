"""The photo's fact: what it keeps, who sees its bytes, and how the two find each other."""

import base64
import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from server.config import Config
from server.db import Database
from tests.conftest import MovableClock
from tests.server.photo_stage import Stage, opened, photo_id, picture

pytestmark = pytest.mark.slow

ONE = photo_id(1)


@pytest.fixture
async def stage(
    config: Config, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Stage]:
    async with opened(config, database, clock) as stage:
        yield stage


def thumb(data: bytes | None = None) -> str:
    return base64.b64encode(data or picture(120, 90, quality=40)).decode()


async def test_a_fact_before_its_bytes_is_pending_and_then_stored(stage: Stage) -> None:
    data = picture()
    await stage.report(ONE, data, prompt_id="plan")
    told = await stage.photo(ONE)
    assert (told["state"], told["prompt_id"]) == ("pending", "plan")
    assert (await stage.see("bo", ONE)).status_code == 404
    await stage.upload(ONE, data)
    assert (await stage.photo(ONE))["state"] == "stored"
    assert (await stage.see("bo", ONE)).status_code == 200


async def test_bytes_before_their_fact_wait_for_it(stage: Stage) -> None:
    data = picture()
    assert (await stage.upload(ONE, data)).status_code == 204
    assert (await stage.see("bo", ONE)).status_code == 404
    await stage.report(ONE, data)
    await stage.check(ONE)
    assert (await stage.photo(ONE))["state"] == "stored"
    assert (await stage.see("bo", ONE)).status_code == 200


async def test_the_photos_of_a_lost_phone_are_taken_those_of_a_compromised_one_are_not(
    stage: Stage,
) -> None:
    data = picture()
    device = stage.phones["bo"].device
    await stage.people["lin"].delete(f"/api/devices/{device}?why=lost")
    assert (await stage.upload(ONE, data)).status_code == 204
    device = stage.phones["wu"].device
    await stage.people["wu"].delete(f"/api/devices/{device}?why=compromised")
    answer = await stage.call("POST", "/photos/uploads", "wu", upload_length="1")
    assert (answer.status_code, answer.json()["error"]["why"]) == (403, "compromised")


async def test_bad_bytes_before_their_fact_refuse_it_when_it_comes(stage: Stage) -> None:
    data = b"not a picture at all"
    await stage.upload(ONE, data)
    await stage.report(ONE, data)
    await stage.check(ONE)
    assert (await stage.photo(ONE))["reason"] == "not_a_picture"


async def test_bytes_sent_under_anothers_photo_do_not_stand_in_its_way(stage: Stage) -> None:
    data = picture()
    await stage.upload(ONE, picture(300, 200))
    await stage.report(ONE, data)
    await stage.check(ONE)
    assert (await stage.photo(ONE))["state"] == "pending"
    await stage.upload(ONE, data)
    assert (await stage.photo(ONE))["state"] == "stored"


async def test_a_photo_that_arrives_reaches_the_phones_as_a_changed_row(stage: Stage) -> None:
    data = picture()
    await stage.report(ONE, data)
    bo = stage.phones["bo"]
    await bo.pull()
    await stage.upload(ONE, data)
    (row,) = [row for frame in await bo.pull() for row in frame.get("rows", [])]
    assert row[:2] == ["photo", ONE]
    assert row[5]["state"] == "stored"


async def test_another_stores_rep_is_answered_as_if_there_were_no_photo(stage: Stage) -> None:
    data = picture()
    await stage.report(ONE, data, thumb=thumb())
    await stage.upload(ONE, data)
    for size in ("thumb", "small", "full"):
        assert (await stage.see("lin", ONE, size)).status_code == 200
        hidden = await stage.see("wu", ONE, size)
        absent = await stage.see("wu", photo_id(404), size)
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json()["error"] == absent.json()["error"]
        assert list(hidden.headers) == list(absent.headers)
        assert len(hidden.content) == len(absent.content)


async def test_a_picture_is_served_so_that_nothing_else_can_be_made_of_it(stage: Stage) -> None:
    data = picture()
    await stage.report(ONE, data)
    await stage.upload(ONE, data)
    headers = (await stage.see("bo", ONE)).headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == f'inline; filename="{ONE}-full.jpg"'
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["cache-control"].startswith("private")
    assert headers["etag"]


async def test_the_thumbnail_is_served_but_does_not_travel_in_the_row(stage: Stage) -> None:
    await stage.report(ONE, picture(), thumb=thumb())
    assert "thumb" not in await stage.photo(ONE)
    served = await stage.see("lin", ONE, "thumb")
    assert Image.open(io.BytesIO(served.content)).size == (120, 90)


async def test_a_thumbnail_loses_what_it_says_beside_its_pixels(stage: Stage) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SN-7730-SECRET"
    data = picture(120, 90, quality=40, exif=exif.tobytes(), comment=b"a note", progressive=True)
    await stage.report(ONE, picture(), thumb=thumb(data + b"PK\x03\x04behind"))
    served = (await stage.see("bo", ONE, "thumb")).content
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(served))
    assert before.tobytes() == after.tobytes()
    for hidden in (b"SECRET", b"a note", b"behind"):
        assert hidden not in served


async def test_a_fact_with_a_bad_thumbnail_is_refused(stage: Stage) -> None:
    bad = {
        "not base64": "!!!",
        "gif": thumb(b"GIF89a" + bytes(40)),
        "three bytes": thumb(b"\xff\xd8\xff"),
        "cut": thumb(picture(120, 90)[:-40]),
        "too large": thumb(picture(200, 150)),
    }
    for number, (name, text) in enumerate(bad.items()):
        refused = await stage.report(photo_id(number), picture(), thumb=text)
        assert refused is not None
        assert (refused["code"], refused["field"]) == ("invalid", "thumb"), name


async def test_a_fact_that_says_what_it_may_not_is_refused(stage: Stage) -> None:
    said = [
        ("sha256", "A" * 64, "invalid"),
        ("bytes", 13 * 1024 * 1024, "invalid"),
        ("kind", "selfie", "invalid"),
        ("state", "stored", "server_field"),
        ("place", "31.2,121.4", "unknown_field"),
        ("customer_id", photo_id(404), "not_found"),
        ("subject_id", photo_id(404), "not_found"),
    ]
    for number, (field, value, code) in enumerate(said):
        refused = await stage.report(photo_id(number), picture(), **{field: value})
        assert refused is not None
        assert (refused["code"], refused["field"]) == (code, field)
