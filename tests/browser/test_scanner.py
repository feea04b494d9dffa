"""The scanner: what it reads in hard pictures, and how soon."""

from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hard_pictures
from tests.browser.company import BO
from tests.browser.hard_pictures import Hard
from tests.browser.people import Rep
from tests.browser.theatre import Theatre

FLOOR = 0.85
SLOWEST_MS = 60_000
pytestmark = pytest.mark.browser


def test_hard_pictures_are_read_or_not_read_but_never_read_wrongly(theatre: Theatre) -> None:
    bo = Rep(theatre.profile("bo"), BO)
    bo.signs_in(theatre.stage)
    bo.goes_to("扫码")
    read: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    wrong: list[str] = []
    for nth, hard in enumerate(hard_pictures.sixty()):
        shown[hard.kind] += 1
        said = said_about(bo.page, hard.jpeg)
        read[hard.kind] += said is not None
        if said is not None and not is_right(hard, said):
            wrong.append(f"{nth}: {hard.kind}, {hard.content.text}: {said}")
    for kind, count in shown.items():
        print(f"{kind:14} {read[kind]} of {count}")
    assert shown.total() == 60
    assert wrong == []
    assert [said_about(bo.page, jpeg) for jpeg in hard_pictures.empty()] == [None] * 4
    assert read.total() >= FLOOR * shown.total(), read
    assert theatre.faults() == []


def said_about(page: Page, jpeg: bytes) -> str | None:
    """What the sheet says about a photo; None where nothing was found in it."""
    photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg}
    page.get_by_label("拍照识别").set_input_files(photo)
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
