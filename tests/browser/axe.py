"""What axe finds wrong with a page, looked at from a world of its own.

The page's policy for its scripts stays as strict as it is, and the page does not notice: not even
the customer's page, in a browser without JavaScript.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import CDPSession, Page

from tests.browser.stage import ROOT

SOURCE = ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"], "preload": False, "iframes": False}
RUN = f"""axe.run(document, {json.dumps(OPTIONS)}).then(({{ violations }}) => violations.flatMap(
  ({{ id, nodes }}) => nodes.map((node) => [id, node.html, node.failureSummary])))"""
IS_THERE = "typeof axe !== 'undefined'"
HAS_SCRIPTS = "matchMedia('(scripting: enabled)').matches"

_sessions: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def violations(page: Page) -> list[str]:
    """Each as a line: the rule, the element, what is asked of it."""
    session = session_of(page)
    world = world_apart(session)
    with scripts(session, page):
        if not evaluate(session, world, IS_THERE):
            evaluate(session, world, source())
        return [line(*found) for found in evaluate(session, world, RUN)]


def session_of(page: Page) -> CDPSession:
    """Ends with the page: one that is let go earlier would leave scripts on."""
    if page not in _sessions:
        _sessions[page] = page.context.new_cdp_session(page)
    return _sessions[page]


@cache
def source() -> str:
    return SOURCE.read_text() + ";undefined"


def world_apart(session: CDPSession) -> int:
    """One for each document."""
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    made = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
    return int(made["executionContextId"])


@contextmanager
def scripts(session: CDPSession, page: Page) -> Iterator[None]:
    """Lent to a browser that has none: without them no promise is ever kept."""
    if page.evaluate(HAS_SCRIPTS):
        yield
        return
    for disabled in (True, False):
        session.send("Emulation.setScriptExecutionDisabled", {"value": disabled})
    yield
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})


def evaluate(session: CDPSession, world: int, expression: str) -> Any:
    asked = {"contextId": world, "awaitPromise": True, "returnByValue": True}
    answer = session.send("Runtime.evaluate", {"expression": expression, **asked})
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


def line(rule: str, html: str, asked: str) -> str:
    wanted = " ".join(asked.split("\n", 1)[-1].split())
    return f"{rule}: {html[:160]} ({wanted})"
