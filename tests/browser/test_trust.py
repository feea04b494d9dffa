"""What a phone does when its browser, its disk or its owner's luck fails: nothing goes without a
word, and what can be carried elsewhere is carried once."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.company import BO, CHEN, LIN, PASSWORD, Person
from tests.browser.people import Manager, Rep
from tests.browser.pictures import photograph
from tests.browser.theatre import Theatre

QIAN, QIAN_PHONE = "钱女士", "139 0001 2345"
CODE = re.compile(r"(?:[2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}")
DAY_S = 86_400
TAP_MS = 3_000
NOTHING_KEPT = """indexedDB.open = () => { throw new DOMException('denied', 'SecurityError') }"""
LOSES_CUSTOMERS = """async () => {
    const named = (await indexedDB.databases()).find(({name}) => name.startsWith('shopbell-cache-'))
    const opening = indexedDB.open(named.name)
    const database = await new Promise((then) => { opening.onsuccess = () => then(opening.result) })
    const work = database.transaction(['rows', 'meta'], 'readwrite')
    const rows = work.objectStore('rows').openCursor()
    rows.onsuccess = () => {
        if (!rows.result) return
        if (rows.result.value.entity === 'customer') rows.result.delete()
        rows.result.continue()
    }
    work.objectStore('meta').put({key: 'counted_at', value: Date.now() - 2 * 86_400_000})
    await new Promise((then) => { work.oncomplete = then })
    database.close()
}"""
# The browser's own ways to make its room small do not reach profiles on disk.
TEN_MB_LEFT = (
    """navigator.storage.estimate = async () => ({usage: 5e6, quota: 5e6 + 10.5 * 2 ** 20})"""
)
# What no version of this app would save, as a fault of one might.
POISON = """(said) => {
    const { add } = IDBObjectStore.prototype
    IDBObjectStore.prototype.add = function (row, ...key) {
        if (row.fields?.text !== said) return add.call(this, row, ...key)
        let text = said
        for (let depth = 0; depth < 40; depth += 1) text = [text]
        return add.call(this, { ...row, fields: { ...row.fields, text } }, ...key)
    }
}"""
DISK_FULL = """() => { IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = () => {
    throw new DOMException('full', 'QuotaExceededError')
} }"""
pytestmark = [pytest.mark.browser, pytest.mark.unhurried]


@pytest.fixture
def bo(theatre: Theatre) -> Iterator[Rep]:
    """Signed in on his own phone, with one customer of his own, all of it synced."""
    rep = Rep(theatre.profile("bo", windowed=True), BO)
    rep.signs_in(theatre.stage)
    expect(rep.main.get_by_text("装到桌面")).to_have_count(0)
    rep.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    rep.syncs()
    yield rep
    assert theatre.faults() == []


def test_a_record_that_the_disk_lost_comes_back_at_the_first_start_of_a_day(bo: Rep) -> None:
    bo.page.evaluate(LOSES_CUSTOMERS)
    bo.page.goto("/customers")
    expect(bo.main.get_by_text(QIAN)).to_be_visible()


def test_unsent_work_comes_to_another_phone_in_a_file_and_to_the_server_once(
    theatre: Theatre, bo: Rep, tmp_path: Path
) -> None:
    theatre.proxy.cut()
    bo.opens_customer(QIAN)
    bo.leaves_a_remark("喜欢原木色")
    bo.edits(预算="8 万")
    photograph(tmp_path / "plan.jpg")
    bo.takes_a_photo(tmp_path / "plan.jpg")
    code, file = exports(bo, tmp_path)
    assert "喜欢原木色".encode() not in file.read_bytes()
    bo.profile.close()

    theatre.proxy.restore()
    second = Rep(theatre.profile("second", worker=False), BO)
    second.signs_in(theatre.stage)
    sheet = chooses(second, file)
    opens(sheet, "AAAA-BBBB-CCCC")
    expect(sheet.get_by_text("密码不对")).to_be_visible()
    opens(sheet, code)
    expect(sheet.get_by_text("要导入 3 条记录、1 张照片")).to_be_visible()
    sheet.get_by_role("button", name="导入").click()
    second.is_told("已导入 3 条记录")
    second.syncs()
    theatre.records.until(lambda: len(theatre.records.pictures()) > 0)
    again = chooses(second, file)
    opens(again, code)
    expect(again.get_by_text("不用导入")).to_be_visible()
    second.page.keyboard.press("Escape")

    torn = tmp_path / "torn.shopbell"
    torn.write_bytes(file.read_bytes()[:-9])
    expect(chooses(second, torn).get_by_text("文件不完整")).to_be_visible()
    chen = Rep(theatre.profile("chen", worker=False), CHEN)
    chen.signs_in(theatre.stage)
    expect(chooses(chen, file).get_by_text("要由本人登录后导入")).to_be_visible()

    # The first phone was not lost after all, and sends what it has.
    bo.opens_the_app()
    bo.syncs()
    expect(bo.card_about("备注").get_by_text("没有重复保存")).to_be_visible()
    records = theatre.records
    assert [each["text"] for each in records.bodies("comment")] == ["喜欢原木色"]
    assert records.body("customer")["budget"] == "8 万"
    assert records.counts("photo", "conflict") == {"photo": 1, "conflict": 0}
    assert records.body("photo")["state"] == "stored"


def exports(rep: Rep, folder: Path) -> tuple[str, Path]:
    rep.chip.click()
    rep.button("导出未同步的记录").click()
    sheet = rep.sheet("导出未同步的记录")
    expect(sheet.get_by_text("3 条记录、1 张照片")).to_be_visible()
    code = sheet.get_by_text(CODE).inner_text()
    with rep.page.expect_download() as download:
        sheet.get_by_role("button", name="记下了，保存文件").click()
    file = folder / "bo.shopbell"
    download.value.save_as(file)
    expect(rep.main.get_by_text("上次导出")).to_be_visible()
    return code, file


def chooses(rep: Rep, file: Path) -> Locator:
    rep.page.goto("/sync")
    rep.button("导入").click()
    sheet = rep.sheet("导入")
    sheet.locator("input[type=file]").set_input_files(file)
    return sheet


def opens(sheet: Locator, code: str) -> None:
    sheet.get_by_label("密码").fill(code.lower())
    sheet.get_by_role("button", name="打开").click()


def test_a_browser_that_clears_or_fills_up_costs_nothing_without_a_word(
    theatre: Theatre, bo: Rep, tmp_path: Path
) -> None:
    bo.goes_to("今日")
    card = bo.card_about("打开更快，没有网络也能用")
    expect(card).to_be_visible()
    expect(card.get_by_role("button", name="现在安装")).to_be_visible()
    card.get_by_role("button", name="以后再说").click()
    expect(card).to_have_count(0)

    # What the browser throws away comes back, and what cannot is named.
    theatre.proxy.cut()
    bo.opens_customer(QIAN)
    bo.leaves_a_remark("喜欢原木色")
    bo.page.goto("about:blank")
    storage(bo, "clearDataForOrigin", storageTypes="indexeddb")
    theatre.proxy.restore()
    bo.page.goto("/")
    expect(bo.page.get_by_text("薄文 有 1 条没同步的记录一起被清掉")).to_be_visible()
    bo.page.get_by_role("button", name="我的手机").click()
    bo.has_on_the_phone(QIAN)
    bo.page.get_by_role("button", name="看看少了什么").click()
    expect(bo.main.get_by_text("薄文 有 1 条")).to_be_visible()
    bo.button("知道了").click()
    expect(bo.page.get_by_text("浏览器清理过")).to_have_count(0)

    # Whoever leads them hears of it, to ask while they remember.
    lin = Manager(theatre.profile("lin", worker=False), LIN)
    lin.signs_in(theatre.stage)
    lin.goes_to("门店")
    lost = lin.main.get_by_role("region", name="手机里丢了的记录")
    expect(lost.get_by_role("article").filter(has_text=BO.name)).to_contain_text(
        "发现浏览器清理了手机，1 条没同步的记录没了。最早的是 今天"
    )
    lin.profile.close()

    # Little room: photos are turned away, words are not. Nor does one go without a word that was
    # taken while the room ran out.
    bo.opens_customer(QIAN)
    photograph(tmp_path / "plan.jpg")
    with bo.page.expect_file_chooser() as chooser:
        bo.page.get_by_label("拍照").click()
    bo.page.evaluate(TEN_MB_LEFT)
    bo.page.evaluate("dispatchEvent(new Event('online'))")
    expect(bo.page.get_by_text("手机只剩 10 MB 可用，先不收照片")).to_be_visible()
    chooser.value.set_files(tmp_path / "plan.jpg")
    bo.is_told("手机空间不够，照片没有存，文字不受影响")
    expect(bo.page.get_by_label("拍照")).to_have_count(0)
    bo.leaves_a_remark("周末带家人来")

    # None at all: the words are in the reserve until there is.
    bo.page.evaluate(DISK_FULL)
    bo.button("备注").click()
    sheet = bo.sheet("写一条备注")
    sheet.get_by_label("备注").fill("预算还在商量")
    sheet.get_by_role("button", name="保存").click()
    expect(bo.page.get_by_text("刚才的内容已记在备用处")).to_be_visible()
    expect(bo.chip).to_contain_text("1 条需处理")
    bo.page.reload()
    bo.syncs()
    said = [each["text"] for each in theatre.records.bodies("comment")]
    assert said == ["周末带家人来", "预算还在商量"]
    # A round of syncing that ended at the full disk was no fault of the app's.
    bo.profile.faults = [each for each in bo.profile.faults if "sync stopped" not in each]


def test_one_record_that_no_push_can_carry_holds_up_nothing_and_is_put_before_its_author(
    theatre: Theatre, bo: Rep
) -> None:
    theatre.proxy.cut()
    bo.opens_customer(QIAN)
    bo.page.evaluate(POISON, "打不开的")
    for text in ("喜欢原木色", "打不开的", "周末带家人来"):
        bo.leaves_a_remark(text)
    theatre.proxy.restore()
    bo.syncs()
    said = [each["text"] for each in theatre.records.bodies("comment")]
    assert said == ["喜欢原木色", "周末带家人来"]

    expect(bo.chip).to_contain_text("1 条需处理")
    card = bo.card_about("服务器收不下这一条")
    expect(card).to_contain_text("备注 · 钱女士 没有成功")
    expect(card.get_by_role("button", name="请店长处理")).to_have_count(0)
    bo.button("导出未同步的记录").click()
    expect(bo.sheet("导出未同步的记录").get_by_text("1 条记录")).to_be_visible()
    bo.page.keyboard.press("Escape")

    card.get_by_role("button", name="丢弃").click()
    bo.page.get_by_role("dialog").get_by_role("button", name="丢弃").click()
    expect(bo.chip).to_contain_text("已全部同步")
    bo.syncs()
    kept = theatre.records.counts("refusal", "acknowledgement")
    assert kept == {"refusal": 0, "acknowledgement": 0}
    # That a push was turned away is told to whoever reads the browser's words.
    bo.profile.faults = [each for each in bo.profile.faults if "400" not in each]


def storage(rep: Rep, what: str, **more: Any) -> None:
    assert rep.profile.context is not None
    devtools = rep.profile.context.new_cdp_session(rep.page)
    devtools.send(f"Storage.{what}", {"origin": rep.profile.origin, **more})


def test_a_browser_that_keeps_nothing_says_so_before_anybody_types(theatre: Theatre) -> None:
    profile = theatre.profile("private")
    page = profile.open("about:blank")
    page.add_init_script(NOTHING_KEPT)
    page.goto(f"{theatre.stage.origin}/")
    expect(page.get_by_role("heading", name="这部手机现在存不了记录")).to_be_visible()
    expect(page.get_by_label("密码")).to_have_count(0)
    assert theatre.faults() == []


def test_a_phone_long_without_the_server_shows_nothing_and_loses_nothing(
    theatre: Theatre, bo: Rep
) -> None:
    bo.goes_to("我的")
    bo.button("设数字密码").click()
    sheet = bo.sheet("设数字密码")
    for label in ("数字密码", "再输一次"):
        sheet.get_by_label(label, exact=True).fill("2468")
    sheet.get_by_role("button", name="完成").click()
    bo.is_told("数字密码已设好")
    theatre.proxy.cut()
    bo.opens_customer(QIAN)
    bo.leaves_a_remark("喜欢原木色")
    bo.profile.close()

    bo.opens_the_app()
    expect(bo.page.get_by_text("1 条未同步")).to_be_visible()
    enters(bo.page, "1357")
    expect(bo.page.get_by_text("数字密码不对")).to_be_visible()
    enters(bo.page, "2468")
    bo.is_offline_with(1)

    for days, says in ((2, "1 条存在本机，最早的已 2 天"), (2, "1 条存在本机，最早的已 4 天")):
        reopens_after(bo, days)
        expect(bo.chip).to_contain_text(says)
    # Setting the clock back buys nothing.
    for days in (4, -7):
        reopens_after(bo, days)
        expect(bo.page.get_by_role("heading", name="要联网确认一次")).to_be_visible()
        expect(bo.page.get_by_text("没同步的 1 条都在本机")).to_be_visible()
        expect(bo.page.get_by_text(QIAN)).to_have_count(0)
    theatre.proxy.restore()
    # The phone asks by itself, too: where it is first, the button is gone before it is tapped.
    with suppress(PlaywrightTimeout):
        bo.page.get_by_role("button", name="已联网，再试一次").click(timeout=TAP_MS)
    bo.has_on_the_phone(QIAN)
    theatre.records.until(lambda: bool(theatre.records.bodies("comment", text="喜欢原木色")))


def enters(page: Page, pin: str) -> None:
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="打开", exact=True).click()


def reopens_after(rep: Rep, days: int) -> None:
    rep.page.add_init_script(later(days * DAY_S))
    rep.page.reload()
    enters(rep.page, "2468")


def later(seconds: int) -> str:
    """What moves the page's clock on from where it was; its timers go on as they are."""
    return f"{{ const now = Date.now; Date.now = () => now() + {seconds * 1000} }}"


