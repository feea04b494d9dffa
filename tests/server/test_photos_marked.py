"""The marked size, and the public page behind its code: what the server vouches for."""

import io
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from PIL import Image

from server.clock import MINUTE_MS
from server.config import Config
from server.db import Database
from server.photos.codes import read_code, spell, visit_code
from server.photos.decoder import Decoder
from server.photos.janitor import sweep
from server.photos.marks import mark_of
from server.photos.standing import Standing, stand
from server.photos.verifying import PER_ADDRESS
from server.rows import find_row
from tests.cast import NAME, ORG, RENMIN
from tests.conftest import ORIGIN, MovableClock
from tests.scanning import read_codes
from tests.server.photo_stage import ZHAO, Stage, fact, opened, photo_id, picture
from tests.server.test_migrations import run_again

pytestmark = pytest.mark.slow

ONE, TWO, VISIT = photo_id(1), photo_id(2), photo_id(9)
PAGE_BYTES = 30 * 1024


@pytest.fixture
async def stage(
    config: Config, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Stage]:
    async with opened(config, database, clock) as stage:
        yield stage


async def keep(stage: Stage, id: str, **fields: object) -> str:
    """A photo that has arrived; returns its code."""
    data = picture(800, 600)
    assert await stage.report(id, data, **fields) is None
    assert (await stage.upload(id, data)).status_code == 204
    return str((await stage.photo(id))["code"])


async def visit(stage: Stage, id: str = VISIT, photo: str = ONE) -> str:
    """Bo at the store, with a photo of it; returns its code."""
    at = {"lat": 31.2304, "lng": 121.4737, "accuracy_m": 20.0, "fix_at": stage.clock()}
    assert await stage.push("visit", id, {**at, "store_id": RENMIN, "fix_source": "gps"}) is None
    hung = {"subject_id": id, "customer_id": None, "kind": "visit", "taken": "camera"}
    return await keep(stage, photo, **hung)


async def standing_of(stage: Stage, id: str) -> Standing:
    async with stage.database.read() as connection:
        row = await find_row(connection, ORG, id)
        assert row is not None
        standing = await stand(connection, ORG, row)
    assert standing is not None
    return standing


def said(page: httpx.Response) -> list[str]:
    return re.findall(r"<dd[^>]*>(.*?)</dd>", page.text)


def pairs(page: httpx.Response) -> list[tuple[str, str]]:
    return re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page.text)


async def test_a_mark_stands_below_the_picture_and_leads_to_what_the_server_vouches_for(
    stage: Stage,
) -> None:
    code = await visit(stage)
    full, marked = [await stage.see("bo", ONE, size) for size in ("full", "marked")]
    above = Image.open(io.BytesIO(marked.content))
    kept = Image.open(io.BytesIO(full.content))
    assert above.height > kept.height
    assert above.crop((0, 0, 800, 600)).resize((1, 1)) == kept.resize((1, 1))
    (link,) = read_codes(marked.content)
    assert link == f"{ORIGIN}/v/{code}"
    page = await stage.client.get(link.removeprefix(ORIGIN) + "?lang=zh")
    assert page.status_code == 200
    time = "2026-11-23 10:30:00 (UTC+08:00)"
    told = [spell(code), "到达服务器后没有改动过。", time, time, "人民路店", visit_code(VISIT)]
    assert said(page)[:-2] == [*told, "已核实", "手机称用相机拍摄", "照片里没有拍摄时间。"]
    assert said(page)[-2] == (await stage.photo(ONE))["sha256"]
    assert said(page)[-1] in {path.name for path in stage.blobs()}
    assert NAME in page.text


async def test_the_mark_says_store_times_person_visit_grade_and_code(
    stage: Stage, clock: MovableClock
) -> None:
    code = await visit(stage)
    mark = mark_of(await standing_of(stage, ONE), "https://shop.example.com")
    assert [zh for zh, _ in mark.lines] == [
        "人民路店",
        "2026-11-23 10:30 手机称用相机拍摄",
        f"薄 · 拜访 {visit_code(VISIT)} · 位置已核实",
        f"核验码 {spell(code)} · shop.example.com/v",
    ]
    assert [en for _, en in mark.lines][:3] == [
        "store RM",
        "2026-11-23 10:30 taken with the camera, says the phone",
        f"visit {visit_code(VISIT)} · place verified",
    ]
    phone = stage.phones["bo"]
    data = picture()
    late = phone.operation("photo", TWO, {**fact(data), "taken": "gallery"})
    clock.advance(minutes=90)
    assert (await phone.push([late])).status_code == 200
    assert (await stage.upload(TWO, data)).status_code == 204
    lines = mark_of(await standing_of(stage, TWO), ORIGIN).lines
    assert lines[0] == ("所属门店 人民路店", "belongs to store RM")
    assert lines[1][0] == "2026-11-23 10:30 从相册选取 · 2026-11-23 12:00 服务器收到"
    assert lines[2] == ("薄", "")


