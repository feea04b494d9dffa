"""What a phone shows of a push that comes in, and the switch for it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from server.sample.cast import BO, ORG_CODE, ORG_ID
from tests.browser.browsers import PATIENCE_MS
from tests.browser.theatre import Theatre, opened
from tests.browser.tour import TIME, chip

SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(({ title, body, data }) => [title, body, data])"""
RING = {
    "kind": "escalated",
    "name": "王**",
    "store": "演示店",
    "waited_s": 1800,
    "lead_id": "l1",
}


@pytest.fixture
def sample(playwright: Playwright, tmp_path: Path) -> Iterator[Theatre]:
    with opened(playwright, tmp_path, sample=True) as theatre:
        yield theatre


def push(context: BrowserContext, page: Page, origin: str, text: str) -> list[list[str]]:
    """By the browser's own door for this: no push service takes part. The notices that are shown.
    What comes while the worker only begins is dropped by this door: then it is pushed again."""
    found: list[dict[str, Any]] = []
    session = context.new_cdp_session(page)
    session.on(
        "ServiceWorker.workerRegistrationUpdated", lambda e: found.extend(e["registrations"])
    )
    session.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(50)
    message = {"origin": origin, "registrationId": found[-1]["registrationId"], "data": text}
    deadline = time.monotonic() + PATIENCE_MS / 1000
    shown: list[list[str]] = []
    while not shown and time.monotonic() < deadline:
        session.send("ServiceWorker.deliverPushMessage", message)
        page.wait_for_timeout(1000)
        shown = page.evaluate(SHOWN)
    return shown


@pytest.mark.browser
@pytest.mark.parametrize(
    ("locale", "title", "body", "switch"),
    [
        ("zh-CN", "升级给你处理", "演示店：王**，已等 30 分钟", "打开通知"),
        ("en-GB", "Escalated to you", "演示店: 王**, waiting 30 min", "Turn on"),
    ],
)
def test_a_push_is_a_notice_that_leads_to_the_lead(
    sample: Theatre, locale: str, title: str, body: str, switch: str
) -> None:
    phone = sample.profile(f"bo-{locale}", locale=locale, windowed=True)
    page = phone.open(sample.stage.door_of(BO, ORG_ID, ORG_CODE))
    page.locator("main button").first.click()
    expect(chip(page)).to_contain_text(TIME)
    assert phone.context is not None
    origin = sample.stage.origin
    phone.context.grant_permissions(["notifications"], origin=origin)
    page.goto("/me/notices")
    expect(page.get_by_role("button", name=switch)).to_be_visible()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    assert push(phone.context, page, origin, json.dumps(RING)) == [[title, body, "/leads/l1"]]
    assert sample.faults() == []