def test_people_who_share_a_phone_see_what_each_has_unsent_and_leave_it_there(
    theatre: Theatre,
) -> None:
    phone = Rep(theatre.profile("shared"), BO)
    phone.page = phone.profile.open("/")
    joins(phone, BO, "2468", first=True)
    phone.registers_and_receives(name=QIAN, phone=QIAN_PHONE)
    phone.syncs()
    locks(phone)
    phone.page.get_by_role("button", name="添加同事").click()
    joins(phone, CHEN, "1357")

    theatre.proxy.cut()
    locks(phone)
    unlocks(phone, BO, "2468")
    phone.opens_customer(QIAN)
    phone.leaves_a_remark("喜欢原木色")
    locks(phone)
    listed = phone.page.get_by_role("button", name=re.compile(f"^{BO.name}"))
    expect(listed.get_by_text("1 条未同步")).to_be_visible()
    phone.page.get_by_role("button", name="添加同事").click()
    phone.page.get_by_role("button", name="换个人").click()
    unlocks(phone, CHEN, "1357")
    expect(phone.chip).to_contain_text("离线")
    expect(phone.main.get_by_text(QIAN)).to_have_count(0)

    # Away for three minutes, and the phone is nobody's.
    phone.page.evaluate(later(181))
    expect(listed).to_be_visible()
    for _ in range(5):
        unlocks(phone, BO, "1111")
        expect(phone.page.get_by_text("数字密码不对")).to_be_visible()
        phone.page.get_by_role("button", name="换个人").click()
    unlocks(phone, BO, "2468")
    expect(phone.page.get_by_text("试错太多次")).to_be_visible()

    # The colleague's work leaves whoever is there.
    theatre.proxy.restore()
    phone.page.get_by_role("button", name="换个人").click()
    unlocks(phone, CHEN, "1357")
    theatre.records.until(lambda: bool(theatre.records.bodies("comment", text="喜欢原木色")))
    assert theatre.faults() == []


def joins(phone: Rep, who: Person, pin: str, *, first: bool = False) -> None:
    page = phone.page
    page.get_by_label("登录名").fill(who.login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    if first:
        page.get_by_role("button", name="门店共用").click()
    for label in ("数字密码", "再输一次"):
        page.get_by_label(label, exact=True).fill(pin)
    page.get_by_role("button", name="完成").click()
    expect(phone.chip).to_contain_text("已全部同步")


def locks(phone: Rep) -> None:
    phone.goes_to("我的")
    phone.button("锁上手机").click()


def unlocks(phone: Rep, who: Person, pin: str) -> None:
    phone.page.get_by_role("button", name=re.compile(f"^{who.name}")).click()
    enters(phone.page, pin)
