"""I know: a signed link in a chat, one lead and one person, without signing in."""

import re
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.notify.acknowledging import link_maker
from server.notify.sender import Sender
from tests.cast import ORG
from tests.conftest import ORIGIN, MovableClock
from tests.server.ringing import send
from tests.server.robot import Robot
from tests.server.shop import Shop, new_id

pytestmark = pytest.mark.slow


@pytest.fixture
async def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    """Mr Sun has waited eighteen minutes; Bo was asked."""
    shop = Shop(database, clock)
    await shop.scan(name="赵女士 13900000001")
    await shop.settle()
    clock.advance(minutes=18)
    return shop


@pytest.fixture
async def link(shop: Shop, config: Config, clock: MovableClock) -> str:
    """Lin's, as WeCom shows it."""
    return await link_of(shop, config, clock, "lin")


async def link_of(shop: Shop, config: Config, clock: MovableClock, who: str) -> str:
    lead = await shop.row("lead")
    made = link_maker(config, clock)(ORG, lead.id, who, "wecom")
    assert made is not None
    return made.removeprefix(ORIGIN)


async def noted(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await shop.lead()).get("acknowledgements", [])
    return found


async def test_the_page_says_who_waits_how_long_and_shows_no_number(
    stranger: httpx.AsyncClient, link: str
) -> None:
    page = await stranger.get(link)
    assert page.status_code == 200
    assert "林，赵女士 139****01等了 18 分钟" in page.text
    assert "还没有人接单" in page.text
    assert "13900000001" not in page.text
    english = (await stranger.get(link, params={"lang": "en"})).text
    assert "has waited 18 min" in english


async def test_looking_at_it_as_previews_do_acknowledges_nothing(
    stranger: httpx.AsyncClient, shop: Shop, link: str
) -> None:
    for _ in range(3):
        assert (await stranger.get(link)).status_code == 200
        assert (await stranger.head(link)).status_code == 200
    assert (await stranger.request("OPTIONS", link)).status_code >= 400
    assert await noted(shop) == []


async def test_the_button_notes_it_once_with_who_when_and_where(
    stranger: httpx.AsyncClient, shop: Shop, link: str, clock: MovableClock
) -> None:
    at = clock()
    for _ in range(3):
        answer = await stranger.post(link)
        assert answer.status_code == 303
        clock.advance(minutes=1)
    assert await noted(shop) == [{"staff_id": "lin", "at": at, "channel": "wecom"}]
    page = (await stranger.get(answer.headers["location"])).text
    assert "已记下：10:48" in page
    assert "<button>" not in page


async def test_two_people_acknowledge_each_for_themselves(
    stranger: httpx.AsyncClient, shop: Shop, config: Config, clock: MovableClock, link: str
) -> None:
    await stranger.post(link)
    await stranger.post(await link_of(shop, config, clock, "qiao"))
    assert [each["staff_id"] for each in await noted(shop)] == ["lin", "qiao"]


async def test_the_app_and_the_link_say_the_same_thing_once(
    stranger: httpx.AsyncClient, shop: Shop, link: str, clock: MovableClock
) -> None:
    await shop.wait(minutes=12)
    lead = await shop.row("lead")
    await shop.push("lin", ("lead_acknowledgement", new_id(), {"lead_id": lead.id}))
    said = [{"staff_id": "lin", "at": clock(), "channel": "app"}]
    clock.advance(minutes=1)
    assert "已记下：11:00" in (await stranger.get(link)).text
    await stranger.post(link)
    assert await noted(shop) == said


async def test_by_link_an_escalation_is_answered_in_the_app_too(
    stranger: httpx.AsyncClient, shop: Shop, link: str, clock: MovableClock
) -> None:
    await shop.wait(minutes=12)
    await stranger.post(link)
    assert (await shop.lead())["acknowledged"] == {"by": "lin", "at": clock()}
    assert (await shop.lead())["escalated_to"] == "lin"


async def test_to_acknowledge_is_not_to_accept(
    stranger: httpx.AsyncClient, shop: Shop, link: str
) -> None:
    before = await shop.lead()
    await stranger.post(link)
    after = await shop.lead()
    assert {name for name in after if after[name] != before.get(name)} == {"acknowledgements"}
    await shop.wait(minutes=12)
    assert (await shop.lead())["escalated_to"] == "lin"


async def test_whoever_is_asked_about_a_lead_that_is_taken_reads_by_whom(
    stranger: httpx.AsyncClient, shop: Shop, link: str
) -> None:
    await shop.accept("bo", await shop.offer())
    assert "现在由 薄 接待" in (await stranger.get(link)).text


async def test_a_link_is_good_for_a_day_and_for_nothing_else(
    stranger: httpx.AsyncClient, shop: Shop, link: str, clock: MovableClock
) -> None:
    for bad in (link[:-2] + "xx", "/a/nonsense", "/a/" + "x" * 3000):
        assert (await stranger.get(bad)).status_code == 404
        assert (await stranger.post(bad)).status_code == 303
    clock.advance(hours=24, minutes=1)
    assert (await stranger.get(link)).status_code == 404
    assert (await stranger.post(link)).status_code == 303
    assert await noted(shop) == []


async def test_a_link_of_somebody_who_left_is_void(
    stranger: httpx.AsyncClient, shop: Shop, link: str
) -> None:
    await shop.change("lin", state="left")
    assert (await stranger.get(link)).status_code == 404
    await stranger.post(link)
    assert await noted(shop) == []


async def test_a_signed_in_colleague_in_a_chats_browser_may_press_it_too(
    bo: httpx.AsyncClient, shop: Shop, link: str
) -> None:
    """In-app browsers send `Origin: null` with a page that hides where it comes from."""
    headers = {"sec-fetch-site": "cross-site", "origin": "null"}
    assert (await bo.post(link, headers=headers)).status_code == 303
    assert len(await noted(shop)) == 1


async def test_the_page_runs_nothing_and_tells_nobody_where_it_was(
    stranger: httpx.AsyncClient, link: str
) -> None:
    page = await stranger.get(link)
    assert "script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"


async def test_a_message_in_the_group_carries_the_link_of_whom_it_is_about(
    stranger: httpx.AsyncClient, shop: Shop, robot: Robot, sender: Sender, clock: MovableClock
) -> None:
    await shop.settle()
    await send(sender, clock, 4)
    await shop.wait(minutes=12)
    await send(sender, clock, 20)
    escalated = next(text for text in robot.heard if text.startswith("【升级】"))
    found = re.search(r"林，收到请点：http://\S+(/a/\S+)$", escalated)
    assert found
    assert len(escalated.encode()) <= 2048
    await stranger.post(found.group(1))
    assert [each["staff_id"] for each in await noted(shop)] == ["lin"]
    assert all("13900000001" not in text for text in robot.heard)
