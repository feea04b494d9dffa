"""A code pasted over ours is urgent: who hears of it, how, and that it is once."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.notify.outbox import URGENT
from server.notify.robots import Robot as Place
from server.notify.robots import put_robot
from server.notify.sender import Sender
from server.notify.tables import notifications
from server.visits.alarm import host_in
from tests.cast import ORG, RENMIN
from tests.conftest import MovableClock, PhoneOf
from tests.phone import Phone
from tests.server.deeds import make_id
from tests.server.held import Got, Holder
from tests.server.push_service import PushService, push_on_loopback, pushing_config
from tests.server.ringing import send
from tests.server.robot import Robot
from tests.server.shop import Shop

FAKE = "https://ours.example@evil.example:8443/pay?to=13900000001"
SAID = (
    "【假码】人民路店门口 ＠all：林 查到一张不是我们的码，扫了会打开 evil．example。"
    "别扫、别付款，撕下来收好，请 陈、乔 马上处理。"
)


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Config:
    return pushing_config(tmp_path, database_url)


@pytest.fixture
async def service(clock: MovableClock) -> AsyncIterator[PushService]:
    async with push_on_loopback(clock) as service:
        yield service


@pytest.fixture
def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    shop = Shop(database, clock)
    shop.worker = app.state.worker
    return shop


async def report(phone: Phone, text: str = FAKE, **more: str) -> str:
    """Sent twice, as by a phone that lost the answer."""
    id = make_id()
    operation = phone.operation("code_check", id, {"store_id": RENMIN, "text": text, **more})
    assert (await phone.push([operation])).status_code == 200
    assert (await phone.push([operation])).status_code == 200
    return id


async def alarms(phone: Phone) -> list[Got]:
    rows = (await Holder(phone).pull()).of("notice")
    return [row for row in rows if row.body["kind"] == "foreign_code"]


async def waiting(database: Database) -> list[tuple[str, int]]:
    """The kind and the urgency of what Qiao's mailbox was to be told."""
    table = notifications.c
    query = select(table.kind, table.priority).where(table.target == "box")
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_a_fake_reaches_whoever_leads_the_store_on_every_way_once_and_cannot_be_tapped(
    shop: Shop,
    phone_of: PhoneOf,
    qiao: httpx.AsyncClient,
    robot: Robot,
    service: PushService,
    app: Starlette,
    database: Database,
    clock: MovableClock,
) -> None:
    await shop.change(RENMIN, deputy_id="chen")
    service.key = (await qiao.get("/api/push")).json()["key"]
    assert (await qiao.post("/api/push", json=service.subscription)).status_code == 201
    box = Place(ORG, "box", "mail", "", "qiao", "qiao@example.com")
    await database.transact(lambda connection: put_robot(connection, box))
    phones = {who: await phone_of(who) for who in ("lin", "chen", "qiao", "bo", "hua")}
    found_at = clock()
    id = await report(phones["lin"], position="门口 @all", note="盖在我们的上面")
    clock.advance(seconds=1)
    await shop.settle()
    told = {who: await alarms(phone) for who, phone in phones.items()}
    assert {who: len(rows) for who, rows in told.items() if rows} == {"chen": 1, "qiao": 1}
    body = told["qiao"][0].body
    assert (body["store_id"], body["check_id"], body["by_id"]) == (RENMIN, id, "lin")
    assert (body["host"], body["position"]) == ("evil.example", "门口 @all")
    assert (body["note"], body["found_at"], body["at"]) == ("盖在我们的上面", found_at, clock())
    # No desk is held there, but what was found is.
    assert (await Holder(phones["qiao"]).pull()).one("code_check").body["text"] == FAKE
    await send(app.state.sender, clock, 5)
    assert robot.heard == [SAID]
    (ring,) = service.told
    assert (ring["kind"], ring["store"], ring["store_id"]) == ("foreign_code", "人民路店", RENMIN)
    assert "evil" not in str(ring)
    assert await waiting(database) == [("foreign_code", URGENT)]


async def test_a_report_that_a_manager_lets_in_later_is_judged_like_any_and_told_once(
    shop: Shop, phone_of: PhoneOf, robot: Robot, sender: Sender, clock: MovableClock
) -> None:
    bo, lin, hua = await phone_of("bo"), await phone_of("lin"), await phone_of("hua")
    id = await report(bo)
    await shop.settle()
    assert await alarms(lin) == []
    refusal = (await Holder(bo).pull()).one("refusal")
    await bo.push([bo.operation("appeal", make_id(), {"refusal_id": refusal.id})])
    fields = {"refusal_id": refusal.id, "choice": "apply"}
    await lin.push([lin.operation("release", make_id(), fields)])
    await shop.settle()
    assert (await Holder(bo).pull()).rows[id].body["verdict"] == "foreign"
    (told,) = await alarms(lin)
    assert (told.body["by_id"], told.body["check_id"]) == ("bo", id)
    assert await alarms(hua) == []
    await send(sender, clock, 5)
    assert [text for text in robot.heard if "薄 查到" in text] == robot.heard
    assert len(robot.heard) == 1


@pytest.mark.one_database
async def test_nobody_is_alarmed_by_our_own_codes_and_an_admin_where_nobody_else_leads(
    shop: Shop, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    made = await lin.post(f"/api/stores/{RENMIN}/posters", json={"position": "门口"})
    lins, hua = await phone_of("lin"), await phone_of("hua")
    await report(lins, made.json()["link"])
    await shop.change(RENMIN, area_id=None)
    await shop.settle()
    assert await alarms(hua) == []
    await report(lins, "weixin://pay/1")
    await shop.settle()
    (told,) = await alarms(hua)
    assert (told.body["host"], told.body["store_id"]) == ("", RENMIN)


@pytest.mark.one_database
def test_a_host_is_where_a_browser_would_go() -> None:
    said = {
        " https://Evil.example/r/1 ": "evil.example",
        "http://evil.example\\@ours.example/r/1": "evil.example",
        "https://оurs.example": "xn--urs-red.example",
        "https://[::1": "",
        "https://a b.example": "",
        "wxp://f2f0": "",
        "alipays://platformapi?x=https://ours.example": "",
    }
    assert {text: host_in(text) for text in said} == said
