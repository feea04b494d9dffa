"""A photo from the phone that took it to a stranger who checks it."""

import hashlib
import os
import re
import struct
from datetime import UTC, datetime

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser import axe
from tests.browser.company import BO, LIN, STORE_NAME
from tests.browser.people import Manager, Rep, Staff
from tests.browser.pictures import photograph, shoot
from tests.browser.theatre import Theatre
from tests.scanning import read_codes
from tests.server.photo_stage import png_chunk

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
ZHAO, ZHAO_PHONE = "赵女士", "139 0002 3456"
CHOICES = [("拍照", 0, "camera"), ("相册", 0, "gallery"), ("拍照", 6, "gallery")]
"""The button, how old the file is in minutes, and what is then said of it."""
ENDS = {"stored", "refused"}
SHAPE = struct.pack(">IIBBBBB", 640, 480, 8, 2, 0, 0, 0)
NO_PIXELS = b"\x89PNG\r\n\x1a\n" + b"".join(
    png_chunk(kind, data) for kind, data in ((b"IHDR", SHAPE), (b"IDAT", b"?"), (b"IEND", b""))
)
"""A PNG by its parts, with nothing in it that can be decoded."""
NO_PHOTOS: list[tuple[FilePayload, str]] = [
    ({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b""}, "这个文件是空的"),
    ({"name": "b.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7"}, "这是 PDF"),
    (
        {"name": "c.jpg", "mimeType": "image/jpeg", "buffer": b"\0\0\0\x18ftypheic" + bytes(99)},
        "这里打不开 HEIC 照片",
    ),
]


