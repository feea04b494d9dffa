"""The people of the story and what each does, in words that a test can be read in."""

import re
import time
from pathlib import Path

import httpx
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.browser import axe, pictures
from tests.browser.browsers import ARGS, PATIENCE_MS, SHELL, SIZE, Profile, Scheme, go
from tests.browser.company import Person
from tests.browser.stage import Stage
from tests.scanning import read_codes

KEPT = "已存本机"
ALL_SYNCED = re.compile("^已全部同步")
KEYSTROKE_MS = 100


def poster_link(stage: Stage) -> str:
    """What a camera reads on the printed poster."""
    answer = httpx.get(f"{stage.origin}/posters/{stage.poster_id}.png")
    (link,) = read_codes(answer.content)
    return link


class Customer:
    """A visitor with a browser without JavaScript, as some phones have it."""

    def __init__(
        self,
        playwright: Playwright,
        *,
        locale: str = "zh-CN",
        scheme: Scheme = "light",
        width: int = SIZE[0],
    ) -> None:
        self.browser = playwright.chromium.launch(executable_path=SHELL, args=[*ARGS])
        context = self.browser.new_context(
            java_script_enabled=False,
            locale=locale,
            color_scheme=scheme,
            viewport={"width": width, "height": SIZE[1]},
        )
        context.set_default_timeout(PATIENCE_MS)
        self.page = context.new_page()

    def registers(self, link: str, *, phone: str, name: str, need: str) -> float:
        """Fills in the form and sends it; returns when it was sent, in ms."""
        self.page.goto(link)
        self.fills_in(phone=phone, name=name, need=need)
        sent_at = time.time() * 1000
        self.submits()
        expect(self.page.locator("section.pass")).to_be_visible()
        return sent_at

    def fills_in(self, *, phone: str, name: str, need: str) -> None:
        # As quick as a person: a form sent back within a second is a machine's.
        self.page.locator("#phone").press_sequentially(phone, delay=KEYSTROKE_MS)
        self.page.locator("#name").fill(name)
        self.page.locator("#need").fill(need)
        self.page.locator("[name=service]").check()

    def submits(self) -> None:
        self.page.get_by_role("button").click()

    def shows_the_pass(self) -> bytes:
        """The code on the screen, as whoever stands opposite sees it."""
        return self.page.locator("section.pass").screenshot()

    def leaves(self) -> None:
        self.browser.close()