async def test_only_a_visit_to_a_store_names_it_as_the_place(stage: Stage) -> None:
    far = {"lat": 33.3, "lng": 121.4737, "accuracy_m": 20.0, "fix_at": stage.clock()}
    home = {**far, "customer_id": ZHAO, "fix_source": "gps"}
    assert await stage.push("visit", VISIT, home) is None
    at_home = await keep(stage, ONE, subject_id=VISIT, kind="visit")
    beside = await keep(stage, TWO)
    whose = ("所属门店", "人民路店")
    told = pairs(await stage.client.get(f"/v/{at_home}?lang=zh"))
    assert told[4:7] == [("地点", "客户处"), whose, ("拜访", visit_code(VISIT))]
    told = pairs(await stage.client.get(f"/v/{beside}?lang=zh"))
    assert told[4:6] == [whose, ("来源", "没有说明")]
    mark = mark_of(await standing_of(stage, ONE), ORIGIN)
    assert mark.lines[0] == (
        "客户处 · 所属门店 人民路店",
        "at a customer's · belongs to store RM",
    )
    at_store = await visit(stage, photo_id(8), photo_id(3))
    told = pairs(await stage.client.get(f"/v/{at_store}?lang=zh"))
    assert told[4] == ("门店", "人民路店")


async def test_a_mark_is_drawn_once_and_anew_when_a_manager_doubts_the_visit(stage: Stage) -> None:
    code = await visit(stage)
    first = await stage.see("bo", ONE, "marked")
    count = len(stage.blobs())
    again = await stage.see("bo", ONE, "marked")
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert len(stage.blobs()) == count
    lin = stage.phones["lin"]
    doubt = {"visit_id": VISIT, "choice": "doubt", "note": ""}
    answer = await lin.push([lin.operation("attestation", photo_id(5), doubt)])
    assert "except" not in answer.json()
    later = await stage.see("bo", ONE, "marked")
    assert later.headers["etag"] != first.headers["etag"]
    assert "自报，待核实" in (await stage.client.get(f"/v/{code}?lang=zh")).text
    await sweep(stage.room)
    assert len(stage.blobs()) == count


async def test_an_older_picture_is_told_as_older_by_mark_and_page(stage: Stage) -> None:
    code = await keep(stage, ONE, taken="camera", exif_at=stage.clock() - 16 * MINUTE_MS)
    told = pairs(await stage.client.get(f"/v/{code}?lang=zh"))
    assert ("来源", "录入时选了更早的画面") in told
    assert ("提示", "画面比记录的时间早一刻钟以上。") in told
    english = said(await stage.client.get(f"/v/{code}?lang=en"))
    assert "an older picture, picked when it was noted" in english
    mark = mark_of(await standing_of(stage, ONE), ORIGIN)
    assert mark.lines[1] == (
        "2026-11-23 10:30 录入，画面更早",
        "2026-11-23 10:30 noted; the picture is older",
    )


async def test_a_visit_that_a_manager_confirms_is_confirmed_and_not_verified(
    stage: Stage,
) -> None:
    assert await stage.push("visit", VISIT, {"store_id": RENMIN}) is None
    code = await keep(stage, ONE, subject_id=VISIT, customer_id=None, kind="visit")
    assert "自报，待核实" in said(await stage.client.get(f"/v/{code}?lang=zh"))
    first = await stage.see("bo", ONE, "marked")
    lin = stage.phones["lin"]
    sure = {"visit_id": VISIT, "choice": "confirm", "note": ""}
    answer = await lin.push([lin.operation("attestation", photo_id(5), sure)])
    assert "except" not in answer.json()
    told = pairs(await stage.client.get(f"/v/{code}?lang=zh"))
    assert [said for name, said in told if name == "位置"] == ["店长确认到过"]
    assert "confirmed by the manager" in said(await stage.client.get(f"/v/{code}?lang=en"))
    mark = mark_of(await standing_of(stage, ONE), ORIGIN)
    code_of_visit = visit_code(VISIT)
    assert mark.lines[2] == (
        f"薄 · 拜访 {code_of_visit} · 店长确认到过",
        f"visit {code_of_visit} · confirmed by the manager",
    )
    later = await stage.see("bo", ONE, "marked")
    assert later.headers["etag"] != first.headers["etag"]


