"""What was refused, wrong, twice there, gone too early or on a lost phone, put right by hand."""

import pytest
from playwright.sync_api import expect

from tests.browser.company import BO, CHEN, LIN
from tests.browser.people import Manager, Rep
from tests.browser.theatre import Theatre

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
ZHAO, SAME_ZHAO, ZHAO_PHONE = "赵女士", "赵姐", "137 0002 3456"


@pytest.mark.browser
def test_nothing_is_lost_by_a_refusal_a_mistake_or_a_lost_phone(theatre: Theatre) -> None:
    stage, records = theatre.stage, theatre.records
    bo = Rep(theatre.profile("bo"), BO)
    chen = Rep(theatre.profile("chen"), CHEN)
    lin = Manager(theatre.profile("lin", worker=False), LIN)
    for person in (lin, chen, bo):
        person.signs_in(stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.follows_up()
    bo.leaves_a_remark("写错客户了")

    # Chen writes about a customer of Bo's whom she cannot see, and asks Lin to let it through.
    bo.main.get_by_role("link", name="打卡").click()
    expect(bo.page.get_by_role("button", name=f"客户：{QIAN}")).to_be_visible()
    chen.checks_in_at(bo.page.url, "客户在店里量过尺寸")
    bo.syncs()
    chen.syncs()
    expect(chen.card_about("打卡 没有成功").get_by_text("已不在你的范围里")).to_be_visible()
    assert records.counts("visit") == {"visit": 0}
    # Two quick taps send it again once: the second would be refused for being there already.
    chen.card_about("打卡 没有成功").get_by_role("button", name="重新发送").dblclick()
    chen.syncs()
    expect(chen.main.get_by_role("article").filter(has_text="打卡 没有成功")).to_have_count(1)
    assert len(records.bodies("refusal")) == 1
    chen.asks_the_manager_about("打卡 没有成功")
    chen.syncs()
    lin.syncs()
    lin.lets_through(CHEN, "打卡")
    lin.syncs()
    customer = records.body("customer", name=QIAN)
    records.until(lambda: bool(records.bodies("visit", customer_id=customer["id"])))
    chen.syncs()
    expect(chen.card_about("打卡 没有成功")).to_have_count(0)
    expect(chen.main.get_by_text("店长已放行")).to_be_visible()

    # Bo finds it among his own, and puts right what he wrote himself.
    bo.syncs()
    bo.opens_customer(QIAN)
    expect(bo.main.get_by_text("客户在店里量过尺寸")).to_be_visible()
    sheet = bo.corrects("跟进 · 到店")
    sheet.get_by_role("button", name="方案推荐").click()
    bo.pick("方案推荐", "认可方案")
    sheet.get_by_role("button", name="保存更正").click()
    bo.is_told("更正已存本机")
    bo.corrects("备注").get_by_role("button", name="作废").click()
    bo.is_told("已作废")
    bo.syncs()
    for receipt in (f"更正 · {QIAN}", f"作废 · {QIAN}"):
        expect(bo.main.get_by_text(receipt)).to_be_visible()
    assert records.body("comment")["void"]
    lin.syncs()
    lin.opens_customer(QIAN)
    expect(lin.main.get_by_text("方案：认可方案")).to_be_visible()
    expect(lin.main.get_by_text("写错客户了")).to_be_hidden()

    # Two phones without a network meet the same number: one record, which Lin takes apart.
    for person in (bo, chen):
        person.loses_signal()
    bo.registers_and_receives(name=ZHAO, phone=ZHAO_PHONE)
    chen.registers(name=SAME_ZHAO, phone=ZHAO_PHONE, received_by="暂无人")
    bo.finds_signal()
    bo.syncs()
    chen.finds_signal()
    chen.syncs()
    assert [body["name"] for body in records.bodies("customer")] == [QIAN, ZHAO]
    lin.syncs()
    lin.opens_customer(ZHAO)
    lin.takes_apart()
    lin.syncs()
    assert [body["name"] for body in records.bodies("customer")] == [QIAN, ZHAO, SAME_ZHAO]
    assert records.body("customer", name=SAME_ZHAO)["phone"] in (None, "")

    # Lin deletes one of them, and thinks again.
    lin.opens_customer(SAME_ZHAO)
    lin.deletes_the_customer(SAME_ZHAO)
    lin.syncs()
    assert records.bodies("customer", name=SAME_ZHAO) == []
    lin.brings_back("赵")
    lin.syncs()
    lin.opens_customer(SAME_ZHAO)

    # Bo's phone is lost with a remark on it that nobody has seen.
    bo.loses_signal()
    bo.opens_customer(QIAN)
    bo.leaves_a_remark("客户周六上午来选板材")
    lin.revokes_the_phone_of(BO, "丢了")
    bo.finds_signal()
    expect(bo.page.get_by_role("heading", name="这部手机已停用")).to_be_visible()
    expect(bo.page.get_by_text("没同步的 1 条记录已交给店长")).to_be_visible()
    expect(bo.page.get_by_text("已从这部手机上全部清除")).to_be_visible()
    expect(bo.page.get_by_text(QIAN)).to_have_count(0)

    # The remark lies before Lin, and becomes one like any other.
    lin.syncs()
    expect(lin.main.get_by_text("客户周六上午来选板材")).to_be_visible()
    lin.lets_through(BO, f"备注 · {QIAN}")
    lin.syncs()
    records.until(lambda: bool(records.bodies("comment", text="客户周六上午来选板材")))
    assert theatre.faults() == []