class Staff:
    """Somebody with the app on a phone of their own."""

    def __init__(self, profile: Profile, person: Person) -> None:
        self.profile = profile
        self.person = person
        self.page: Page
        self.taps = 0

    # Coming to work

    def signs_in(self, stage: Stage) -> None:
        """Opens the link and says whose phone it is."""
        self.page = self.profile.open(stage.door_of(self.person))
        self.page.get_by_role("button", name="我的手机").click()
        expect(self.chip).to_contain_text(ALL_SYNCED)
        if self.profile.worker:
            self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def comes_back(self) -> None:
        """As on any morning after the first: the browser was closed, and is opened again."""
        self.profile.close()
        self.opens_the_app()
        expect(self.chip).to_contain_text(ALL_SYNCED)
        self.profile.await_answer("/sync/events")

    def opens_the_app(self) -> None:
        self.page = self.profile.open()

    def opens(self, path: str) -> None:
        """A page of the app without loading it anew, as a link in it does."""
        go(self.page, path)

    def loses_signal(self) -> None:
        """This phone alone; the others' network is the proxy's."""
        assert self.profile.context is not None
        self.profile.context.set_offline(True)

    def finds_signal(self) -> None:
        assert self.profile.context is not None
        self.profile.context.set_offline(False)

    # Where things are

    @property
    def chip(self) -> Locator:
        return self.page.get_by_role("link", name="打开同步页")

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def button(self, name: str) -> Locator:
        return self.main.get_by_role("button", name=name, exact=True)

    def goes_to(self, tab: str) -> None:
        self.tap(self.page.get_by_role("navigation").get_by_role("link", name=tab, exact=True))

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.click()

    def pick(self, group: str, choice: str | re.Pattern[str]) -> None:
        chips = self.page.get_by_role("group", name=group, exact=True)
        self.tap(chips.get_by_role("button", name=choice, exact=isinstance(choice, str)))

    def has_the_reader(self) -> None:
        """The app fetches it by itself, quietly, for those who scan."""
        kept = """async () => (await Promise.all((await caches.keys()).map(async (name) =>
            (await (await caches.open(name)).keys()).some(({ url }) => url.endsWith('.wasm'))
        ))).some(Boolean)"""
        self.page.wait_for_function(kept)

    # What the phone says

    def is_told(self, sentence: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=sentence).first).to_be_visible()

    def is_offline_with(self, count: int) -> None:
        expect(self.chip).to_contain_text(f"离线 · {count} 条存在本机")

    def syncs(self) -> None:
        """Opens Sync and asks for it, as somebody does who sees that the network is back."""
        self.chip.click()
        self.button("现在同步").click()
        expect(self.button("现在同步")).to_be_enabled()
        expect(self.page.get_by_text("没有等待上传的记录。")).to_be_visible()

    # What they do

    def customer(self, name: str) -> Locator:
        return self.page.get_by_role("list", name="客户列表").get_by_role("link", name=name)

    def opens_customer(self, name: str) -> None:
        self.goes_to("客户")
        self.tap(self.customer(name))
        expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    def types_a_code(self, text: str) -> None:
        """On the scan page."""
        self.button("手动输入").click()
        sheet = self.sheet("输入号码")
        sheet.get_by_label("登记码、手机号或编号").fill(text)
        sheet.get_by_role("button", name="查找").click()

    def leaves_a_remark(self, text: str) -> None:
        """On the customer's page."""
        self.button("备注").click()
        sheet = self.page.get_by_role("dialog", name="写一条备注")
        sheet.get_by_label("备注").fill(text)
        sheet.get_by_role("button", name="保存").click()
        expect(sheet).to_be_hidden()
        self.is_told(KEPT)

    def takes_a_photo(self, file: Path, button: str = "拍照") -> None:
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_label(button, exact=True).click()
        chooser.value.set_files(file)
        self.is_told("照片已存本机")

    def sheet(self, title: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("dialog", name=title)

    def card_about(self, text: str) -> Locator:
        return self.main.get_by_role("article").filter(has_text=text)

    def edits(self, **fields: str) -> None:
        """On the customer's page: changes fields, by what is written beside them."""
        self.button("修改").click()
        sheet = self.page.get_by_role("dialog", name="修改资料")
        for label, value in fields.items():
            sheet.get_by_label(label).fill(value)
        sheet.get_by_role("button", name="保存").click()
        expect(sheet).to_be_hidden()
        self.is_told(KEPT)


class Rep(Staff):
    def keeps_an_eye_on_the_screen(self) -> None:
        """The page itself notes when the first offer is drawn: nothing of ours is in between."""
        self.page.evaluate("""() => {
            const look = new MutationObserver(() => {
                if (!document.querySelector('main button[aria-label^="接单，"]')) return
                window.offerSeenAt = Date.now()
                look.disconnect()
            })
            look.observe(document.body, {childList: true, subtree: true, attributes: true})
        }""")

    def sees_the_offer(self, name: str) -> float:
        """Waits for it; returns when it was drawn, in ms."""
        expect(self.offer(name)).to_be_visible()
        return float(self.page.evaluate("window.offerSeenAt"))

    def accepts(self, name: str) -> None:
        self.tap(self.offer(name))
        self.is_told(KEPT)
        expect(self.offer(name)).to_be_hidden()

    def has_on_the_phone(self, name: str) -> None:
        self.goes_to("客户")
        expect(self.customer(name)).to_be_visible()

    def offer(self, name: str) -> Locator:
        return self.main.get_by_role("button", name=re.compile(f"^接单，{name}，"))

    def follows_up(self) -> None:
        """The five steps of a good conversation in the store, from the customer's page."""
        self.tap(self.main.get_by_role("link", name="跟进", exact=True))
        self.tells_the_five_steps()

    def tells_the_five_steps(self) -> None:
        self.pick("怎么联系的", "到店")
        self.pick("问候", "已见面")
        self.pick("需求确认", "需求清楚")
        self.pick("方案推荐", "要修改")
        self.pick("异议处理", "没有异议")
        self.pick("预约复访", re.compile("^明早"))
        self.pick("客户心情", "有意向")
        self.pick("突破点", "设计")
        self.tap(self.button("完成这次跟进"))
        self.is_told(KEPT)

    def checks_in(self, name: str) -> None:
        self.main.get_by_role("link", name="打卡").click()
        expect(self.page.get_by_role("button", name=f"客户：{name}")).to_be_visible()
        self.says_where()

    def checks_in_at(self, address: str, note: str) -> None:
        """By a link that a colleague has sent."""
        self.page.goto(address)
        self.page.get_by_label("备注").fill(note)
        self.says_where()

    def says_where(self) -> None:
        self.button("取当前位置").click()
        expect(self.page.get_by_text("±12")).to_be_visible()
        self.button("打卡").click()
        self.is_told("打卡已存本机")

    def registers_and_receives(self, *, name: str, phone: str) -> None:
        self.registers(name=name, phone=phone, received_by="我")
        expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    def registers(self, *, name: str, phone: str, received_by: str) -> None:
        self.goes_to("客户")
        self.main.get_by_role("link", name="登记", exact=True).click()
        self.page.get_by_label("手机号").fill(phone)
        self.page.get_by_label("怎么称呼").fill(name)
        self.pick("谁在接待？", received_by)
        self.page.get_by_role("checkbox", name="同意本店").check()
        self.button("登记").click()
        self.is_told(f"{name} 的登记已存本机")

    def corrects(self, fact: str) -> Locator:
        """On the customer's page; what is put right is in the sheet."""
        self.button(f"更正：{fact}").click()
        return self.sheet(f"更正：{fact}")

    def asks_the_manager_about(self, what: str) -> None:
        """On the Sync page."""
        self.card_about(what).get_by_role("button", name="请店长处理").click()
        self.sheet("请店长处理").get_by_role("button", name="请店长处理").click()
        self.is_told(KEPT)


class Manager(Staff):
    def lets_through(self, who: Person, what: str) -> None:
        """From what colleagues ask, on the Sync page."""
        asked = self.main.get_by_role("article", name=f"{who.name} 请你处理：{what}")
        asked.get_by_role("button", name="放行", exact=True).click()
        self.sheet("放行").get_by_role("button", name="放行").click()
        self.is_told("已放行")

    def takes_apart(self) -> None:
        """On the customer's page; who was there first keeps the number."""
        self.button("拆开").click()
        sheet = self.sheet("拆成两份档案")
        sheet.get_by_role("button", name="现在这份").click()
        sheet.get_by_role("button", name="拆开").click()
        self.is_told(KEPT)

    def deletes_the_customer(self, name: str) -> None:
        """On the customer's page."""
        self.button("删除这位客户").click()
        self.sheet(f"删除 {name}？").get_by_role("button", name="删除").click()
        self.is_told("已删除")

    def erases(self, name: str, why: str) -> None:
        """On the customer's page."""
        self.button("删除个人资料").click()
        sheet = self.sheet(f"删除 {name} 的个人资料？")
        sheet.get_by_role("button", name=why).click()
        sheet.get_by_label("确认").fill("删除")
        assert axe.violations(self.page) == []
        sheet.get_by_role("button", name="永久删除").click()
        self.is_told("已删除")

    def brings_back(self, name: str) -> None:
        self.goes_to("我的")
        self.main.get_by_role("link", name="最近删除").click()
        self.card_about(name).get_by_role("button", name="恢复").click()
        self.is_told("恢复已存本机")

    def revokes_the_phone_of(self, who: Person, why: str) -> None:
        self.goes_to("我的")
        self.main.get_by_role("link", name="同事的手机").click()
        self.button(f"停用，{who.name}").click()
        sheet = self.sheet(f"停用 {who.name} 的手机？")
        sheet.get_by_role("button", name=why).click()
        sheet.get_by_role("button", name="停用", exact=True).click()
        self.is_told("已停用")


class Clerk(Staff):
    def looks_at(self, shown: bytes | None) -> None:
        assert self.profile.camera is not None
        pictures.film(self.profile.camera, shown)

    def sees_the_card_of(self, name: str) -> None:
        expect(self.main.get_by_role("button", name=re.compile(f"^{name}")).first).to_be_visible()

    def scans(self, shown: bytes) -> None:
        self.looks_at(shown)
        self.goes_to("扫码")
        expect(self.page.get_by_role("dialog", name="客户的登记码")).to_be_visible()

    def says_who_receives(self, colleague: Person) -> None:
        self.looks_at(None)
        self.pick("谁在接待", "同事")
        self.pick("哪位同事", colleague.name)
        self.page.get_by_role("button", name="登记到访").click()
        self.is_told("到访已存本机")
