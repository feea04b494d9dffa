"""What a rep says into the phone after a conversation, until somebody else hears it."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.company import BO, LIN
from tests.browser.people import Manager, Rep
from tests.browser.theatre import Theatre

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
pytestmark = pytest.mark.browser


def test_what_was_said_without_a_network_is_heard_on_another_phone(theatre: Theatre) -> None:
    bo = Rep(theatre.profile("bo", microphone=True, windowed=True), BO)
    bo.signs_in(theatre.stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    bo.syncs()
    bo.comes_back()
    bo.has_the_reader()
    theatre.proxy.cut()

    # The phone says no first: then there is still the keyboard.
    bo.opens_customer(QIAN)
    bo.main.get_by_role("link", name="跟进", exact=True).click()
    assert bo.profile.context is not None
    bo.button("录音").click()
    expect(bo.main.get_by_text("没有麦克风权限。")).to_contain_text("键盘上的语音输入")
    bo.profile.context.grant_permissions(["microphone"], origin=bo.profile.origin)
    says(bo, "录音")
    expect(recording(bo, 1)).to_be_visible()
    says(bo, "再录一段")
    expect(recording(bo, 2)).to_be_visible()

    # It is in the draft at once: a reload loses neither, and one is thrown away.
    bo.page.reload()
    expect(recording(bo, 2)).to_be_visible()
    bo.button("去掉录音 2").click()
    plays(bo)
    bo.page.reload()
    expect(recording(bo, 1)).to_be_visible()
    expect(recording(bo, 2)).to_be_hidden()
    bo.page.go_back()
    bo.follows_up()
    expect(bo.main.get_by_text("待上传")).to_be_visible()
    plays(bo)

    theatre.proxy.restore()
    bo.syncs()
    theatre.records.until(lambda: theatre.records.body("recording")["state"] == "stored")
    told = theatre.records.body("recording")
    assert told["subject_id"] == theatre.records.body("follow_up")["id"]
    assert 1000 < told["duration_ms"] < 15_000

    lin = Manager(theatre.profile("lin", worker=False), LIN)
    lin.signs_in(theatre.stage)
    lin.opens_customer(QIAN)
    expect(lin.main.get_by_text("录音 1 段")).to_be_visible()
    plays(lin)
    assert theatre.faults() == []


def test_a_browser_that_dies_while_somebody_speaks_has_what_they_said(theatre: Theatre) -> None:
    bo = Rep(theatre.profile("bo", microphone=True, windowed=True), BO)
    bo.signs_in(theatre.stage)
    bo.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    for decision in ("留下", "不要了"):
        assert bo.profile.context is not None
        bo.profile.context.grant_permissions(["microphone"], origin=bo.profile.origin)
        bo.opens_customer(QIAN)
        bo.main.get_by_role("link", name="跟进", exact=True).click()
        bo.button("录音" if decision == "留下" else "再录一段").click()
        expect(bo.main.get_by_text("3 / 60 秒")).to_be_visible()
        expect(bo.page.get_by_text("有一段录音没录完")).to_be_hidden()
        bo.profile.kill()

        bo.opens_the_app()
        bo.page.get_by_role("button", name="去看看").click()
        cut = bo.main.get_by_role("article").filter(has_text="没录完")
        expect(cut).to_contain_text(re.compile("录到的 0:0[1-4] 还在"))
        cut.get_by_role("button", name=decision).click()
        expect(cut).to_be_hidden()
        expect(bo.page.get_by_text("有一段录音没录完")).to_be_hidden()
        expect(recording(bo, 1)).to_be_visible()
        expect(recording(bo, 2)).to_be_hidden()
    plays(bo)

    # What was kept is a recording like any other, and nothing is offered a second time.
    bo.page.reload()
    expect(recording(bo, 1)).to_be_visible()
    expect(bo.main.get_by_text("没录完")).to_be_hidden()
    bo.opens_customer(QIAN)
    bo.follows_up()
    bo.syncs()
    theatre.records.until(lambda: theatre.records.body("recording")["state"] != "pending")
    assert theatre.records.body("recording")["state"] == "stored", theatre.records.body("recording")
    assert 1000 <= theatre.records.body("recording")["duration_ms"] < 4500
    assert theatre.faults() == []


def says(bo: Rep, button: str) -> None:
    """Speaks for two seconds."""
    bo.button(button).click()
    expect(bo.main.get_by_text("2 / 60 秒")).to_be_visible()
    bo.main.get_by_role("button", name="停止").click()


def recording(who: Rep | Manager, n: int) -> Locator:
    return who.main.get_by_role("button", name=re.compile(f"^播放录音 {n}，0:0"))


def plays(who: Rep | Manager) -> None:
    """To its end: then the button offers it again, and nothing says that it cannot be heard."""
    recording(who, 1).click()
    expect(who.main.get_by_role("button", name=re.compile("^暂停录音 1，"))).to_be_visible()
    expect(recording(who, 1)).to_be_visible()
    played = who.main.locator("audio").first.evaluate("one => [one.ended, one.error]")
    assert played == [True, None]
