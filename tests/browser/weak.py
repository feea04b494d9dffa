"""A cheap phone on a weak link, and what its screen is doing meanwhile.

The browser's own tools slow it down: the processor four times, the link to 1.6 Mbit/s down,
750 kbit/s up and 150 ms there and back. The page notes the times itself, on its own clock.
"""

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from playwright.sync_api import Page

from tests.browser.proxy import Proxy

SLOWER = 4
LATENCY_MS, DOWN_BIT_S, UP_BIT_S = 150, 1_600_000, 750_000
TASK = "ThreadControllerImpl::RunTask"
WATCH = """(() => {
  const now = () => performance.timeOrigin + performance.now()
  window.seen = {}
  const marks = {
    title: () => document.querySelector('main h1'),
    content: () => document.querySelector('main li a[href^="/customers/"]'),
    me: () => location.pathname === '/me' && document.querySelector('main h1'),
    synced: () => document.querySelector('a[href="/sync"][aria-label^="已全部同步"]'),
  }
  const look = () => {
    for (const name in marks)
      if (!(name in window.seen) && marks[name]()) window.seen[name] = now()
  }
  window.lookAgain = () => { window.seen = {}; look() }
  const all = {childList: true, subtree: true, attributes: true, characterData: true}
  new MutationObserver(look).observe(document, all)
})()"""


class WeakPhone:
    """Times are in ms since 1970."""

    def __init__(self, page: Page, proxy: Proxy) -> None:
        self.page = page
        self.proxy = proxy
        self.events: list[dict[str, Any]] = []
        self.tools = page.context.new_cdp_session(page)

    def slow_down(self, times: float = SLOWER) -> None:
        self.tools.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def narrow(self) -> None:
        """For whoever else is on this link too."""
        self.proxy.narrow(DOWN_BIT_S / 8, UP_BIT_S / 8, LATENCY_MS / 1000)

    def go_offline(self) -> None:
        self.proxy.cut()
        self.page.context.set_offline(True)

    def come_back(self) -> float:
        """Notes all times anew; returns when the link was there again."""
        self.page.evaluate("window.lookAgain()")
        self.proxy.restore()
        back_at = time.time() * 1000
        self.page.context.set_offline(False)
        return back_at

    def await_mark(self, name: str, patience_ms: float = 60_000) -> float:
        """When it was first drawn."""
        known = "name => name in window.seen"
        self.page.wait_for_function(known, arg=name, polling=100, timeout=patience_ms)
        return float(self.page.evaluate("name => window.seen[name]", name))

    def asked_at(self, request: str, since: float = 0) -> float:
        """When the first such request left the phone."""
        return next(at for at, asked in self.proxy.asked if asked == request and at >= since)

    def await_asked(self, request: str, since: float) -> float:
        while not any(asked == request and at >= since for at, asked in self.proxy.asked):
            self.page.wait_for_timeout(100)
        return self.asked_at(request, since)

    def heap(self) -> float:
        """In bytes, what the page holds outside of it too; garbage included."""
        held = self.tools.send("Runtime.getHeapUsage")
        parts = ("usedSize", "embedderHeapUsedSize", "backingStorageSize")
        return float(sum(held.get(part, 0) for part in parts))

    def start_noting(self) -> None:
        """Every task of the screen's thread from now on."""
        self.tools.on("Tracing.dataCollected", lambda some: self.events.extend(some["value"]))
        config = {"includedCategories": ["toplevel"], "excludedCategories": ["*"]}
        wish = {"transferMode": "ReportEvents", "traceConfig": config}
        self.tools.send("Tracing.start", wish)

    def tasks(self) -> "Tasks":
        """Those noted since `start_noting`."""
        ended: list[Any] = []
        self.tools.on("Tracing.tracingComplete", lambda end: ended.append(end))
        self.tools.send("Tracing.end")
        while not ended:
            self.page.wait_for_timeout(20)
        # The browser counts from the start of the machine.
        epoch_ms = (time.time() - time.monotonic()) * 1000
        tasks: dict[tuple[int, int], list[Task]] = {
            (each["pid"], each["tid"]): []
            for each in self.events
            if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
        }
        for each in sorted(self.events, key=begun_first):
            known = tasks.get((each["pid"], each["tid"]))
            if known is None or each["name"] != TASK or "tdur" not in each:
                continue
            at = epoch_ms + each["ts"] / 1000
            # A task within a task is part of it.
            if not known or at >= known[-1].at + known[-1].took:
                known.append(Task(at, each["dur"] / 1000, each["tdur"] / 1000))
        self.events.clear()
        # A page that was left may have had a thread of its own.
        return Tasks(max(tasks.values(), key=lambda some: sum(each.worked for each in some)))


def begun_first(event: dict[str, Any]) -> tuple[float, float]:
    return event.get("ts", 0), -event.get("dur", 0)


class Task(NamedTuple):
    """When it began, how long it took, and how much of that it had the processor; in ms."""

    at: float
    took: float
    worked: float


@dataclass(frozen=True)
class Tasks:
    """What the screen's thread did."""

    tasks: list[Task]

    def longest_between(self, begin: float, end: float) -> float:
        """Of the processor's time: what else runs on this machine does not count."""
        return max(each.worked for each in self.tasks if begin <= each.at <= end)

    def worked_between(self, begin: float, end: float) -> float:
        return sum(each.worked for each in self.tasks if begin <= each.at <= end)

    def waited_between(self, begin: float, end: float) -> float:
        """How long it would have run, had others on this machine not had the processor."""
        return sum(each.took - each.worked for each in self.tasks if begin <= each.at <= end)
