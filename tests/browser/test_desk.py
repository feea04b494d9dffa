"""A manager's board on a bad evening: half a thousand people are waiting, and a second passes."""

import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.bench.ids import new_id
from tests.bench.records import make_customer
from tests.browser import history
from tests.browser.company import BO, LIN, STORE
from tests.browser.people import Staff
from tests.browser.stage import Stage, found_company
from tests.browser.theatre import Theatre, opened
from tests.browser.weak import WeakPhone

OPEN_LEADS, AT_ONCE = 500, 100
TICKS_S, LONGEST_MS = 6, 50
TRIES = 3
DRAWN_MOST = 60
# The browser steps back from a sheet in its own time: a quick hand is ahead of it.
IN_HASTE = """async () => {
  document.querySelector('dialog[open] header button').click()
  for (let turn = 0; turn < 9; turn++) await null
  document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}))
}"""


@pytest.fixture
def crowded(playwright: Playwright, tmp_path: Path) -> Iterator[Theatre]:
    with opened(playwright, tmp_path, found_company) as theatre:
        fill_the_board(theatre.stage)
        offered = theatre.records.bodies
        theatre.records.until(lambda: len(offered("lead", state="offered")) == OPEN_LEADS, 120)
        yield theatre


def fill_the_board(stage: Stage) -> None:
    rnd = random.Random(5)
    with httpx.Client(base_url=stage.origin, timeout=60) as client:
        phone = history.enrol(client, stage.door_of(BO))
        for first in range(0, OPEN_LEADS, AT_ONCE):
            phone.push([waiting(first + nth, rnd) for nth in range(AT_ONCE)])
    assert phone.refused == [], phone.refused[:3]


def waiting(nth: int, rnd: random.Random) -> list[history.Drafted]:
    """Somebody registered by a colleague who receives nobody."""
    customer_id, customer = new_id(rnd), make_customer(nth, STORE, rnd)
    service = {"purpose": "service", "version": "1", "how": "verbal"}
    said = {"source": "staff", "reception": "none", "consents": [service]}
    here = {"customer_id": customer_id, "store_id": STORE, "name": customer["name"]}
    return [
        ("customer", customer_id, customer),
        ("arrival", new_id(rnd), {**here, **said}),
    ]


@pytest.mark.browser
def test_a_long_board_ticks_without_a_stutter_and_is_worked_by_keys(crowded: Theatre) -> None:
    lin = Staff(crowded.profile("lin", worker=False), LIN)
    lin.signs_in(crowded.stage)
    page = lin.page
    page.goto("/desk")
    state = page.get_by_role("group", name="按状态看").get_by_role("button", name="计时中")
    expect(state).to_have_text(f"计时中{OPEN_LEADS}")
    # Cards come a frame after the numbers: the browser has yet to say which are near the eye.
    expect(cards(page).first).to_be_visible()
    assert cards(page).count() < DRAWN_MOST
    assert longest_task(crowded, page) < LONGEST_MS
    see_the_filter(page)
    see_the_keys(page)
    see_its_age(lin)
    assert crowded.faults() == []


def longest_task(theatre: Theatre, page: Page) -> float:
    """The machine is busy with other tests too: the best of a few tries is what the board costs."""
    weak = WeakPhone(page, theatre.proxy)
    weak.tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.wait_for_timeout(2_000)
    best = float("inf")
    for _ in range(TRIES):
        weak.start_noting()
        page.wait_for_timeout(TICKS_S * 1000)
        best = min(best, weak.tasks().longest_between(0, float("inf")))
        if best < LONGEST_MS:
            break
    weak.tools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return best


def see_the_filter(page: Page) -> None:
    """What is asked is remembered, and one tap takes it back."""
    clear = page.get_by_role("button", name="清除筛选")
    page.get_by_role("button", name="筛选", exact=True).click()
    page.get_by_role("dialog").get_by_role("group", name="谁在接").get_by_role("button").click()
    page.get_by_role("button", name=f"看 {OPEN_LEADS} 条").click()
    page.get_by_role("button", name="已接").click()
    expect(page.get_by_text("没有符合条件的线索。")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="筛选 · 1")).to_be_visible()
    clear.click()
    expect(clear).to_be_disabled()
    expect(cards(page).first).to_be_visible()


def see_the_keys(page: Page) -> None:
    """No mouse on a desktop: find, move, hand on, open, and come back to the same lead."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator("main a[aria-current=true]")
    expect(chosen).to_have_count(1)
    name = chosen.locator("b").first.inner_text()
    beside = page.get_by_role("region", name="线索")
    expect(beside.get_by_role("heading", name=name)).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_role("dialog")).to_contain_text("改派给谁")
    page.keyboard.press("Escape")
    expect(chosen).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("找姓名或手机尾号")
    page.evaluate(IN_HASTE)
    heading = page.get_by_role("main").get_by_role("heading", level=1)
    expect(heading).to_have_text(name)
    expect(heading).to_be_focused()
    page.go_back()
    expect(chosen.locator("b").first).to_have_text(name)
    expect(chosen).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("没有这个人")
    expect(page.get_by_text("没有符合条件的线索。")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    expect(cards(page).first).to_be_visible()


def see_its_age(lin: Staff) -> None:
    """Without a network the board says how old it is."""
    lin.loses_signal()
    expect(lin.main.get_by_text("的情况。现在离线")).to_be_visible()
    lin.finds_signal()
    expect(lin.main.get_by_text("的情况。现在离线")).to_be_hidden()


def cards(page: Page) -> Locator:
    return page.locator("main a[href^='/leads/']")
