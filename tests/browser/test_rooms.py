"""The rooms of those who lead people and stores, and one's own code, as they are used."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import segno
from openpyxl import Workbook  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Page, Playwright, expect

from server.clock import DAY_MS
from server.sample.cast import BO, CHEN, HUA, LIN, ORG_CODE, ORG_ID, QIAO, RENMIN, XIA, Person
from server.stores.posters import Poster, sign
from tests.browser import axe, pictures
from tests.browser.theatre import Theatre, opened
from tests.scanning import read_codes

DOOR = "门口"
WEEKDAYS = "一二三四五六日"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ("姓名", "角色", "手机", "门店")
GU, NOBODY = ("顾敏", "销售顾问", 13811112222, "人民路店"), ("何川", "总裁", "1381111", "人民路店")
WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
pytestmark = [pytest.mark.browser, pytest.mark.unhurried]


@pytest.fixture(scope="module")
def sample(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """One for all of them: to fill it takes longer than to walk through it."""
    folder = tmp_path_factory.mktemp("rooms")
    with opened(playwright, folder, sample=True) as theatre:
        yield theatre


def enter(sample: Theatre, person: Person, *, camera: bool = False, worker: bool = False) -> Page:
    name = f"{person.login}-{len(sample.profiles)}"
    profile = sample.profile(name, camera=camera, worker=worker)
    if profile.camera is not None:
        pictures.film(profile.camera)
    page = profile.open(sample.stage.door_of(person, ORG_ID, ORG_CODE))
    page.get_by_role("button", name="我的手机").click()
    expect(page.get_by_role("link", name="打开同步页")).to_contain_text(re.compile("已全部同步"))
    return page


def workbook(*lines: tuple[object, ...]) -> bytes:
    made, kept = Workbook(), BytesIO()
    for line in (HEAD, *lines):
        made.active.append(line)
    made.save(kept)
    return kept.getvalue()


def brings(page: Page, data: bytes) -> None:
    file: FilePayload = {"name": "名单.xlsx", "mimeType": EXCEL, "buffer": data}
    page.locator("input[type=file]").set_input_files(file)


def is_whole(sample: Theatre, name: str, page: Page) -> None:
    page.screenshot(path=sample.folder / f"{name}.png", full_page=True)
    content, window = page.evaluate(WIDTHS)
    assert content <= window, name


def test_an_admin_compares_stores_brings_a_list_and_plans_a_leave(sample: Theatre) -> None:
    page = enter(sample, HUA)
    main = page.get_by_role("main")

    # The stores beside each other; a tap opens one's board.
    expect(main.get_by_role("heading", name="门店对比")).to_be_visible()
    store = main.get_by_role("link", name=re.compile("人民路店"))
    expect(store).to_contain_text(re.compile(r"今天派出 \d+ · 接单 \d+"))
    is_whole(sample, "stores", page)
    store.click()
    expect(main.get_by_role("heading", name="人民路店", level=1)).to_be_visible()
    expect(
        main.get_by_role("heading", name=re.compile("^(需处理|计时中|已接)")).first
    ).to_be_visible()
    is_whole(sample, "board", page)

    # A list with a fault is not taken in; put right, it brings a link for whoever is new.
    page.get_by_role("navigation").get_by_role("link", name="我的").click()
    main.get_by_role("link", name=re.compile("^同事 ")).click()
    main.get_by_role("link", name="导入员工名单").click()
    brings(page, workbook(GU, NOBODY))
    expect(main.get_by_text("第 3 行，角色：没有“总裁”。")).to_be_visible()
    expect(main.get_by_role("button", name="按名单改")).to_be_disabled()
    is_whole(sample, "list-faulty", page)
    brings(page, workbook(GU))
    expect(main.get_by_text("新来 1 人，改动 0 人，0 人不变。还没有改。")).to_be_visible()
    is_whole(sample, "list", page)
    main.get_by_role("button", name="按名单改").click()
    expect(main.get_by_role("button", name="复制 顾敏 的登录链接")).to_be_visible()
    is_whole(sample, "links", page)

    plan_a_leave(sample, page)
    assert sample.faults() == []


def plan_a_leave(sample: Theatre, page: Page) -> None:
    """One that begins later shows in the list, and is called off."""
    main = page.get_by_role("main")
    first = date.today() + timedelta(days=60)
    main.get_by_role("button", name="返回").click()
    main.get_by_role("link", name=re.compile("顾敏")).click()
    main.get_by_role("button", name="请假").click()
    main.get_by_label("从哪天起").fill(first.isoformat())
    main.get_by_label("到哪天").fill((first + timedelta(days=4)).isoformat())
    is_whole(sample, "leave", page)
    main.get_by_role("button", name="保存").click()
    planned = f"{spoken(first)} 起请假，{spoken(first + timedelta(days=5))} 回来"
    expect(main.get_by_text(planned).first).to_be_visible()
    is_whole(sample, "planned", page)
    main.get_by_role("button", name="取消这次安排").click()
    expect(main.get_by_role("button", name="取消这次安排")).to_have_count(0)


def spoken(day: date) -> str:
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def test_a_reps_own_code_is_read_by_a_camera_with_and_without_a_network(sample: Theatre) -> None:
    page = enter(sample, BO, worker=True)
    main = page.get_by_role("main")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_role("navigation").get_by_role("link", name="我的").click()
    main.get_by_role("link", name="我的二维码").click()
    code = main.get_by_role("img", name=re.compile("^薄文 在人民路店"))
    link = read(code.screenshot())
    assert link.startswith(f"{sample.stage.origin}/r/")
    is_whole(sample, "code", page)
    with page.expect_download() as kept:
        main.get_by_role("link", name="存成图片").first.click()
    assert read(kept.value.path().read_bytes()) == link

    assert page.context is not None
    page.context.set_offline(True)
    page.goto("/me/code")
    page.emulate_media(color_scheme="dark")
    assert read(code.screenshot()) == link

    # Changed for a new one, which is given up in turn: then there is none until it is asked for.
    page.context.set_offline(False)
    card, sheet = main.get_by_label("人民路店", exact=True), page.get_by_role("dialog")
    page.reload()
    card.get_by_role("button", name="换码或停用").click()
    sheet.get_by_role("button", name="换新码").last.click()
    expect(card).to_contain_text(re.compile("用到 .+。在那之前把印好的都换成新的"))
    assert read(code.screenshot()) != link
    card.get_by_role("button", name="换码或停用").click()
    sheet.get_by_role("button", name="不再用这个码").click()
    sheet.get_by_role("button", name="不再用这个码").last.click()
    expect(card).to_contain_text("你在这家店现在没有二维码")
    page.reload()
    card.get_by_role("button", name="生成新码").click()
    expect(code).to_be_visible()
    assert sample.faults() == []


def read(png: bytes) -> str:
    """As whoever stands opposite scans it."""
    (said,) = read_codes(png)
    return said


def test_a_contact_is_written_found_and_marked_and_a_visit_goes_into_a_calendar(
    sample: Theatre,
) -> None:
    page = enter(sample, CHEN)
    main = page.get_by_role("main")
    page.get_by_role("navigation").get_by_role("link", name="客户").click()
    main.get_by_role("link", name=re.compile("下次 ")).first.click()
    customer = page.url
    main.get_by_role("button", name="添加联系人").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="配偶").click()
    sheet.get_by_label("姓名").fill("欧阳敏")
    sheet.get_by_label("电话").fill("0571-8888 6666转801")
    is_whole(sample, "contact", page)
    sheet.get_by_role("button", name="保存").click()
    contacts = main.get_by_role("region", name="联系人")
    expect(contacts).to_contain_text("配偶 欧阳敏")
    contacts.get_by_role("button", name="修改联系人：配偶 欧阳敏").click()
    sheet.get_by_role("button", name="空号").click()
    sheet.get_by_role("button", name="保存").click()
    expect(contacts).to_contain_text("空号")
    is_whole(sample, "contacts", page)
    with page.expect_download() as kept:
        main.get_by_role("button", name="放进客户的日历").click()
    file = kept.value.path().read_text()
    assert "LOCATION:" in file
    assert "欧阳敏" not in file

    page.goto("/customers")
    main.get_by_role("searchbox").fill("6666")
    hit = main.locator(f"a[href='{customer.removeprefix(sample.stage.origin)}']")
    expect(hit).to_contain_text("联系人：欧阳敏")
    is_whole(sample, "led-by", page)
    page.goto("/register")
    main.get_by_label("手机号").fill("0571 88886666 转 801")
    expect(main.get_by_text("配偶 欧阳敏的号码")).to_be_visible()

    page.goto(f"{customer}/follow")
    main.get_by_role("button", name="今天早些").click()
    expect(main.get_by_label("具体时间")).to_be_visible()
    is_whole(sample, "when", page)
    page.goto("/me/dormant")
    expect(main.get_by_text("每周一 9:00 更新。")).to_be_visible()
    is_whole(sample, "dormant", page)
    assert sample.faults() == []


def test_who_leaves_no_data_is_counted_without_signal_and_apart(sample: Theatre) -> None:
    page = enter(sample, XIA)
    main = page.get_by_role("main")
    main.get_by_role("link", name="登记").first.click()
    main.get_by_label("手机号").fill("138 0000 9999")
    main.get_by_label("怎么称呼").fill("钱女士")
    page.go_back()
    main.get_by_role("link", name="登记").first.click()
    left = main.get_by_role("article", name="上次没写完的登记")
    expect(left).to_contain_text("钱女士 · 138 **** 9999")
    expect(main.get_by_label("怎么称呼")).to_have_value("")
    is_whole(sample, "register-left", page)
    left.get_by_role("button", name="接着填").click()
    expect(main.get_by_label("怎么称呼")).to_have_value("钱女士")
    expect(left).to_be_hidden()
    main.get_by_role("button", name="客户不同意留信息").click()
    page.get_by_role("button", name="清掉").click()
    expect(main.get_by_role("heading", name="未留资接待")).to_be_visible()

    # Not even among the words.
    need, save = main.get_by_label("需求"), main.get_by_role("button", name="记一位")
    main.get_by_role("button", name="我", exact=True).click()
    need.fill("138 0000 9999")
    save.click()
    expect(main.get_by_text("这里不能写手机号")).to_be_visible()
    page.context.set_offline(True)
    need.fill("看沙发")
    save.click()
    kept = main.get_by_role("listitem").filter(has_text="看沙发")
    expect(kept).to_contain_text("已存本机")
    is_whole(sample, "walk-in", page)
    page.context.set_offline(False)
    expect(kept).to_contain_text("已同步")
    # A finger that taps twice has not received two; a wrong one is taken back.
    need.fill("问路的")
    save.dblclick()
    wrong = main.get_by_role("listitem").filter(has_text="问路的")
    expect(wrong).to_have_count(1)
    wrong.get_by_role("button", name="撤回").click()
    page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    expect(wrong).to_be_hidden()
    expect(page.get_by_role("link", name="打开同步页")).to_contain_text(re.compile("已全部同步"))

    def voided() -> dict[str, bool]:
        return {row["need"]: row.get("void", False) for row in sample.records.bodies("walk_in")}

    # The status may still be that of the round before.
    sample.records.until(lambda: voided() == {"看沙发": False, "问路的": True})
    page.goto("/register")
    expect(main.get_by_label("怎么称呼")).to_be_visible()
    expect(left).to_be_hidden()
    assert "13800009999" not in str(sample.records.bodies("customer"))

    # The manager's day counts them apart.
    desk = enter(sample, LIN)
    desk.get_by_role("link", name="门店", exact=True).click()
    expect(desk.get_by_role("main").get_by_text("未留资接待 1 位")).to_be_visible()
    is_whole(sample, "walk-ins-counted", desk)


@pytest.mark.browser
def test_an_admin_finds_by_number_whom_to_erase(sample: Theatre) -> None:
    page = enter(sample, HUA)
    page.goto("/me/erasures")
    asked = "SELECT body FROM rows WHERE entity = 'customer' AND deleted = 0 LIMIT 1"
    ((body,),) = sample.records.query(asked)
    page.get_by_label("按手机号找人").fill(json.loads(body)["phone"])
    page.get_by_role("button", name="查找").click()
    found = page.get_by_role("status").filter(has_text="****")
    expect(found).to_be_visible()
    expect(found.get_by_role("link", name="导出全部资料")).to_be_visible()
    found.get_by_role("button", name="删除个人资料").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="客户要求").click()
    sheet.get_by_label("确认").fill("删除")
    sheet.get_by_role("button", name="永久删除").click()
    expect(page.get_by_role("article").filter(has_text="客户要求")).to_contain_text("华敏")
    assert page.evaluate(WIDTHS)[0] == page.evaluate(WIDTHS)[1]


def test_an_admin_sees_store_by_store_who_was_kept_long_enough(sample: Theatre) -> None:
    page = enter(sample, HUA)
    page.goto("/me/erasures")
    page.get_by_label("多久没有联系就建议删除").fill("1")
    page.get_by_role("button", name="完成").click()
    expect(page.get_by_text("会列给店长。")).to_be_visible()
    page.reload()
    over = page.get_by_role("article").filter(has_text="超过 1 个月没有联系")
    over.get_by_text("人民路店").click()
    erase = over.get_by_role("button", name="删除个人资料").filter(visible=True)
    expect(erase.first).to_be_visible()
    expect(over.get_by_text("****").filter(visible=True).first).to_be_visible()
    assert axe.violations(page) == []
    is_whole(sample, "kept-over", page)


def hang_last_week(sample: Theatre) -> str:
    """What was hung today would be looked for next week only, as people's own codes are here that
    another test made. Returns the link of the door's."""
    with closing(sqlite3.connect(sample.stage.database, timeout=20)) as connection:
        older = "UPDATE posters SET created_at = created_at - ? WHERE staff_id IS NULL"
        connection.execute(older, (8 * DAY_MS,))
        connection.commit()
    query = "SELECT * FROM posters WHERE store_id = ? AND position = ?"
    poster = Poster(*sample.records.query(query, RENMIN, DOOR)[0])
    return f"{sample.stage.origin}/r/{sign(sample.stage.config.keys, poster)}"


