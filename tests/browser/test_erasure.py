"""A customer asks to be erased while a phone without a network has work on them."""

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.company import BO, LIN
from tests.browser.people import KEPT, Manager, Rep
from tests.browser.pictures import photograph
from tests.browser.theatre import Theatre

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
SECRET = "想把书房改成儿童房"
GONE = "该客户的资料已依法删除，你未上传的记录也一并删除。"


@pytest.mark.browser
def test_what_waits_on_a_phone_goes_with_the_customer_who_asked_for_it(theatre: Theatre) -> None:
    stage, records = theatre.stage, theatre.records
    bo, lin = Rep(theatre.profile("bo"), BO), Manager(theatre.profile("lin", worker=False), LIN)
    for person in (lin, bo):
        person.signs_in(stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.syncs()
    bo.opens_customer(QIAN)
    bo.loses_signal()
    bo.leaves_a_remark(SECRET)
    bo.edits(小区="滨江花园")
    bo.is_told(KEPT)
    photograph(theatre.folder / "plan.jpg")
    bo.takes_a_photo(theatre.folder / "plan.jpg")
    lin.syncs()
    lin.opens_customer(QIAN)
    lin.erases(QIAN, "客户要求")
    expect(lin.customer(QIAN)).to_have_count(0)

    bo.finds_signal()
    bo.chip.click()
    expect(bo.main.get_by_text(GONE)).to_be_visible()
    expect(bo.page.get_by_text("没有等待上传的记录。")).to_be_visible()
    expect(bo.main.get_by_role("article").filter(has_text="没有成功")).to_have_count(0)
    # The round that sent goes on to pull, and takes along what was kept beside the rows.
    bo.syncs()
    left = bo.page.evaluate(LEFT_ON_THE_PHONE)
    assert SECRET not in left
    assert "滨江花园" not in left
    assert QIAN not in left
    assert records.counts("refusal", "comment", "customer") == {
        "refusal": 0,
        "comment": 0,
        "customer": 0,
    }
    assert axe.violations(bo.page) == []
    bo.main.get_by_role("button", name="知道了").click()
    expect(bo.main.get_by_text(GONE)).to_be_hidden()

    # Whoever comes back from the head has confirmed.
    bo.syncs()
    lin.goes_to("我的")
    lin.main.get_by_role("link", name="资料删除").click()
    expect(lin.main.get_by_text("部手机都已确认")).to_be_visible()
    assert axe.violations(lin.page) == []


LEFT_ON_THE_PHONE = """async () => {
  const said = [JSON.stringify({ ...localStorage })]
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done) => {
      const asked = indexedDB.open(name)
      asked.onsuccess = () => done(asked.result)
    })
    for (const store of base.objectStoreNames) {
      const rows = base.transaction(store).objectStore(store).getAll()
      await new Promise((done) => { rows.onsuccess = done })
      said.push(JSON.stringify(rows.result))
    }
    base.close()
  }
  return said.join()
}"""
