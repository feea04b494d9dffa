"""What was said into a phone: kept whole, played in parts, and nothing but sound."""

from collections.abc import AsyncIterator

import pytest

from server.config import Config
from server.db import Database
from server.photos.sounds import SoundRefused, read_sound
from tests.conftest import MovableClock
from tests.server.deeds import make_id
from tests.server.photo_stage import Stage, metadata, opened, photo_id, picture
from tests.server.tapes import PAYLOAD, SECRET, frames, mp4, ogg, webm

pytestmark = pytest.mark.slow

ONE = photo_id(1)
ZIP = b"PK\x03\x04" + PAYLOAD


@pytest.fixture
async def stage(
    config: Config, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Stage]:
    async with opened(config, database, clock) as stage:
        yield stage


async def kept(stage: Stage, data: bytes, one: str = ONE) -> bytes:
    """What Bo is played after his phone reported and sent `data`."""
    assert await stage.say(one, data) is None
    assert (await stage.upload(one, data, "recording")).status_code == 204
    answer = await stage.hear("bo", one)
    assert answer.status_code == 200
    return answer.content


async def test_a_recording_is_stored_whichever_comes_first_and_its_readers_alone_hear_it(
    stage: Stage,
) -> None:
    data = webm()
    await stage.say(ONE, data)
    assert (await stage.photo(ONE))["state"] == "pending"
    await stage.upload(ONE, data)
    assert (await stage.photo(ONE))["state"] == "pending", "sent as a photo, and no photo"
    await stage.upload(ONE, data, "recording")
    assert (await stage.photo(ONE))["state"] == "stored"
    other = photo_id(2)
    await stage.upload(other, data, "recording")
    assert (await stage.hear("bo", other)).status_code == 404
    await stage.say(other, data)
    await stage.check(other)
    assert (await stage.photo(other))["state"] == "stored"
    assert len(stage.blobs()) == 1, "the same bytes twice take the space of one"
    for id in (ONE, other):
        assert (await stage.hear("lin", id)).status_code == 200
        assert (await stage.hear("wu", id)).status_code == 404
    assert (await stage.client.get(f"/recordings/{ONE}")).status_code == 401


@pytest.mark.one_database
async def test_each_container_keeps_every_frame_and_no_name(stage: Stage) -> None:
    tapes = {"audio/webm": webm(), "audio/ogg": ogg(), "audio/mp4": mp4()}
    whole = {"audio/mp4": mp4(fragmented=False, codec=b"Opus")}
    for number, (kind, data) in enumerate([*tapes.items(), *whole.items()]):
        served = await kept(stage, data, photo_id(number))
        at = -1
        for frame in frames(2):
            at = served.find(frame, at + 1)
            assert at > 0, kind
        assert (SECRET in data, SECRET in served) == (True, False), kind
        answer = await stage.hear("bo", photo_id(number))
        assert answer.headers["content-type"] == kind
    ogg_served = (await stage.hear("bo", photo_id(1))).content
    assert await kept(stage, ogg_served, photo_id(9)) == ogg_served, "what we write, we read"


@pytest.mark.one_database
async def test_a_recording_is_served_so_that_nothing_else_can_be_made_of_it(stage: Stage) -> None:
    await kept(stage, mp4())
    headers = (await stage.hear("bo", ONE)).headers
    assert headers["content-type"] == "audio/mp4"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == f'attachment; filename="{ONE}.m4a"'
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["cache-control"].startswith("private")


@pytest.mark.one_database
async def test_a_player_gets_the_part_that_it_asks_for(stage: Stage) -> None:
    whole = await kept(stage, webm())
    size = len(whole)
    parts = {
        "bytes=0-1": (0, 2), "bytes=100-": (100, size), "bytes=-7": (size - 7, size),
        f"bytes=9-{size + 50}": (9, size), f"bytes=-{size + 50}": (0, size),
    }  # fmt: skip
    for asked, (first, end) in parts.items():
        answer = await stage.hear("bo", ONE, range=asked)
        assert (answer.status_code, answer.content) == (206, whole[first:end]), asked
        assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/{size}"
    for asked in ("bytes=0-1,4-5", "bytes=-", "frames=0-1", "bytes=x-"):
        answer = await stage.hear("bo", ONE, range=asked)
        assert (answer.status_code, answer.content) == (200, whole), asked
    for asked in (f"bytes={size}-", "bytes=-0"):
        answer = await stage.hear("bo", ONE, range=asked)
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")
    answer = await stage.hear("bo", ONE, range="bytes=0-1", if_range='"of yesterday"')
    assert (answer.status_code, answer.headers["accept-ranges"]) == (200, "bytes")
    answer = await stage.hear("bo", ONE, if_none_match=answer.headers["etag"])
    assert answer.status_code == 304


