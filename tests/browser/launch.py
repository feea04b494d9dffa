"""A rep with years of customers and no network: how soon Today is there, how soon a tap is
answered, how soon something is saved."""

import statistics
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser import history
from tests.browser.company import BO
from tests.browser.people import KEPT, Rep
from tests.browser.theatre import Theatre
from tests.browser.weak import WATCH, WeakPhone

YEARS = history.Work(customers=5_000, contacts=2_500)
LAUNCH_SLOWER = 6
SYNCED_MS = 300_000
SETTLE_MS = 4_000
WATCH_TAPS = f"""(() => {{
  const took = {{}}
  new PerformanceObserver((list) => {{
    for (const {{interactionId, duration}} of list.getEntries())
      if (interactionId) took[interactionId] = Math.max(took[interactionId] ?? 0, duration)
  }}).observe({{type: 'event', durationThreshold: 16, buffered: true}})
  // What took less than a picture is not told.
  window.taps = () => [
    ...Object.values(took),
    ...Array(performance.interactionCount - Object.keys(took).length).fill(8),
  ]
  let tapped = 0
  window.saves = []
  const told = () => [...document.querySelectorAll('[role=status]')].some(
    ({{textContent}}) => textContent.includes('{KEPT}'))
  addEventListener('click', ({{target, timeStamp}}) => {{
    if (target.closest('dialog') && target.closest('button')) tapped = timeStamp
  }}, true)
  new MutationObserver(() => {{
    if (!tapped || !told()) return
    saves.push(performance.now() - tapped)
    tapped = 0
  }}).observe(document, {{childList: true, subtree: true, characterData: true}})
}})()"""


@dataclass(frozen=True)
class Launched:
    """`title` and `content` (the first customer of Today) in ms since the app was asked for, each
    without the time in which the screen's thread was ready and something else on this machine had
    the processor; `worked` is what that thread did until then, `heap` in bytes once all is read."""

    title: float
    content: float
    worked: float
    heap: float


@dataclass(frozen=True)
class Tapped:
    """In ms: `taps` from each tap to the next picture, `save` from a tap to the word that it is
    kept, the median of a few."""

    taps: list[float]
    save: float


def enrol(theatre: Theatre) -> Rep:
    """With everything on the phone, and the app kept for days without a network."""
    history.record_work(theatre.stage, YEARS)
    bo = Rep(theatre.profile("years", windowed=True, fetched=False), BO)
    page = bo.profile.open("about:blank")
    page.set_default_timeout(SYNCED_MS)
    page.goto(theatre.stage.door_of(BO))
    page.get_by_role("button", name="我的手机").click()
    page.locator('a[href="/sync"][aria-label^="已全部同步"]').wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    bo.profile.close()
    return bo


def launch_once(theatre: Theatre, rep: Rep) -> Launched:
    page = rep.profile.open("about:blank")
    page.context.add_init_script(WATCH)
    weak = WeakPhone(page, theatre.proxy)
    weak.go_offline()
    weak.slow_down(LAUNCH_SLOWER)
    weak.start_noting()
    try:
        page.goto(f"{theatre.stage.origin}/", wait_until="commit")
        return launched(page, weak)
    finally:
        rep.profile.close()
        theatre.proxy.restore()


def launched(page: Page, weak: WeakPhone) -> Launched:
    # A question put to the page is work for its thread: none before all is over.
    page.wait_for_timeout(SETTLE_MS)
    content, title = weak.await_mark("content"), weak.await_mark("title")
    began, tasks = float(page.evaluate("performance.timeOrigin")), weak.tasks()
    return Launched(
        title - began - tasks.waited_between(began, title),
        content - began - tasks.waited_between(began, content),
        tasks.worked_between(began, content),
        weak.heap(),
    )


def tap_around(theatre: Theatre, rep: Rep) -> Tapped:
    """A morning's work, without a network: look for somebody, write a remark, follow up."""
    rep.opens_the_app()
    rep.page.context.add_init_script(WATCH_TAPS)
    weak = WeakPhone(rep.page, theatre.proxy)
    weak.go_offline()
    rep.page.reload()
    weak.slow_down()
    try:
        work(rep)
        taps, saves = rep.page.evaluate("[taps(), saves]")
        return Tapped(sorted(taps), statistics.median(saves))
    finally:
        rep.profile.close()
        theatre.proxy.restore()


def work(rep: Rep) -> None:
    rep.goes_to("客户")
    search = rep.page.get_by_role("searchbox")
    search.press_sequentially("wang", delay=120)
    search.fill("")
    for chip in ("我的", "逾期", "逾期"):
        rep.tap(rep.main.get_by_role("button", name=chip, exact=True))
    rep.tap(rep.page.get_by_role("list", name="客户列表").get_by_role("link").nth(2))
    for text in ("喜欢原木色", "周末带家人来", "预算还在商量"):
        rep.leaves_a_remark(text)
        rep.page.wait_for_timeout(SETTLE_MS)
    rep.follows_up()
    for tab in ("今日", "客户", "我的", "今日"):
        rep.goes_to(tab)
        rep.page.wait_for_timeout(500)
