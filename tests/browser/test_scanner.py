"""The scanner: what it reads in hard pictures, and how soon."""

from collections import Counter
from itertools import islice

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser import axe, hard_pictures, pictures
from tests.browser.company import BO
from tests.browser.first_scan import FrontDesk, Glance
from tests.browser.hard_pictures import Hard
from tests.browser.people import Rep
from tests.browser.theatre import Theatre

FLOOR = 0.85
SLOWEST_MS = 60_000
QUICK_MS = 1_500
CAMERAS = 3
MOST_TRIES = 8
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.soak)])
def test_hard_pictures_are_read_or_not_read_but_never_read_wrongly(
    theatre: Theatre, every: int
) -> None:
    bo = Rep(theatre.profile("bo"), BO)
    bo.signs_in(theatre.stage)
    bo.goes_to("扫码")
    read: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    wrong: list[str] = []
    for nth, hard in enumerate(islice(hard_pictures.sixty(), 0, None, every)):
        shown[hard.kind] += 1
        said = said_about(bo.page, hard.jpeg)
        read[hard.kind] += said is not None
        if said is not None and not is_right(hard, said):
            wrong.append(f"{nth}: {hard.kind}, {hard.content.text}: {said}")
    for kind, count in shown.items():
        print(f"{kind:14} {read[kind]} of {count}")
    assert shown.total() == 60 // every
    assert wrong == []
    assert [said_about(bo.page, jpeg) for jpeg in hard_pictures.empty()] == [None] * 4
    assert read.total() >= FLOOR * shown.total(), read
    assert theatre.faults() == []


def said_about(page: Page, jpeg: bytes) -> str | None:
    """What the sheet says about a photo; None where nothing was found in it."""
    photo: FilePayload = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg}
    album = page.get_by_label("从相册选")
    assert album.get_attribute("capture") is None
    album.set_input_files(photo)
    sheet = page.get_by_role("dialog")
    nothing = page.get_by_text("照片里没有找到")
    expect(sheet.or_(nothing)).to_be_visible(timeout=SLOWEST_MS)
    if not sheet.is_visible():
        return None
    said = sheet.inner_text()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    return said


def is_right(hard: Hard, said: str) -> bool:
    return said.startswith(hard.content.title) and hard.content.line in said


@pytest.mark.soak  # `make bench` prints the figure; beside other tests it waits for its turn
def test_a_pass_that_is_held_up_is_found_at_a_glance(theatre: Theatre) -> None:
    """The machine is busy with other tests too: the best of a few tries is what the app costs.
    Where even the browser's own camera takes long, it may take a few times as long as that."""
    desk = FrontDesk(theatre, "xia")
    tries: list[Glance] = []
    while len(tries) < MOST_TRIES and not any(map(is_quick, tries)):
        tries.append(desk.glance())
    print(tries)
    assert any(map(is_quick, tries)), tries
    assert theatre.faults() == []


def is_quick(glance: Glance) -> bool:
    return glance.found <= max(QUICK_MS, CAMERAS * glance.camera)


def test_a_number_typed_without_reader_or_network_goes_to_the_customer_just_open(
    theatre: Theatre,
) -> None:
    bo = Rep(theatre.profile("bo", camera=True), BO)
    assert bo.profile.camera is not None
    pictures.film(bo.profile.camera)
    # It would be fetched ahead as soon as the phone has nothing better to do, but not by one
    # that saves what it pays for.
    bo.profile.saves_data = True
    bo.signs_in(theatre.stage)
    bo.comes_back()
    bo.loses_signal()
    bo.registers_and_receives(name="钱小雨", phone="13700137002")
    bo.goes_to("扫码")
    bo.is_told("识别程序还没有下载到这台手机")

    bo.types_a_code("6901234567892")
    bo.sheet("商品条码").get_by_role("button", name="记到 钱小雨（刚才看的）").click()
    bo.is_told("已记到 钱小雨 的备注里")
    bo.opens_customer("钱小雨")
    expect(bo.main.get_by_text("产品 6901234567892")).to_be_visible()

    # Where a stranger's address leads is said before anybody goes there.
    bo.goes_to("扫码")
    bo.types_a_code("https://bell.example@evil.example/pay")
    strange = bo.sheet("别家的网址")
    expect(strange).to_contain_text("打开后去的是 evil.example，不是我们的网站")
    out = strange.get_by_role("link", name="打开 evil.example")
    expect(out).to_have_attribute("target", "_blank")
    expect(out).to_have_attribute("rel", "noopener noreferrer")
    assert axe.violations(bo.page) == []
    strange.get_by_role("button", name="继续扫码").click()

    # With the network back the reader comes by itself.
    bo.is_told("识别程序还没有下载到这台手机")
    bo.finds_signal()
    expect(bo.page.locator(".aim")).to_be_visible()
    bo.syncs()
    assert theatre.records.body("comment")["text"] == "产品 6901234567892"
    assert theatre.faults() == []