def drawn(text: str) -> bytes:
    made = BytesIO()
    segno.make(text).save(made, kind="png", scale=8)
    return made.getvalue()


@pytest.mark.browser
def test_a_code_pasted_over_ours_is_told_without_a_network_and_reaches_whoever_leads(
    sample: Theatre, tmp_path: Path
) -> None:
    link = hang_last_week(sample)
    page = enter(sample, LIN, camera=True, worker=True)
    profile, main = sample.profiles[-1], page.get_by_role("main")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert profile.camera is not None
    assert profile.context is not None
    page.get_by_role("navigation").get_by_role("link", name="门店").click()
    main.get_by_role("link", name=re.compile("人民路店还有 3 张")).click()
    expect(main.get_by_text("本周查了 0 张，还有 3 张。")).to_be_visible()
    pictures.film(profile.camera, drawn(link))
    page.reload()
    expect(main.get_by_role("heading", name="是我们的码")).to_be_visible()
    expect(main.get_by_text("本周查了 1 张，还有 2 张。")).to_be_visible()
    expect(main.get_by_role("listitem").filter(has_text=DOOR)).to_contain_text("林静 今天")

    profile.context.set_offline(True)
    fake = link.replace(sample.stage.origin, "https://evil.example")
    pictures.film(profile.camera, drawn(fake))
    page.reload()
    expect(main.get_by_role("heading", name="不是我们的码")).to_be_visible()
    expect(main.get_by_text("扫了会打开 evil.example，不是我们的网站。")).to_be_visible()
    main.get_by_role("button", name=DOOR).click()
    photo = tmp_path / "wall.jpg"
    pictures.photograph(photo)
    main.locator("input[capture]").set_input_files(photo)
    expect(main.get_by_role("img", name="照片")).to_be_visible()
    assert axe.violations(page) == []
    pictures.film(profile.camera)
    main.get_by_role("button", name="上报").click()
    expect(page.get_by_text("已存本机，联网后提醒其他负责这家店的人。")).to_be_visible()
    expect(main.get_by_role("heading", name="查到的假码")).to_be_visible()
    profile.context.set_offline(False)
    found = sample.records
    found.until(lambda: bool(found.bodies("code_check", text=fake)))
    assert found.body("code_check", text=fake)["verdict"] == "foreign"
    assert found.body("code_check", text=link)["verdict"] == "ours"

    qiao = enter(sample, QIAO).get_by_role("main")
    expect(qiao.get_by_role("link", name=re.compile("人民路店"))).to_contain_text("查到假码 1 张")
    alarm = qiao.get_by_role("article").filter(has_text=f"查到假码：人民路店 · {DOOR}")
    expect(alarm).to_contain_text("扫了会打开 evil.example")
    expect(alarm.get_by_role("link")).to_have_count(1)
    alarm.get_by_role("link", name="看这家店的码").click()
    expect(qiao.get_by_role("listitem").filter(has_text=fake)).to_contain_text("林静 今天")
    qiao.page.goto("/")
    alarm.get_by_role("button", name="知道了").click()
    expect(alarm).to_have_count(0)
    assert sample.faults() == []
