"""The phones of a long day: each with a clock of its own, in the hands of one person or of several.

What no thumb could type in a minute is saved by the app's own `save`, found in the build.
"""

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.clockwork import Clockwork
from tests.browser.company import CODE, PASSWORD, Person
from tests.browser.people import ALL_SYNCED, Staff
from tests.browser.theatre import Theatre

SAVE = """async (units) => {
  const held = [...document.querySelectorAll('link[rel=modulepreload], script[type=module][src]')]
  for (const {href, src} of held) {
    const all = Object.values(await import(href || src))
    const said = /structuredClone\\(\\w+\\),\\w+,\\w+\\).*records:/
    const save = all.find((one) => typeof one === 'function' && said.test(String(one)))
    if (!save) continue
    for (const unit of units) await save(unit)
    return
  }
  throw new Error('this build has no save')
}"""
READ = """async () => {
  const opened = (name) => new Promise((resolve, reject) => {
    const asked = indexedDB.open(name)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
  const all = (held, store) => new Promise((resolve, reject) => {
    const asked = held.transaction(store).objectStore(store).getAll()
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
  const found = {}
  for (const {name} of await indexedDB.databases()) {
    const held = await opened(name)
    const kept = [...held.objectStoreNames].filter((one) => one === 'rows' || one === 'operations')
    for (const store of kept) found[name] = await all(held, store)
    held.close()
  }
  return found
}"""
FORGET = """async () => {
  const gone = (name) => new Promise((resolve, reject) => {
    const asked = indexedDB.deleteDatabase(name)
    asked.onsuccess = () => resolve()
    asked.onerror = () => reject(asked.error)
  })
  for (const {name} of await indexedDB.databases()) await gone(name)
}"""
FULL = """() => {
  const add = IDBObjectStore.prototype.add
  IDBObjectStore.prototype.add = function (...all) {
    if (this.name === 'operations') throw new DOMException('full', 'QuotaExceededError')
    return add.apply(this, all)
  }
}"""
UNSENT = ("waiting", "sending")

Row = dict[str, Any]
Unit = list[dict[str, Any]]


class Handset:
    """`off_by` is how wrong its clock is, in ms."""

    def __init__(self, theatre: Theatre, clockwork: Clockwork, name: str, org: str) -> None:
        self.theatre = theatre
        self.clockwork = clockwork
        self.name = name
        self.org = org
        self.off_by = 0
        self.has_signal = True
        self.profile = theatre.profile(name)
        self.profile.clock = self.time
        self.person: Person
        self.staff: Staff

    def time(self) -> int:
        return self.clockwork() + self.off_by

    def jumps(self, ms: int) -> None:
        self.off_by = ms
        self.profile.reads_its_clock()

    def signal(self, there: bool) -> None:
        if there != self.has_signal:
            self.has_signal = there
            (self.staff.finds_signal if there else self.staff.loses_signal)()

    # Whose it is

    def is_owned_by(self, staff: Staff) -> None:
        staff.signs_in(self.theatre.stage)
        self.person, self.staff = staff.person, staff

    def is_shared_by(self, staff: Staff, pin: str) -> None:
        """The first one opens a link; the others are added with their passwords."""
        page = self.profile.open(self.theatre.stage.door_of(staff.person))
        page.get_by_role("button", name="门店共用").click()
        self.chooses(staff, pin)

    def is_joined_by(self, staff: Staff, pin: str) -> None:
        self.locks()
        page = self.staff.page
        page.get_by_role("button", name="添加同事").click()
        page.get_by_label("企业代码").fill(CODE)
        page.get_by_label("登录名").fill(staff.person.login)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        self.chooses(staff, pin)

    def chooses(self, staff: Staff, pin: str) -> None:
        assert self.profile.context is not None
        staff.page = self.profile.context.pages[0]
        staff.page.get_by_label("数字密码").fill(pin)
        staff.page.get_by_label("再输一次").fill(pin)
        staff.page.get_by_role("button", name="完成").click()
        self.person, self.staff = staff.person, staff
        expect(staff.chip).to_contain_text(ALL_SYNCED)
        staff.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def locks(self) -> None:
        """Left alone it has locked itself."""
        page = self.staff.page
        front = page.get_by_role("heading", name="谁在用")
        expect(front.or_(page.get_by_role("navigation")).first).to_be_visible()
        if not front.is_visible():
            self.staff.goes_to("我的")
            page.get_by_role("button", name="锁上手机").click()
        expect(front).to_be_visible()

    def comes_out_of_a_pocket(self) -> None:
        """After longer than a shared phone stays open for nobody, whatever its clock says."""
        self.staff.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(self.staff.page.get_by_role("heading", name="谁在用")).to_be_visible()

    def passes_to(self, staff: Staff, pin: str) -> None:
        self.locks()
        page = staff.page = self.staff.page
        page.get_by_role("button", name=staff.person.name).click()
        for digit in pin:
            page.get_by_role("button", name=digit, exact=True).click()
        page.get_by_role("button", name="打开").click()
        self.person, self.staff = staff.person, staff
        expect(staff.chip).to_be_visible()

    # What is on it

    def saves(self, *units: Unit) -> None:
        self.staff.page.evaluate(SAVE, list(units))

    def holds(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = self.staff.page.evaluate(READ)
        return found

    def rows(self, entity: str = "") -> list[Row]:
        """Those pulled for whoever has it in hand."""
        held = self.holds().get(f"shopbell-cache-{self.org}-{self.person.id}", [])
        return [row for row in held if not entity or row["entity"] == entity]

    def operations(self, *states: str) -> list[Row]:
        held = self.holds().get(f"shopbell-outbox-{self.org}-{self.person.id}", [])
        return [each for each in held if not states or each["state"] in states]

    def says_it_has(self, count: int) -> None:
        """On the Sync page: the chip may have more urgent things to say, and one has no list."""
        self.staff.opens("/sync")
        expect(self.staff.main).to_contain_text(re.compile(rf"已存本机\s*{count}\s*已同步"))

    # What can happen to it

    def is_full(self) -> None:
        """Until the page is opened anew the browser refuses to write what was typed."""
        self.staff.page.evaluate(FULL)

    def saves_in_the_reserve(self, customer_id: str, text: str) -> None:
        """A remark by hand that the database does not take."""
        page = self.staff.page
        self.staff.opens(f"/customers/{customer_id}")
        self.staff.button("备注").click()
        sheet = page.get_by_role("dialog", name="写一条备注")
        sheet.get_by_label("备注").fill(text)
        sheet.get_by_role("button", name="保存").click()
        expect(page.get_by_text("刚才的内容已记在备用处")).to_be_visible()

    def is_evicted(self) -> None:
        """The browser throws its databases away, and the app is opened again."""
        self.staff.page.evaluate(FORGET)
        self.staff.page.goto("/")
        self.staff.page.wait_for_load_state()
