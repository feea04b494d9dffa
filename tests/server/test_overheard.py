"""What the app says on one phone is heard in the chat group and the mailbox, too."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server.db import Database
from server.exchange.entities import ENTITIES
from server.notify.outbox import ROUTINE
from server.notify.robots import Robot as Place
from server.notify.robots import put_robot
from server.notify.sender import Sender
from server.notify.tables import notifications
from server.pool.rounds import plan_rounds
from tests.cast import ORG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import follow_up, make_id, register, say, self_reception
from tests.server.ringing import send
from tests.server.robot import Robot
from tests.server.shop import Shop

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

SKIPPED = {step: {"result": "skipped"} for step in ("needs", "proposal", "objection")}
UNANSWERED: dict[str, Any] = {"greeting": {"result": "no_answer"}, "channel": "phone", **SKIPPED}
PhoneOf = Callable[[str], Awaitable[Phone]]


async def give_mailbox(database: Database, who: str) -> None:
    place = Place(ORG, f"box-{who}", "mail", "", who, f"{who}@example.com")
    await database.transact(lambda connection: put_robot(connection, place))


async def mailed(database: Database, who: str) -> list[str]:
    query = select(notifications.c.kind).where(notifications.c.target == f"box-{who}")
    async with database.read() as connection:
        return list((await connection.execute(query)).scalars())


async def settle(app: Starlette, clock: MovableClock) -> None:
    while await app.state.worker.tick(clock()):
        pass


async def test_the_group_and_the_person_hear_once_that_nobody_is_sent_to_them(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    shop = Shop(database, clock)
    await shop.change("chen", state="leave")
    await give_mailbox(database, "bo")
    for n in range(3):
        await shop.scan(phone=f"1390000100{n}")
        await shop.settle()
        await shop.wait(minutes=31)
    await send(sender, clock, 60)
    away = [text for text in robot.heard if text.startswith("【暂不派单】")]
    assert away == [
        "【暂不派单】人民路店：薄 连续两次没有接单，新客户先派给同事。回来了请打开门铃点“我在”。"
    ]
    assert (await mailed(database, "bo")).count("away") == 1


async def test_customers_about_to_go_to_the_pool_are_one_message_and_so_are_those_taken_back(
    app: Starlette,
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
    phone_of: PhoneOf,
) -> None:
    await plan_rounds(database, ENTITIES, clock())
    await give_mailbox(database, "bo")
    await give_mailbox(database, "lin")
    bo = await phone_of("bo")
    for n in range(5):
        await register(bo, name=f"王{n}明", phone=f"1381234123{n}", tier="A")
    for _ in range(14):
        clock.advance(days=1)
        await settle(app, clock)
    await send(sender, clock, 60)
    warned, taken = [text for text in robot.heard if "公共池】" in text]
    assert warned == (
        "【将回公共池】人民路店：薄 的 王0明、王1明、王2明 等 5 位客户要回公共池，"
        "最早 12 月 7 日，请尽快联系。"
    )
    assert taken.startswith("【已回公共池】人民路店：薄 的 王0明、王1明、王2明 等 5 位客户一直没有")
    assert "请 林 安排" in taken
    assert "release_warning" in await mailed(database, "bo")
    assert (await mailed(database, "bo")).count("released") == 1
    assert "reclaimed" not in await mailed(database, "bo")
    assert await mailed(database, "lin") == ["reclaimed"]


async def test_whoever_lost_a_silent_customer_to_the_pool_hears_it_without_hurry(
    app: Starlette,
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
    phone_of: PhoneOf,
) -> None:
    await plan_rounds(database, ENTITIES, clock())
    await give_mailbox(database, "bo")
    bo = await phone_of("bo")
    for n in range(2):
        id = await register(bo, name=f"王{n}明", phone=f"1381234123{n}")
        for _ in range(2):
            assert await say(bo, "follow_up", **follow_up(id, **UNANSWERED)) is None
    for _ in range(17):
        clock.advance(days=1)
        await settle(app, clock)
    await send(sender, clock, 60)
    assert [text for text in robot.heard if text.startswith("【已回")] == [
        "【已回公共池】人民路店：薄 的 客户 王0明、王1明 联系了没有回音，已回公共池。"
    ]
    query = select(notifications.c.priority).where(notifications.c.kind == "released")
    async with database.read() as connection:
        told = list((await connection.execute(query)).scalars())
    assert told == [ROUTINE] * 2, "the group and the mailbox"


async def test_whoever_left_hears_nothing_more_of_customers(
    app: Starlette,
    database: Database,
    clock: MovableClock,
    phone_of: PhoneOf,
    lin: httpx.AsyncClient,
) -> None:
    """Neither what waited to be sent nor what becomes of those still in their name."""
    await plan_rounds(database, ENTITIES, clock())
    shop = Shop(database, clock)
    await shop.change("chen", state="leave")
    await give_mailbox(database, "bo")
    await register(await phone_of("bo"), tier="A")
    await shop.scan()
    await shop.settle()
    assert await mailed(database, "bo") == ["offer"]
    assert (await lin.patch("/api/staff/bo", json={"state": "left"})).status_code == 204
    for _ in range(17):
        clock.advance(days=1)
        await settle(app, clock)
    assert await shop.rows("notice", kind="released", to_id="bo")
    assert await mailed(database, "bo") == []


async def test_whoever_must_rule_a_collision_is_asked_in_the_group_without_the_name_in_full(
    app: Starlette,
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
    phone_of: PhoneOf,
) -> None:
    await give_mailbox(database, "lin")
    await give_mailbox(database, "chen")
    for who in ("bo", "chen"):
        phone = await phone_of(who)
        await phone.push(self_reception(phone, make_id(), phone="13812341234", name="王小明"))
    await settle(app, clock)
    await send(sender, clock, 10)
    heard = [text for text in robot.heard if text.startswith("【撞单】")]
    assert heard == ["【撞单】人民路店：薄 和 陈 都登记了 王＊＊，请 林 打开门铃来定。"]
    assert await mailed(database, "lin") == ["collision"]
    assert await mailed(database, "chen") == []
