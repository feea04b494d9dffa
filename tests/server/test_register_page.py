"""The customer's page itself: what it says, in which language, and how little it asks for."""

import re

import pytest

from server.customers.consent import CURRENT
from tests.server.visitor import AGREED, Visitor, nonce_in

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


async def test_the_page_promises_a_time_in_store_hours(sun: Visitor) -> None:
    assert "30 分钟内会有一位顾问联系您（营业到 22:00）。" in (await sun.open()).text
    assert "今天 11:01 前会有一位顾问联系您。" in (await sun.register()).text


async def test_late_in_the_evening_the_promise_is_for_the_morning(sun: Visitor) -> None:
    sun.clock.advance(hours=11, minutes=20)
    assert "明天 10:20 前会有一位顾问联系您。" in (await sun.open()).text
    sun.clock.advance(minutes=15)
    assert "门店现在休息，明天 10:30 前会有一位顾问联系您。" in (await sun.open()).text


async def test_the_page_speaks_the_browsers_language_and_the_one_asked_for(sun: Visitor) -> None:
    assert "您好，想了解点什么？" in (await sun.open()).text
    english = await sun.open(**{"accept-language": "fr;q=0.9, en-GB, zh;q=0.8"})
    assert "what can we show you?" in english.text
    asked = await sun.browser.get(f"{sun.path}?lang=en")
    assert 'lang="en"' in asked.text
    assert "what can we show you?" in asked.text


async def test_an_english_form_stays_english_to_the_thanks(sun: Visitor) -> None:
    page = await sun.register(lang="en", phone="1")
    assert "This number looks incomplete" in page.text
    sun.clock.advance(seconds=3)
    thanks = await sun.send(nonce_in(page), lang="en")
    assert "We have your registration" in thanks.text


async def test_english_pages_hold_no_chinese_outside_names(sun: Visitor) -> None:
    page = await sun.browser.get(f"{sun.path}?lang=en")
    thanks = await sun.register(lang="en")
    for text in (page.text, thanks.text):
        for name in ("欣居家居", "人民路店", "中文", '"PingFang SC","Noto Sans CJK SC"'):
            text = text.replace(name, "")
        assert re.findall(r"[\u3000-\u9fff\uff00-\uffef]", text) == []


async def test_nothing_is_ticked_for_the_customer(sun: Visitor) -> None:
    page = (await sun.open()).text
    assert page.count('type="checkbox"') == 2
    assert "checked" not in page
    assert page.count(" required ") == 3


async def test_the_pages_are_small_need_no_script_and_ask_for_nothing_else(sun: Visitor) -> None:
    for page in [await sun.open(), await sun.register(phone="1"), await sun.register()]:
        assert len(page.content) <= 30_000
        assert "<script" not in page.text
        assert not re.findall(r'(?:src|href|action)="(?!\?lang=|/consent/|/my/|data:,")', page.text)
        assert "http" not in re.sub(r'xmlns="[^"]+"', "", page.text)


async def test_the_pages_are_kept_by_nobody_and_run_nothing(sun: Visitor) -> None:
    for page in [await sun.open(), await sun.register()]:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-robots-tag"] == "noindex"
        assert "set-cookie" not in page.headers


async def test_both_consents_are_explained_before_they_are_asked_for(sun: Visitor) -> None:
    page = (await sun.open()).text
    assert page.count("<details>") == 2
    for line in CURRENT["service"].details["zh"]:
        assert line in page
    assert AGREED["service"] in page
