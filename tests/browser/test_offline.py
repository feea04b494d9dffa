"""The app as something installed: it opens without a network, updates without yanking anything
away, and lets nobody lose work by leaving."""

import json
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.company import BO
from tests.browser.people import Rep
from tests.browser.theatre import Theatre

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
pytestmark = pytest.mark.browser


@pytest.fixture
def bo(theatre: Theatre) -> Iterator[Rep]:
    """Signed in on his own phone, with one customer of his own, all of it synced."""
    rep = Rep(theatre.profile("bo"), BO)
    rep.signs_in(theatre.stage)
    rep.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    rep.syncs()
    yield rep
    assert theatre.faults() == []


def test_a_phone_killed_without_a_network_opens_again_with_everything_on_it(
    theatre: Theatre, bo: Rep
) -> None:
    theatre.proxy.cut()
    bo.profile.kill()
    bo.opens_the_app()
    bo.opens_customer(QIAN)
    bo.leaves_a_remark("喜欢原木色")
    bo.profile.kill()
    bo.opens_the_app()
    bo.is_offline_with(1)
    bo.opens_customer(QIAN)
    expect(bo.main.get_by_text("喜欢原木色")).to_be_visible()


def test_the_browser_finds_nothing_that_stands_in_the_way_of_installing(bo: Rep) -> None:
    bo.comes_back()
    assert bo.profile.context is not None
    devtools = bo.profile.context.new_cdp_session(bo.page)
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    said = json.loads(manifest["data"])
    assert (said["display"], said["start_url"]) == ("standalone", "/")
    for icon in said["icons"]:
        picture = httpx.get(bo.profile.origin + icon["src"])
        with Image.open(BytesIO(picture.content)) as drawn:
            assert f"{drawn.width}x{drawn.height}" == icon["sizes"]


def test_a_new_version_waits_until_it_is_asked_for(theatre: Theatre, bo: Rep) -> None:
    bo.comes_back()
    bo.page.goto("/register")
    name = bo.page.get_by_label("怎么称呼")
    name.fill("王老师")
    bo.page.evaluate("window.sameAsBefore = true")

    publish(theatre)
    bo.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    expect(offer_of_update(bo.page)).to_be_visible()
    expect(name).to_have_value("王老师")
    assert bo.page.evaluate("window.sameAsBefore")
    bo.page.get_by_role("button", name="稍后").click()
    expect(offer_of_update(bo.page)).to_be_hidden()
    expect(name).to_have_value("王老师")

    bo.page.goto("/customers")
    expect(offer_of_update(bo.page)).to_be_visible()
    with bo.page.expect_event("load", timeout=60_000):
        bo.page.get_by_role("button", name="现在更新").click()
    expect(bo.page.get_by_role("link", name=QIAN)).to_be_visible()
    expect(offer_of_update(bo.page)).to_be_hidden()


def test_leaving_with_unsent_work_asks_and_the_work_still_arrives(
    theatre: Theatre, bo: Rep
) -> None:
    theatre.proxy.cut()
    bo.opens_customer(QIAN)
    bo.leaves_a_remark("喜欢原木色")
    bo.goes_to("我的")
    bo.button("退出登录").click()
    asked = bo.page.get_by_role("dialog", name="退出登录？")
    expect(asked.get_by_text("还有 1 条没有同步")).to_be_visible()
    asked.get_by_role("button", name="留在本机并退出").click()
    expect(bo.page.get_by_label("密码", exact=True)).to_be_visible()

    # Nobody is signed in, and what was left is sent.
    theatre.proxy.restore()
    bo.page.reload()
    theatre.records.until(lambda: bool(theatre.records.bodies("comment")))
    assert theatre.records.body("comment")["text"] == "喜欢原木色"
    expect(bo.page.get_by_label("密码", exact=True)).to_be_visible()


def publish(theatre: Theatre) -> None:
    """A build that differs in its service worker: to the browser, that is a new version."""
    worker = theatre.stage.dist / "sw.js"
    worker.write_bytes(worker.read_bytes() + b"\n// the next version\n")


def offer_of_update(page: Page) -> Locator:
    return page.get_by_text("有新版本")