@pytest.mark.browser
def test_a_photo_is_seen_large_before_it_is_sent_and_its_code_tells_a_stranger(
    theatre: Theatre,
) -> None:
    stage, records, plan = theatre.stage, theatre.records, theatre.folder / "plan.jpg"
    photograph(plan)
    bo, lin = Rep(theatre.profile("bo"), BO), Manager(theatre.profile("lin"), LIN)
    for person in (lin, bo):
        person.signs_in(stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.syncs()
    bo.opens_customer(QIAN)

    # Without a network the picture is the phone's own, and there is no code yet.
    bo.loses_signal()
    bo.takes_a_photo(plan)
    expect(bo.main.get_by_text("照片 0/1 已上传")).to_be_visible()
    sheet = opens_the_photo(bo)
    expect(sheet.get_by_text("还在这部手机上")).to_be_visible()
    assert is_drawn(bo)
    expect(sheet.get_by_text("核验码")).to_have_count(0)
    bo.finds_signal()
    records.until(lambda: records.bodies("photo", state="stored") != [])
    code = records.body("photo")["code"]

    # It says so while it is open; the marked one leads where the words lead.
    expect(sheet.get_by_role("link", name=f"{code[:5]}-{code[5:]}")).to_be_visible()
    sheet.get_by_role("button", name="带水印").click()
    expect(sheet.get_by_role("img", name="带水印")).to_be_visible()
    assert is_drawn(bo)
    assert axe.violations(bo.page) == []
    path = sheet.get_by_role("img", name="带水印").get_attribute("src")
    marked = bo.page.request.get(f"{stage.origin}{path}").body()
    assert read_codes(marked) == [f"{stage.origin}/v/{code}"]
    assert bo.profile.context is not None
    bo.profile.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sheet.get_by_role("button", name="复制核验链接").click()
    bo.is_told("核验链接已复制")
    copied = bo.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{stage.origin}/v/{code}"

    # Lin sees it from rows alone, and whoever has the link checks it without an account.
    lin.syncs()
    lin.opens_customer(QIAN)
    expect(lin.main.get_by_text("照片 1 张")).to_be_visible()
    with bo.page.expect_popup() as opened:
        sheet.get_by_role("link", name=f"{code[:5]}-{code[5:]}").click()
    page = opened.value
    expect(page.get_by_text("到达服务器后没有改动过。")).to_be_visible()
    expect(page.get_by_text(STORE_NAME)).to_be_visible()
    assert QIAN not in page.content()
    assert axe.violations(page) == []

    # What is no photo is said at once.
    sheet.get_by_role("button", name="关闭").click()
    for file, sentence in NO_PHOTOS:
        bo.page.locator("input[type=file]").first.set_input_files(file)
        bo.is_told(sentence)
        bo.page.get_by_role("status").get_by_role("button", name="知道了").click()

    # Told again about somebody else: each of the two leads to the other.
    bo.registers_and_receives(name=ZHAO, phone=ZHAO_PHONE)
    bo.opens_customer(ZHAO)
    bo.takes_a_photo(plan)
    records.until(lambda: len(records.bodies("photo", state="stored")) == 2)
    bo.syncs()
    bo.opens_customer(ZHAO)
    looks_from_one_to_the_other(bo, {each["code"] for each in records.bodies("photo")})
    assert theatre.faults() == []


@pytest.mark.browser
def test_each_button_says_at_the_server_how_a_photo_came_about(theatre: Theatre) -> None:
    stage, records = theatre.stage, theatre.records
    bo = Rep(theatre.profile("bo"), BO)
    bo.signs_in(stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.opens_customer(QIAN)
    inputs = {name: bo.page.get_by_label(name, exact=True) for name in ("拍照", "相册")}
    assert {name: one.get_attribute("capture") for name, one in inputs.items()} == {
        "拍照": "environment",
        "相册": None,
    }
    now = datetime.now(UTC).replace(microsecond=0)
    told = {}
    for nth, (name, minutes, expected) in enumerate(CHOICES):
        file = theatre.folder / f"{nth}.jpg"
        shoot(file, now, (nth * 60, 90, 120))
        os.utime(file, (now.timestamp() - 60 * minutes,) * 2)
        told[hashlib.sha256(file.read_bytes()).hexdigest()] = expected
        bo.takes_a_photo(file, name)
        expect(bo.main.get_by_role("button", name="看大图")).to_have_count(nth + 1)
    bo.syncs()
    kept = records.bodies("photo")
    assert {each["original_sha256"]: each["taken"] for each in kept} == told
    assert {each["exif_at"] for each in kept} == {round(now.timestamp() * 1000)}
    assert [each.get("flags") for each in kept] == [None, ["gallery"], ["gallery"]]

    # At a check-in it may wait until all is said; what it shows, and from which phone, go along.
    bo.goes_to("打卡")
    bo.button("门头").click()
    with bo.page.expect_file_chooser() as chooser:
        bo.page.get_by_label("拍照").click()
    chooser.value.set_files(theatre.folder / "0.jpg")
    expect(bo.page.get_by_role("img", name="照片")).to_be_visible()
    bo.page.wait_for_timeout(1500)
    bo.button("不带位置打卡").click()
    bo.is_told("打卡已存本机")
    bo.syncs()
    hung = records.body("photo", kind="visit")
    assert (hung["shows"], hung["taken"]) == ("storefront", "camera")
    assert 1 <= hung["lag_s"] < 60
    assert re.fullmatch("[0-9a-f]{16}", records.body("visit")["handset"])
    assert theatre.faults() == []


@pytest.mark.browser
def test_a_picture_that_no_phone_could_draw_is_shown_or_says_why_not(theatre: Theatre) -> None:
    records = theatre.records
    bo = Rep(theatre.profile("bo"), BO)
    bo.signs_in(theatre.stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.opens_customer(QIAN)
    night, broken = theatre.folder / "night.jpg", theatre.folder / "broken.jpg"
    shoot(night, datetime.now(UTC), (0, 0, 0))
    broken.write_bytes(NO_PIXELS)
    for file in (night, broken):
        bo.takes_a_photo(file)
    records.until(lambda: {one["state"] for one in records.bodies("photo")} == ENDS)
    bo.syncs()
    bo.opens_customer(QIAN)

    image = tile(bo, "已上传").get_by_role("img")
    expect(image).to_have_attribute("src", re.compile("/small$"))
    assert image.evaluate("async (one) => { await one.decode(); return one.naturalWidth }") == 480
    expect(bo.main.get_by_text("联网后显示")).to_have_count(0)

    # On a phone that has nothing of it.
    lin = Manager(theatre.profile("lin", worker=False), LIN)
    lin.signs_in(theatre.stage)
    lin.opens_customer(QIAN)
    expect(tile(lin, "没有通过")).to_contain_text("没有通过")
    expect(lin.main.get_by_text("这张照片的文件坏了")).to_be_visible()
    tile(lin, "没有通过").click()
    sheet = lin.page.locator("dialog[open]")
    expect(sheet.get_by_text("没有通过", exact=True)).to_be_visible()
    expect(lin.page.get_by_text("联网后显示")).to_have_count(0)


def tile(person: Staff, state: str) -> Locator:
    name = re.compile(f"^看大图，照片 .，{state}")
    return person.main.get_by_role("button", name=name)


def opens_the_photo(person: Staff) -> Locator:
    person.main.get_by_role("button", name="看大图").click()
    return person.page.locator("dialog[open]")


def looks_from_one_to_the_other(person: Staff, codes: set[str]) -> None:
    sheet, seen = opens_the_photo(person), set[str]()
    link = sheet.get_by_role("link", name=re.compile("^[0-9A-Z]{5}-[0-9A-Z]{5}$"))
    for _ in codes:
        expect(sheet.get_by_text(re.compile("用(过的照片|了很像的照片)"))).to_be_visible()
        text = link.inner_text()
        seen.add(text.replace("-", ""))
        sheet.get_by_role("button", name=re.compile("^看很像的那张")).click()
        expect(link).not_to_have_text(text)
    assert seen == codes


def is_drawn(person: Staff) -> bool:
    """The large picture is there and has pixels."""
    image = person.page.locator("dialog[open] a img")
    expect(image).to_be_visible()
    return bool(
        image.evaluate("async (one) => { await one.decode(); return one.naturalWidth > 100 }")
    )