BAD = {
    "jpeg": (picture(), "not_a_recording"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(30), "not_a_recording"),
    "page before": (PAYLOAD + webm(), "not_a_recording"),
    "bare signature": (b"\x1a\x45\xdf\xa3", "recording_broken"),
    "no frame": (webm(0), "recording_broken"),
    "archive behind webm": (webm() + ZIP, "recording_broken"),
    "archive behind ogg": (ogg() + ZIP, "recording_broken"),
    "archive behind mp4": (mp4() + ZIP, "recording_broken"),
    "archive in the media": (mp4(idle=ZIP * 200), "recording_broken"),
    "the same in one piece": (mp4(fragmented=False, idle=ZIP * 200), "recording_broken"),
    "cut webm": (webm()[:-9], "recording_broken"),
    "cut ogg": (ogg()[:-9], "recording_broken"),
    "cut mp4": (mp4()[:-9], "recording_broken"),
    "changed ogg": (ogg().replace(b"\0\0\0\x2a" * 6, b"\0\0\0\x2b" * 6), "recording_broken"),
    "two streams": (ogg(3, other_stream=True), "recording_broken"),
    "flac in ogg": (ogg(codec=b"\x7fFLAC\1\0\0"), "recording_broken"),
    "vorbis": (webm(codec=b"A_VORBIS"), "recording_broken"),
    "film": (webm(kind=1, codec=b"V_VP8"), "recording_broken"),
    "film in mp4": (mp4(handler=b"vide", codec=b"avc1"), "recording_broken"),
    "unknown codec in mp4": (mp4(codec=b"alac"), "recording_broken"),
    "two tracks": (webm(tracks=2), "recording_broken"),
    "matroska": (webm(doc_type=b"matroska"), "recording_broken"),
    "66 seconds": (webm(66), "recording_too_long"),
    "66 seconds of ogg": (ogg(66), "recording_too_long"),
    "66 seconds of mp4": (mp4(66), "recording_too_long"),
    "slow clock": (webm(scale_ns=100_000_000), "recording_too_long"),
}


def test_whatever_else_bytes_may_be_they_are_no_recording() -> None:
    for name, (data, reason) in BAD.items():
        with pytest.raises(SoundRefused) as refused:
            read_sound(data)
        assert refused.value.code == reason, name


@pytest.mark.one_database
async def test_bytes_that_are_no_recording_are_refused_with_a_reason(stage: Stage) -> None:
    for number, name in enumerate(("jpeg", "archive behind webm", "66 seconds")):
        one, (data, reason) = photo_id(number), BAD[name]
        await stage.say(one, data)
        answer = await stage.upload(one, data, "recording")
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, reason), name
        body = await stage.photo(one)
        assert (body["state"], body["reason"]) == ("refused", reason), name
        assert (await stage.hear("bo", one)).status_code == 404, name
    assert (stage.blobs(), stage.staged()) == ([], [])
    answer = await stage.upload(photo_id(99), webm())
    assert answer.json()["error"]["code"] == "not_a_picture"


@pytest.mark.one_database
async def test_more_than_a_megabyte_is_refused_before_it_is_sent(stage: Stage) -> None:
    data = bytes(1024 * 1024 + 1)
    told = metadata(ONE, data, kind="recording")
    given = {"upload_length": str(len(data)), "upload_metadata": told}
    answer = await stage.call("POST", "/photos/uploads", **given)
    assert answer.status_code == 413
    assert answer.json()["error"] == {"code": "too_large", "allowed": 1024 * 1024}
    refused = await stage.say(ONE, data)
    assert refused is not None
    assert (refused["code"], refused["field"]) == ("invalid", "bytes")


@pytest.mark.one_database
async def test_a_recording_goes_on_from_the_byte_where_it_was_cut(stage: Stage) -> None:
    data = ogg()
    await stage.say(ONE, data)
    path = await stage.begin(ONE, data, kind="recording")
    assert (await stage.send(path, 0, data[:777])).status_code == 204
    assert await stage.offset(path) == 777
    assert (await stage.send(path, 777, data[777:])).status_code == 204
    assert (await stage.photo(ONE))["state"] == "stored"
    assert (await stage.hear("bo", ONE)).status_code == 200


@pytest.mark.one_database
async def test_its_author_can_take_a_recording_back(stage: Stage) -> None:
    await kept(stage, webm())
    phone = stage.phones["bo"]
    taken = phone.operation("correction", make_id(), {"fact_id": ONE, "fields": {}, "void": True})
    assert "except" not in (await phone.push([taken])).json()
    assert (await stage.photo(ONE))["void"] is True
