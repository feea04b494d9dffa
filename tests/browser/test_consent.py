"""A customer says at the counter what they no longer agree to."""

import pytest
from playwright.sync_api import Locator, expect

from server.customers.consent import CURRENT, TEXTS
from tests.browser import axe
from tests.browser.company import BO, LIN
from tests.browser.people import Manager, Rep
from tests.browser.theatre import Theatre

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
OVER = "客户已撤回同意，请不要再联系"


@pytest.mark.browser
def test_who_takes_back_their_consent_is_marked_on_every_phone_and_listed_to_be_erased(
    theatre: Theatre,
) -> None:
    stage = theatre.stage
    bo, lin = Rep(theatre.profile("bo"), BO), Manager(theatre.profile("lin", worker=False), LIN)
    for person in (lin, bo):
        person.signs_in(stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.syncs()
    bo.opens_customer(QIAN)
    bo.main.get_by_role("button", name="客户同意").click()
    sheet = bo.page.get_by_role("dialog")
    sheet.get_by_role("button", name="拍到人的照片").click()
    with bo.page.expect_popup() as opened:
        sheet.get_by_role("link", name="photo-1").click()
    expect(opened.value.get_by_text(TEXTS["photo-1"].sentence["zh"])).to_be_visible()
    opened.value.close()
    bo.loses_signal()
    note(sheet, "优惠和活动通知", "同意", "签字")
    expect(sheet.get_by_text("优惠和活动通知：同意 · 签字 · marketing-1")).to_be_visible()
    note(sheet, "接待和联系", "撤回", "口头")
    expect(sheet.get_by_text("已撤回")).to_have_count(3)
    assert axe.violations(bo.page) == []
    sheet.get_by_role("button", name="关闭").last.click()
    expect(bo.main.get_by_text(OVER)).to_be_visible()
    expect(bo.main.get_by_role("link", name="跟进")).to_have_count(0)
    expect(bo.main.locator("a[href^='tel:']")).to_have_count(0)
    expect(bo.main.get_by_text("首次跟进")).to_have_count(0)
    assert axe.violations(bo.page) == []
    presses_where_the_chip_shrinks(bo)
    bo.syncs()

    lin.syncs()
    lin.goes_to("我的")
    lin.main.get_by_role("link", name="资料删除").click()
    expect(lin.main.get_by_text("还剩 15 个工作日")).to_be_visible()
    expect(lin.main.get_by_text(QIAN)).to_be_visible()
    assert axe.violations(lin.page) == []
    lin.main.get_by_role("link", name="看客户").click()
    expect(lin.main.get_by_text(OVER)).to_be_visible()
    lin.erases(QIAN, "撤回同意")
    expect(lin.customer(QIAN)).to_have_count(0)


def presses_where_the_chip_shrinks(bo: Rep) -> None:
    """The network is back while a finger is on what told that it was gone."""
    bo.chip.scroll_into_view_if_needed()
    words, box = bo.chip.inner_text(), bo.chip.bounding_box()
    assert box is not None
    bo.page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    bo.page.mouse.down()
    bo.finds_signal()
    expect(bo.chip).not_to_contain_text(words)
    bo.page.mouse.up()
    expect(bo.button("现在同步")).to_be_visible()


def note(sheet: Locator, purpose: str, what: str, how: str) -> None:
    for group, choice in (("哪一项", purpose), ("客户怎么说", what), ("怎么说的", how)):
        button = sheet.get_by_role("group", name=group).get_by_role("button", name=choice)
        button.click()
    sheet.get_by_role("button", name="记下").click()
    expect(sheet.get_by_role("group", name="客户怎么说")).to_have_count(0)


@pytest.mark.browser
def test_staff_show_the_whole_words_without_a_network_and_say_that_it_was_signed(
    theatre: Theatre,
) -> None:
    bo = Rep(theatre.profile("bo"), BO)
    bo.signs_in(theatre.stage)
    bo.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    bo.loses_signal()
    bo.goes_to("客户")
    bo.main.get_by_role("link", name="登记", exact=True).click()
    bo.button("看全文").click()
    for purpose in ("service", "marketing"):
        for line in CURRENT[purpose].details["zh"]:
            expect(bo.main.get_by_text(line)).to_be_visible()
    assert axe.violations(bo.page) == []
    bo.page.get_by_label("手机号").fill(QIAN_PHONE)
    bo.page.get_by_label("怎么称呼").fill(QIAN)
    bo.pick("谁在接待？", "我")
    bo.page.get_by_role("checkbox", name="同意本店").check()
    bo.pick("客户怎么同意的", "签字")
    bo.button("登记").click()
    bo.is_told(f"{QIAN} 的登记已存本机")
    bo.main.get_by_role("button", name="客户同意").click()
    sheet = bo.page.get_by_role("dialog")
    expect(sheet.get_by_text("接待和联系：同意 · 签字")).to_be_visible()
    expect(sheet.get_by_text("没有同意")).to_be_visible()


@pytest.mark.browser
def test_a_follow_up_and_a_lead_are_looks_as_the_customers_page_is(theatre: Theatre) -> None:
    bo = Rep(theatre.profile("bo"), BO)
    bo.signs_in(theatre.stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.syncs()
    (customer,) = theatre.records.query("SELECT id FROM rows WHERE entity = 'customer'")
    (lead,) = theatre.records.query("SELECT id FROM rows WHERE entity = 'lead'")
    for path in (f"/customers/{customer[0]}/follow", f"/leads/{lead[0]}"):
        bo.page.evaluate(FORGET_LOOKS)
        bo.opens(path)
        expect(bo.main.get_by_role("heading", name=QIAN).first).to_be_visible()
        bo.page.wait_for_function(HAS_LOOK, arg=customer[0])


OUTBOXES = """(await indexedDB.databases()).map(({ name }) => name)"""
FORGET_LOOKS = f"""async () => {{
  for (const name of {OUTBOXES}) {{
    const base = await new Promise((done) => {{
      const asked = indexedDB.open(name)
      asked.onsuccess = () => done(asked.result)
    }})
    if (base.objectStoreNames.contains('meta')) {{
      const gone = base.transaction('meta', 'readwrite').objectStore('meta').delete('looks')
      await new Promise((done) => {{ gone.onsuccess = done }})
    }}
    base.close()
  }}
}}"""
HAS_LOOK = f"""async (id) => {{
  for (const name of {OUTBOXES}) {{
    const base = await new Promise((done) => {{
      const asked = indexedDB.open(name)
      asked.onsuccess = () => done(asked.result)
    }})
    if (!base.objectStoreNames.contains('meta')) {{ base.close(); continue }}
    const asked = base.transaction('meta').objectStore('meta').get('looks')
    await new Promise((done) => {{ asked.onsuccess = done }})
    base.close()
    if (JSON.stringify(asked.result ?? '').includes(id)) return true
  }}
  return false
}}"""
