"""What a photo is worth as evidence: how it was taken, and whether it was told before."""

import io
from collections.abc import AsyncIterator
from itertools import combinations
from random import Random

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import func, select

from server.clock import MINUTE_MS
from server.config import Config
from server.db import Database
from server.photos.decoder import Decoder
from server.photos.looks import HASH_SLICE, are_alike, slices_of
from server.photos.tables import photo_looks
from tests.cast import ORG
from tests.conftest import MovableClock
from tests.server.photo_stage import ZHAO, Stage, fact, opened, photo_id, picture

pytestmark = pytest.mark.slow

ONE, TWO, THREE = photo_id(1), photo_id(2), photo_id(3)
ELSEWHERE = "01890000-0000-7000-8000-0000000000f1"


@pytest.fixture
async def stage(
    config: Config, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Stage]:
    async with opened(config, database, clock) as stage:
        yield stage


def scene(seed: int, width: int = 960, height: int = 720) -> Image.Image:
    """Light and dark as a room has them, with things standing in it."""
    random = Random(seed)
    light = Image.frombytes("RGB", (12, 9), random.randbytes(12 * 9 * 3))
    room = light.resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(room)
    for _ in range(6):
        x, y = random.randrange(width), random.randrange(height)
        pen.rectangle((x, y, x + width // 10, y + height // 6), fill=tuple(random.randbytes(3)))
    return room


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


async def tell(stage: Stage, id: str, data: bytes, subject_id: str = ZHAO) -> None:
    assert await stage.report(id, data, subject_id=subject_id) is None
    assert (await stage.upload(id, data)).status_code == 204


async def add_another_subject(stage: Stage) -> None:
    fields = {"customer_id": ZHAO, "text": "量好了尺寸，约了下周"}
    assert await stage.push("comment", ELSEWHERE, fields) is None


async def flags_of(stage: Stage, id: str) -> list[str]:
    flags: list[str] = (await stage.photo(id)).get("flags", [])
    return flags


async def test_a_photo_says_how_it_was_taken_and_only_the_server_flags_it(stage: Stage) -> None:
    data = picture()
    told = {"taken": "gallery", "shows": "display", "original_sha256": "ab" * 32}
    long_ago = stage.clock() - 16 * MINUTE_MS
    await stage.report(ONE, data, **told, exif_at=long_ago)
    row = await stage.photo(ONE)
    assert row["flags"] == ["gallery", "older_than_visit"]
    assert {name: row[name] for name in told} == told
    just_now = stage.clock() - 14 * MINUTE_MS
    assert await stage.report(TWO, data, taken="camera", exif_at=just_now) is None
    assert await stage.report(THREE, data) is None
    assert "flags" not in await stage.photo(TWO)
    assert "flags" not in await stage.photo(THREE)
    # A file without a time of its own; only a phone that looked into it can say so.
    for number, said in enumerate([{"taken": "camera"}, {"original_sha256": "ab" * 32}], 6):
        assert await stage.report(photo_id(number), data, **said) is None
        assert await flags_of(stage, photo_id(number)) == ["no_exif_time"]
    refused = await stage.report(photo_id(4), data, flags=["seen_again"])
    assert refused is not None
    assert await stage.report(photo_id(5), data, taken="elsewhere") is not None


async def test_a_photo_from_a_draft_counts_from_when_the_phone_got_it(stage: Stage) -> None:
    await add_another_subject(stage)
    got_at = stage.clock() - 180 * MINUTE_MS
    told = {"taken": "camera", "lag_s": 180 * 60}
    data = jpeg(scene(1))
    assert await stage.report(ONE, data, **told, exif_at=got_at - 14 * MINUTE_MS) is None
    assert await flags_of(stage, ONE) == []
    await stage.report(TWO, jpeg(scene(2)), **told, exif_at=got_at - 16 * MINUTE_MS)
    assert await flags_of(stage, TWO) == ["older_than_visit"]
    assert (await stage.upload(ONE, data)).status_code == 204
    page = await stage.client.get(f"/v/{(await stage.photo(ONE))['code']}?lang=en")
    assert "2026-11-23 07:30:00" in page.text
    # What was got meanwhile is the later one, though it was told of before.
    phone, again = stage.phones["bo"], jpeg(scene(1), 70)
    meanwhile = phone.operation("photo", THREE, {**fact(again), "subject_id": ELSEWHERE})
    meanwhile["t"] -= 60 * MINUTE_MS
    assert (await phone.push([meanwhile])).status_code == 200
    assert (await stage.upload(THREE, again)).status_code == 204
    assert (await flags_of(stage, ONE), await flags_of(stage, THREE)) == (
        ["seen_again"],
        ["reused"],
    )
    assert (await stage.people["bo"].get(f"/photos/{THREE}/alike")).json() == {"photos": [ONE]}
    for bad in (-1, 30 * 24 * 3600 + 1, 0.5):
        assert await stage.report(photo_id(4), data, lag_s=bad) is not None


async def test_a_picture_told_again_is_found_however_it_was_saved_meanwhile(stage: Stage) -> None:
    await add_another_subject(stage)
    original = scene(1)
    width, height = original.size
    cropped = original.crop((6, 5, width - 6, height - 5))
    await tell(stage, ONE, jpeg(original))
    await tell(stage, TWO, jpeg(scene(2)), ELSEWHERE)
    assert await flags_of(stage, ONE) == await flags_of(stage, TWO) == []
    copies = [original.resize((640, 480)), original, cropped]
    for number, copy in enumerate(copies, 10):
        await tell(stage, photo_id(number), jpeg(copy, 60), ELSEWHERE)
        assert await flags_of(stage, photo_id(number)) == ["reused"]
    assert await flags_of(stage, ONE) == ["seen_again"]
    assert await flags_of(stage, TWO) == []
    found = (await stage.people["bo"].get(f"/photos/{photo_id(10)}/alike")).json()
    assert found == {"photos": [ONE]}
    # Whoever may see one of them only is told of none.
    hidden = await stage.people["wu"].get(f"/photos/{photo_id(10)}/alike")
    assert hidden.status_code == 404


async def test_bytes_before_their_fact_and_the_later_before_the_earlier_are_found_too(
    stage: Stage, clock: MovableClock
) -> None:
    await add_another_subject(stage)
    first, again = jpeg(scene(1)), jpeg(scene(1), 70)
    await stage.report(ONE, first)
    clock.advance(minutes=1)
    assert (await stage.upload(TWO, again)).status_code == 204
    await stage.report(TWO, again, subject_id=ELSEWHERE)
    await stage.check(TWO)
    await stage.upload(ONE, first)
    assert await flags_of(stage, ONE) == ["seen_again"]
    assert await flags_of(stage, TWO) == ["reused"]


async def test_one_file_told_twice_is_found_however_little_it_shows(stage: Stage) -> None:
    await add_another_subject(stage)
    wall = Image.new("RGB", (640, 480), (200, 190, 180))
    data = jpeg(wall)
    await tell(stage, ONE, data)
    await tell(stage, TWO, data, ELSEWHERE)
    assert (await flags_of(stage, ONE), await flags_of(stage, TWO)) == (["seen_again"], ["reused"])
    alike = await stage.people["bo"].get(f"/photos/{TWO}/alike")
    assert alike.json() == {"photos": [ONE]}
    # Drawn anew by two phones, the files that were sent differ, and what was picked does not.
    told = {"original_sha256": "ab" * 32, "exif_at": stage.clock()}
    for number, quality, subject in ((3, 70, ZHAO), (4, 60, ELSEWHERE)):
        again = jpeg(wall, quality)
        assert await stage.report(photo_id(number), again, subject_id=subject, **told) is None
        assert (await stage.upload(photo_id(number), again)).status_code == 204
    assert await flags_of(stage, photo_id(4)) == ["reused"]
    assert await flags_of(stage, photo_id(3)) == ["seen_again"]


async def test_bytes_that_are_not_a_photos_own_are_nobodys_reuse(stage: Stage) -> None:
    await add_another_subject(stage)
    right, wrong = jpeg(scene(2)), jpeg(scene(1))
    assert (await stage.upload(TWO, wrong)).status_code == 204
    await tell(stage, TWO, right, ELSEWHERE)
    await tell(stage, ONE, wrong)
    assert await flags_of(stage, ONE) == await flags_of(stage, TWO) == []


async def test_several_of_one_subject_and_plain_walls_are_nobodys_reuse(stage: Stage) -> None:
    await add_another_subject(stage)
    await tell(stage, ONE, jpeg(scene(1)))
    await tell(stage, TWO, jpeg(scene(1), 60))
    wall = Image.new("RGB", (640, 480), (200, 190, 180))
    await tell(stage, THREE, jpeg(wall))
    await tell(stage, photo_id(4), jpeg(wall, 60), ELSEWHERE)
    for id in (ONE, TWO, THREE, photo_id(4)):
        assert await flags_of(stage, id) == []
    async with stage.database.read() as connection:
        kept = select(func.count()).where(
            photo_looks.c.org_id == ORG,
            photo_looks.c.photo_id == THREE,
            photo_looks.c.slice < HASH_SLICE,
        )
        assert await connection.scalar(kept.select_from(photo_looks)) == 0


@pytest.mark.one_database
async def test_three_hundred_different_pictures_are_never_taken_for_each_other(
    config: Config,
) -> None:
    decoder, path = Decoder(), config.data / "scene.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    looks = []
    for seed in range(300):
        path.write_bytes(jpeg(scene(seed, 160, 120)))
        looks.append((await decoder.decode(path)).look)
    await decoder.close()
    assert not [pair for pair in combinations(looks, 2) if are_alike(*pair)]


def test_looks_that_differ_in_six_bits_share_a_slice_wherever_the_bits_are() -> None:
    random = Random(7)
    for _ in range(500):
        bits = random.getrandbits(64)
        other = bits
        for place in random.sample(range(64), 6):
            other ^= 1 << place
        one, two = f"{bits:016x}", f"{other:016x}"
        assert are_alike(one, two)
        if slices_of(one) and slices_of(two):
            assert set(slices_of(one)) & set(slices_of(two))
