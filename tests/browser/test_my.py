"""A customer scans what a manager shows them, and sees and ends what is held about them."""

from zipfile import ZipFile

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import axe
from tests.browser.company import BO, LIN
from tests.browser.people import Customer, Manager, Rep
from tests.browser.theatre import Theatre
from tests.scanning import read_codes

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"


@pytest.mark.browser
def test_a_customer_sees_corrects_takes_along_and_ends_what_is_held(theatre: Theatre) -> None:
    stage = theatre.stage
    bo, lin = Rep(theatre.profile("bo"), BO), Manager(theatre.profile("lin"), LIN)
    for person in (lin, bo):
        person.signs_in(stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.leaves_a_remark("喜欢北欧")
    bo.syncs()

    lin.syncs()
    lin.opens_customer(QIAN)
    lin.button("客户自己的资料页").click()
    sheet = lin.sheet(f"给 {QIAN} 看自己的资料")
    link = read(sheet.get_by_role("img", name="资料页二维码"))
    assert axe.violations(lin.page) == []

    qian = Customer(theatre.playwright)
    page = qian.page
    page.goto(link)
    page.get_by_label("手机号后四位").fill("2345")
    assert axe.violations(page) == []
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("139 **** 2345")).to_be_visible()
    assert axe.violations(page) == []
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载我的资料").click()
    with ZipFile(taken.value.path()) as archive:
        assert "喜欢北欧" in archive.read("index.html").decode()
    page.get_by_label("有写错的地方").fill("我姓赵")
    page.get_by_role("button", name="发给店里").click()
    expect(page.get_by_text("已发给接待您的顾问和店长")).to_be_visible()

    sheet.get_by_role("button", name="关闭").last.click()
    lin.button("谁看过").click()
    looks = lin.sheet(f"谁看过 {QIAN}").get_by_role("listitem")
    for what in ("打开了资料", "给了客户链接", "给的链接下载了客户资料"):
        expect(looks.filter(has_text=what).first).to_be_visible()
    bo.syncs()
    bo.goes_to("今日")
    wish = bo.card_about(f"{QIAN}说资料有误")
    wish.get_by_role("link", name="看客户").click()
    expect(bo.main.get_by_text("客户本人要求更正：我姓赵")).to_be_visible()
    bo.goes_to("今日")
    wish.get_by_role("button", name="知道了").click()
    expect(wish).to_be_hidden()

    page.get_by_role("button", name="撤回并删除").click()
    assert axe.violations(page) == []
    page.get_by_role("button", name="撤回并要求删除").click()
    expect(page.get_by_text("店长与您核实后删除全部资料")).to_be_visible()
    bo.syncs()
    bo.goes_to("今日")
    expect(bo.card_about(f"{QIAN}撤回了接待同意")).to_be_visible()
    lin.sheet(f"谁看过 {QIAN}").get_by_role("button", name="关闭").last.click()
    lin.syncs()
    lin.goes_to("我的")
    lin.main.get_by_role("link", name="资料删除").click()
    expect(lin.main.get_by_text("自助链接 · 林静")).to_be_visible()
    lin.button("不删除…").click()
    sheet = lin.sheet("不删除…")
    sheet.get_by_label("原因").fill("还有保修")
    sheet.get_by_role("button", name="不删除…").click()
    expect(lin.main.get_by_text("还剩 15 个工作日")).to_have_count(0)
    page.goto(link)
    page.get_by_label("手机号后四位").fill("2345")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("没有删除：还有保修")).to_be_visible()
    assert axe.violations(page) == []
    qian.leaves()


def read(code: Locator) -> str:
    """As the customer's own phone does."""
    (said,) = read_codes(code.screenshot())
    return said