async def test_the_page_names_no_customer_and_shows_no_picture_in_both_languages(
    stage: Stage,
) -> None:
    long_ago = stage.clock() - 60 * MINUTE_MS
    code = await keep(stage, ONE, taken="gallery", exif_at=long_ago)
    pages = [await stage.client.get(f"/v/{code}?lang={one}") for one in ("zh", "en")]
    for page in pages:
        assert page.status_code == 200
        assert len(page.content) < PAGE_BYTES
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert not [each for each in ("赵", ZHAO, ONE, "薄", "/photos/") if each in page.text]
        assert "noindex" in page.headers["x-robots-tag"]
    assert "不是现场拍的" in pages[0].text
    assert "an hour older" in pages[1].text
    code = await keep(stage, TWO, taken="camera", exif_at=stage.clock())
    assert "没有发现异常" in (await stage.client.get(f"/v/{code}?lang=zh")).text
    typed = await stage.client.get("/v", params={"code": spell(code).lower(), "lang": "en"})
    assert typed.headers["location"] == f"/v/{code}?lang=en"
    assert "7K3M9-X2PQR" in (await stage.client.get("/v")).text


async def test_codes_that_never_were_were_taken_back_or_erased_are_answered_alike(
    stage: Stage,
) -> None:
    gone, erased = await keep(stage, ONE), await keep(stage, TWO)
    await stage.see("bo", TWO, "marked")
    never = spell("2" * 10)
    void = {"fact_id": ONE, "fields": {}, "void": True, "note": ""}
    assert await stage.push("correction", photo_id(7), void) is None
    assert (await stage.see("bo", ONE, "marked")).status_code == 404
    path = f"/api/customers/{ZHAO}/erasure"
    assert (await stage.client.get(f"/v/{erased}")).status_code == 200
    assert (await stage.people["lin"].post(path, json={"reason": "asked"})).status_code == 200
    tried = (never, gone, erased, "nonsense", "%E9%97%A8")
    answers = [await stage.client.get(f"/v/{code}?lang=zh") for code in tried]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    await sweep(stage.room)
    assert stage.blobs() == []


async def test_a_photo_from_before_gets_the_code_that_it_would_get_now(stage: Stage) -> None:
    code = await keep(stage, ONE)
    async with stage.database.write() as connection:
        without = f"""UPDATE rows SET body = replace(body, ',"code":"{code}"', '')"""
        await connection.exec_driver_sql(without)
        await connection.exec_driver_sql("DELETE FROM keys")
        await connection.exec_driver_sql("DROP TABLE photo_marks")
        await connection.run_sync(run_again, "0018_marks")
    assert "code" not in await stage.photo(ONE)
    assert (await stage.client.get(f"/v/{code}")).status_code == 404
    await stage.check(ONE)
    assert (await stage.client.get(f"/v/{code}")).status_code == 200
    assert (await stage.see("bo", ONE, "marked")).status_code == 200


@pytest.mark.one_database
async def test_a_picture_that_was_changed_on_the_disk_is_not_vouched_for(stage: Stage) -> None:
    code = await keep(stage, ONE)
    kept = said(await stage.client.get(f"/v/{code}?lang=zh"))[-1]
    (path,) = [path for path in stage.blobs() if path.name == kept]
    path.write_bytes(picture())
    assert "和到达时不一致" in (await stage.client.get(f"/v/{code}?lang=zh")).text
    path.unlink()
    assert "现在无法读取" in (await stage.client.get(f"/v/{code}?lang=zh")).text


@pytest.mark.one_database
async def test_codes_cannot_be_guessed_in_numbers(stage: Stage) -> None:
    code = await keep(stage, ONE)
    for _ in range(PER_ADDRESS.amount):
        assert (await stage.client.get("/v/2222222222")).status_code == 404
    assert (await stage.client.get(f"/v/{code}")).status_code == 429


@pytest.mark.one_database
async def test_a_machine_without_a_chinese_font_draws_the_mark_in_latin(stage: Stage) -> None:
    await visit(stage)
    mark = mark_of(await standing_of(stage, ONE), ORIGIN)
    decoder = Decoder(find_font=lambda: None)
    latin = await decoder.mark(picture(200, 1000), mark)
    await decoder.close()
    assert read_codes(latin) == [f"{ORIGIN}/v/{(await stage.photo(ONE))['code']}"]
    assert latin != await stage.room.decoder.mark(picture(200, 1000), mark)


def test_a_code_is_read_as_people_type_it() -> None:
    assert read_code(" 7k3m9-x2pqr ") == read_code("7K3M9X2PQR") == "7K3M9X2PQR"
    assert read_code("7K3M9-X2PQ") is read_code("7K3M9-X2PQO") is read_code("") is None
