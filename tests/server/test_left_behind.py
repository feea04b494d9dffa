"""Somebody left by a letter from elsewhere and handed nothing over: who is told, and until when."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.notify.sender import Sender
from server.people.list_routes import token_for
from tests.cast import BINJIANG, CODE
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id, register, self_reception
from tests.server.ringing import send
from tests.server.robot import Robot
from tests.server.shop import Shop

PhoneOf = Callable[[str], Awaitable[Phone]]
Hear = Callable[..., Awaitable[None]]


@pytest.fixture
def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    shop = Shop(database, clock)
    shop.worker = app.state.worker
    return shop


@pytest.fixture
def hear(stranger: httpx.AsyncClient, config: Config, clock: MovableClock) -> Hear:
    """What the personnel system tells of Bo."""

    async def hear(**said: Any) -> None:
        token = token_for(config.keys, CODE, clock())
        told = {"external_id": "E-3", "login": "bo", "name": "薄", **said}
        answer = await stranger.post(
            "/api/hr/people",
            json={"event_id": make_id(), "people": [told]},
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.text

    return hear


async def busy(bo: Phone, customers: int = 2) -> None:
    """Bo owns so many customers and one whose lead he holds."""
    for nth in range(customers):
        await register(bo, phone=f"1390000001{nth}")
    answer = await bo.push(self_reception(bo, make_id(), phone="13900000019"))
    assert "except" not in answer.json(), answer.text


async def open_notices(shop: Shop) -> list[tuple[str, int, int]]:
    found = await shop.rows("notice", kind="left_behind", staff_id="bo", ended_at=None)
    return [(row.body["to_id"], row.body["customers"], row.body["leads"]) for row in found]


async def test_whoever_leads_the_store_is_told_that_second_once_and_until_it_is_handed_over(
    shop: Shop, hear: Hear, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    await busy(await phone_of("bo"))
    await shop.change("chen", state="leave")
    await shop.scan()
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "bo"
    await shop.change("chen", state="active")
    await hear(state="left")
    await shop.settle()
    assert await open_notices(shop) == [("lin", 3, 1)]
    assert (await shop.offer()).body["to_id"] == "chen", "what he had not accepted goes on"
    people = {each["id"]: each for each in (await lin.get("/api/staff")).json()["people"]}
    assert people["bo"]["left_behind"] == {"customers": 3, "leads": 1}
    assert "left_behind" not in people["chen"]
    answer = await lin.post("/api/staff/bo/handover", json={"to_ids": ["chen"]})
    assert (answer.json()["customers"], answer.json()["leads"]) == (3, 1)
    await shop.settle()
    assert await open_notices(shop) == []
    people = {each["id"]: each for each in (await lin.get("/api/staff")).json()["people"]}
    assert "left_behind" not in people["bo"]


@pytest.mark.one_database
async def test_the_morning_says_it_again_each_day_to_whoever_leads_then(
    shop: Shop, hear: Hear, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    await register(bo, phone="13900000011")
    await hear(state="left")
    await shop.settle()
    said = {"staff_id": "bo", "customers": 1, "leads": 0}
    for day in (1, 2):
        await shop.wait(days=1)
        mornings = await shop.rows("notice", kind="team_digest")
        assert [row.body["left"] for row in mornings] == [[said]] * day
    assert await open_notices(shop) == [("lin", 1, 0)]
    await shop.change("lin", state="leave")
    await shop.wait(days=1)
    assert await open_notices(shop) == [("qiao", 1, 0)], "whoever is there has it"
    await shop.change("lin", state="active")
    await lin.post("/api/staff/bo/handover", json={"to_ids": ["chen"]})
    await shop.settle()
    assert await open_notices(shop) == []
    before = len(await shop.rows("notice", kind="team_digest"))
    await shop.wait(days=2)
    later = (await shop.rows("notice", kind="team_digest"))[before:]
    assert [row.body.get("left") for row in later] == [None] * len(later)


@pytest.mark.one_database
async def test_the_group_hears_once_how_much_was_left_and_who_is_to_see_to_it(
    shop: Shop, hear: Hear, phone_of: PhoneOf, robot: Robot, sender: Sender, clock: MovableClock
) -> None:
    await busy(await phone_of("bo"), customers=1)
    await hear(state="left")
    await shop.settle()
    await shop.wait(days=1)
    await send(sender, clock, 60)
    assert [text for text in robot.heard if text.startswith("【待交接】")] == [
        "【待交接】人民路店：薄 已离职，还有 2 位客户、1 条线索没有交接，请 林 打开门铃交接。"
    ]


@pytest.mark.one_database
async def test_only_whoever_may_hand_over_is_told_and_nobody_where_nothing_was_left(
    shop: Shop, hear: Hear, phone_of: PhoneOf, hua: httpx.AsyncClient
) -> None:
    """Neither a deputy who leads nobody nor the manager of a store where the leaver never was."""
    await shop.change("store-renmin", manager_id=None, deputy_id="chen")
    await hear(state="left")
    await shop.settle()
    assert await open_notices(shop) == []
    await hua.patch("/api/staff/bo", json={"state": "active"})
    await register(await phone_of("bo"))
    await hear(stores=[BINJIANG], state="left")
    await shop.settle()
    assert await open_notices(shop) == [("qiao", 1, 0)]
    await hua.patch("/api/staff/bo", json={"state": "active"})
    await shop.settle()
    assert await open_notices(shop) == [], "back in the team, with the customers"


@pytest.mark.one_database
async def test_a_customer_who_comes_back_does_not_wait_for_whoever_left(
    shop: Shop, hear: Hear
) -> None:
    await shop.receive("bo", "13900000019")
    await hear(state="left")
    await shop.settle()
    await shop.wait(minutes=2)
    await shop.scan("13900000019")
    await shop.settle()
    assert (await shop.told("ring"))[-1] == "lin"
