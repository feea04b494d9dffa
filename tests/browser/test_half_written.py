"""What was begun and is not saved yet, while something else happens around it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FileChooser, expect

from tests.browser.company import BO, CHEN, LIN
from tests.browser.people import Manager, Rep
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


def opens_the_camera(bo: Rep) -> FileChooser:
    with bo.page.expect_file_chooser() as chooser:
        bo.page.get_by_label("拍照", exact=True).click()
    return chooser.value
