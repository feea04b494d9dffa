"""The manager sets up the group's robot on the phone, and the group hears the bell."""

import asyncio
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from server.clock import system_clock
from server.sample.cast import LIN, ORG_CODE, ORG_ID
from tests.browser.stage import Stage
from tests.browser.theatre import Theatre, opened
from tests.browser.tour import TIME, chip
from tests.server.robot import SECRET, Robot, robot_on_loopback

WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
QUICK = "() => { const every = setInterval; window.setInterval = (run) => every(run, 300) }"
"""What the page does every few seconds it does every third of one."""
STYLES = [("zh-CN", "light"), ("en-GB", "dark")]
SAID = {
    "zh-CN": {
        "add": "加群机器人",
        "url": "机器人地址",
        "secret": "加签密钥",
        "name": "名字",
        "escalations": "只发升级",
        "save": "保存",
        "test": "发一条测试消息",
        "bad": "签名对不上",
        "good": "去群里看一眼",
        "change": "修改",
        "works": "正常",
        "offline": "联网后才能",
    },
    "en-GB": {
        "add": "Add a group robot",
        "url": "Robot’s address",
        "secret": "Signing secret",
        "name": "Name",
        "escalations": "Escalations only",
        "save": "Save",
        "test": "Send a test message",
        "bad": "signature does not match",
        "good": "look in the group",
        "change": "Change",
        "works": "Works",
        "offline": "once you are online",
    },
}
pytestmark = [pytest.mark.browser, pytest.mark.unhurried]


@contextmanager
def group() -> Iterator[Robot]:
    """A DingTalk group that goes on by itself while the browser is looked at."""
    made, over = Future[Robot](), Future[None]()

    async def stand() -> None:
        async with robot_on_loopback(system_clock, "dingtalk") as robot:
            made.set_result(robot)
            await asyncio.wrap_future(over)

    thread = threading.Thread(target=lambda: asyncio.run(stand()))
    thread.start()
    try:
        yield made.result(10)
    finally:
        over.set_result(None)
        thread.join()


@pytest.fixture
def sample(playwright: Playwright, tmp_path: Path) -> Iterator[Theatre]:
    def prepare(stage: Stage) -> None:
        stage.environ["SHOPBELL_ROBOT_LOOPBACK"] = "1"

    with opened(playwright, tmp_path, prepare, sample=True) as theatre:
        yield theatre


@pytest.mark.parametrize(("locale", "scheme"), STYLES)
def test_a_manager_sets_up_the_groups_robot_and_tries_it(
    sample: Theatre, tmp_path: Path, locale: str, scheme: str
) -> None:
    said = SAID[locale]
    lin = sample.profile(
        "lin", locale=locale, scheme="dark" if scheme == "dark" else "light", worker=False
    )
    with group() as robot:
        page = lin.open(sample.stage.door_of(LIN, ORG_ID, ORG_CODE))
        page.locator("main button").first.click()
        expect(chip(page)).to_contain_text(TIME)
        page.goto("/me")
        page.evaluate(QUICK)
        page.locator("main a[href='/me/notices']").click()
        page.get_by_role("button", name=said["add"]).first.click()
        sheet = page.get_by_role("dialog")
        sheet.get_by_label(said["url"]).fill(robot.url)
        sheet.get_by_label(said["secret"]).fill("wrong")
        sheet.get_by_label(said["name"]).fill("店长群")
        sheet.get_by_label(said["escalations"]).check()
        look(page, tmp_path / f"sheet-{locale}.png")
        sheet.get_by_role("button", name=said["save"]).click()
        page.get_by_role("button", name=said["test"]).click()
        expect(page.locator("main")).to_contain_text(said["bad"])
        expect(page.get_by_role("heading", name="店长群")).to_be_visible()
        expect(page.get_by_text(said["escalations"], exact=True)).to_be_visible()
        look(page, tmp_path / f"bad-{locale}.png")
        page.get_by_role("button", name=said["change"]).click()
        expect(sheet.get_by_label(said["secret"])).to_have_value("")
        expect(sheet.get_by_label(said["escalations"])).to_be_checked()
        sheet.get_by_label(said["secret"]).fill(SECRET)
        # The list behind it is asked for again and again: what is being typed stays.
        for _ in range(2):
            with page.expect_response("**/api/robots"):
                pass
        expect(sheet.get_by_label(said["secret"])).to_have_value(SECRET)
        sheet.get_by_role("button", name=said["save"]).click()
        page.get_by_role("button", name=said["test"]).click()
        expect(page.locator("main")).to_contain_text(said["good"])
        expect(page.get_by_text(said["works"], exact=True)).to_be_visible()
        look(page, tmp_path / f"good-{locale}.png")
        assert robot.heard[0].startswith("【测试】")
        assert SECRET not in page.content()
    assert sample.faults() == []


def test_without_a_network_the_settings_say_so(sample: Theatre, tmp_path: Path) -> None:
    lin = sample.profile("lin")
    page = lin.open(sample.stage.door_of(LIN, ORG_ID, ORG_CODE))
    page.locator("main button").first.click()
    expect(chip(page)).to_contain_text(TIME)
    page.goto("/me")
    notices = page.locator("main a[href='/me/notices']")
    expect(notices).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    sample.proxy.cut()
    notices.click()
    expect(page.locator("main")).to_contain_text(SAID["zh-CN"]["offline"])
    look(page, tmp_path / "offline.png")


def look(page: Page, path: Path) -> None:
    content, window = page.evaluate(WIDTHS)
    assert content <= window
    assert not re.search(r"notify\.\w+", page.locator("body").inner_text())
    page.screenshot(path=path, full_page=True)
