"""What was begun and is not saved yet, while something else happens around it."""

from pathlib import Path

import pytest
from playwright.sync_api import FileChooser, expect

from tests.browser.company import BO
from tests.browser.people import KEPT, Rep
from tests.browser.pictures import photograph
from tests.browser.theatre import Theatre

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
SLOW_PICTURES = """() => {
    const read = Blob.prototype.arrayBuffer
    File.prototype.arrayBuffer = async function () {
        await new Promise((done) => setTimeout(done, 1000))
        return read.call(this)
    }
}"""


@pytest.mark.browser
def test_what_was_begun_stays_where_it_belongs_whatever_happens_around_it(theatre: Theatre) -> None:
    stage, records, plan = theatre.stage, theatre.records, theatre.folder / "plan.jpg"
    photograph(plan)
    bo = Rep(theatre.profile("bo"), BO)
    bo.signs_in(stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    saves_while_a_photo_is_being_prepared(bo, plan)
    bo.syncs()
    (told,) = records.bodies("follow_up")
    assert [body["subject_id"] for body in records.bodies("photo")] == [told["id"]]
    leaves_while_the_camera_is_open(bo, plan)
    closes_what_is_half_written(bo)
    bo.syncs()
    assert records.body("customer")["need"] == "全屋定制"
    assert theatre.faults() == []


def saves_while_a_photo_is_being_prepared(bo: Rep, plan: Path) -> None:
    """On a slow phone, with the thumb on the button already."""
    bo.page.evaluate(SLOW_PICTURES)
    bo.tap(bo.main.get_by_role("link", name="跟进", exact=True))
    opens_the_camera(bo).set_files(plan)
    bo.tells_the_five_steps()
    expect(bo.main.get_by_role("link", name="跟进", exact=True)).to_be_visible()


def leaves_while_the_camera_is_open(bo: Rep, plan: Path) -> None:
    """The phone itself may leave the page; what the camera brings back is in the draft."""
    bo.opens_customer(QIAN)
    bo.tap(bo.main.get_by_role("link", name="跟进", exact=True))
    chooser = opens_the_camera(bo)
    bo.opens("/customers")
    expect(bo.customer(QIAN)).to_be_visible()
    chooser.set_files(plan)
    bo.page.wait_for_timeout(2500)
    bo.opens_customer(QIAN)
    bo.tap(bo.main.get_by_role("link", name="跟进", exact=True))
    expect(bo.page.get_by_role("button", name="去掉照片 1")).to_be_visible()
    opens_the_camera(bo)
    bo.page.reload()
    bo.is_told("刚才的照片没有收到")
    taken = bo.page.get_by_role("button", name="去掉照片 1")
    taken.click()
    expect(taken).to_have_count(0)
    bo.page.get_by_role("button", name="撤销").click()
    expect(taken).to_be_visible()


def closes_what_is_half_written(bo: Rep) -> None:
    """A tap beside the sheet, and a phone that is loaded anew; given up is given up."""
    bo.opens_customer(QIAN)
    bo.button("修改").click()
    sheet = bo.sheet("修改资料")
    sheet.get_by_label("需求").fill("全屋定制")
    bo.page.mouse.click(180, 5)
    expect(sheet).to_be_hidden()
    bo.button("备注").click()
    bo.sheet("写一条备注").get_by_label("备注").click()
    bo.page.keyboard.insert_text("长" * 2001)
    expect(bo.sheet("写一条备注").get_by_text("最多 2000 字，已经写满。")).to_be_visible()
    bo.page.keyboard.press("Escape")
    bo.button("添加联系人").click()
    bo.sheet("添加联系人").get_by_label("备注").fill("她做主")
    bo.page.reload()
    bo.button("添加联系人").click()
    kin = bo.sheet("添加联系人")
    expect(kin.get_by_label("备注")).to_have_value("她做主")
    kin.get_by_role("button", name="重新写").click()
    expect(kin.get_by_label("备注")).to_have_value("")
    kin.get_by_role("button", name="关闭").click()
    bo.button("修改").click()
    expect(sheet.get_by_text("上次没写完的，还在这里。")).to_be_visible()
    expect(sheet.get_by_label("需求")).to_have_value("全屋定制")
    sheet.get_by_label("标签").fill("，".join("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"))
    sheet.get_by_label("姓名").click()
    sheet.get_by_role("button", name="保存").click()
    expect(sheet.get_by_text("最多 20 个标签")).to_be_in_viewport()
    sheet.get_by_label("标签").fill("")
    sheet.get_by_role("button", name="保存").click()
    bo.is_told(KEPT)
    bo.button("修改").click()
    expect(sheet.get_by_text("上次没写完的，还在这里。")).to_be_hidden()
    sheet.get_by_role("button", name="取消").click()


def opens_the_camera(bo: Rep) -> FileChooser:
    with bo.page.expect_file_chooser() as chooser:
        bo.main.locator("input[capture]").click()
    return chooser.value
