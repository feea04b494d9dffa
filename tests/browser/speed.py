"""What a rep with years of records waits for on a weak phone, measured."""

import time
from dataclasses import dataclass

from playwright.sync_api import Page

from server.clock import DAY_MS
from tests.browser.company import BO, ORG
from tests.browser.theatre import Theatre
from tests.browser.weak import WATCH, WeakPhone

WAITING = 100
# As `save` writes them, one unit each.
WRITE_REMARKS = """([database, customer, count]) => new Promise((resolve, reject) => {
  const opening = indexedDB.open(database)
  opening.onsuccess = () => {
    const work = opening.result.transaction(['operations', 'meta'], 'readwrite')
    const [operations, meta] = ['operations', 'meta'].map((name) => work.objectStore(name))
    meta.get('next_seq').onsuccess = ({target}) => {
      const first = target.result?.value ?? 1
      for (let n = 0; n < count; n += 1) operations.add({
        seq: first + n, unit: first + n, entity: 'comment', root: customer,
        id: `019c3f00-0000-7000-8000-${String(Date.now() % 1e8 * 1000 + n).padStart(12, '0')}`,
        fields: {customer_id: customer, text: `第 ${n} 条，路上写的：想看实木的样品`},
        base: null, cites: null, captured_at: Date.now(), saved_at: Date.now(),
        state: 'waiting', laid: 1, receipt: null, settled: 0,
      })
      meta.put({key: 'next_seq', value: first + count})
    }
    work.oncomplete = () => { opening.result.close(); resolve() }
    work.onabort = () => reject(work.error)
  }
})"""


COUNTED_AT = """async (since) => {
  const named = (await indexedDB.databases()).find(({name}) => name.startsWith('shopbell-cache-'))
  const opening = indexedDB.open(named.name)
  const database = await new Promise((then) => { opening.onsuccess = () => then(opening.result) })
  const work = database.transaction('meta', 'readwrite')
  const known = work.objectStore('meta').get('counted_at')
  if (since) work.objectStore('meta').put({key: 'counted_at', value: since})
  await new Promise((then) => { work.oncomplete = then })
  database.close()
  return known.result?.value ?? 0
}"""


@dataclass(frozen=True)
class Waited:
    """In ms, each without the time in which the screen's thread was ready and something else on
    this machine had the processor. `usable`: Today showed a customer and a tap opened another
    page. `task`: the longest that the thread was busy while rows were being applied. `count`: the
    same while all of them are counted at a start, once a day."""

    usable: float
    complete: float
    task: float
    push: float
    count: float


def wait_once(theatre: Theatre, name: str) -> Waited:
    """A new phone's first pull; then a hundred remarks made without a network."""
    profile = theatre.profile(name, windowed=True, fetched=False)
    page = profile.open("about:blank")
    page.context.add_init_script(WATCH)
    try:
        return wait_with(theatre, page)
    finally:
        profile.close()
        theatre.proxy.widen()


def wait_with(theatre: Theatre, page: Page) -> Waited:
    page.goto(theatre.stage.door_of(BO))
    mine = page.get_by_role("button", name="我的手机")
    mine.wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    weak = WeakPhone(page, theatre.proxy)
    weak.slow_down()
    weak.narrow()
    weak.start_noting()
    tapped_at = time.time() * 1000
    mine.click()
    weak.await_mark("content")
    tap_me(page)
    usable, complete = weak.await_mark("me"), weak.await_mark("synced")
    tasks = weak.tasks()
    began = weak.asked_at("POST /sync/pull", tapped_at)
    return Waited(
        usable - began - tasks.waited_between(began, usable),
        complete - began - tasks.waited_between(began, complete),
        tasks.longest_between(usable, complete),
        push_with(theatre, page, weak),
        count_with(theatre, page, weak),
    )


def tap_me(page: Page) -> None:
    box = page.get_by_role("navigation").get_by_role("link", name="我的", exact=True).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def push_with(theatre: Theatre, page: Page, weak: WeakPhone) -> float:
    before = theatre.records.counts("comment")["comment"]
    weak.go_offline()
    page.get_by_role("link", name="离线").wait_for()
    customer = theatre.records.bodies("customer")[0]["id"]
    page.evaluate(WRITE_REMARKS, [f"shopbell-outbox-{ORG}-{BO.id}", customer, WAITING])
    weak.start_noting()
    back_at = weak.come_back()
    synced = weak.await_mark("synced")
    waited = weak.tasks().waited_between(back_at, synced)
    assert theatre.records.counts("comment")["comment"] == before + WAITING
    return synced - back_at - waited


def count_with(theatre: Theatre, page: Page, weak: WeakPhone) -> float:
    since = time.time() * 1000
    page.evaluate(COUNTED_AT, since - 2 * DAY_MS)
    weak.start_noting()
    page.goto("/")
    pulled_at = weak.await_asked("POST /sync/pull", since)
    verified_at = weak.await_asked("POST /sync/verify", pulled_at)
    tasks = weak.tasks()
    assert page.evaluate(COUNTED_AT) > since, "nothing was counted"
    return tasks.longest_between(pulled_at, verified_at)
