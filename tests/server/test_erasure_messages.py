"""What waits to be sent, or was sent lately, and names somebody goes with them."""

from collections.abc import Awaitable, Callable
from functools import partial

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from server.db import Database
from server.exchange.entities import ENTITIES
from server.notify.robots import Robot, put_robot
from server.notify.tables import notifications
from server.pool.rounds import plan_rounds
from tests.cast import ORG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id, register, self_reception
from tests.server.erasure_stage import NUMBERS, hang_robot
from tests.server.held import Holder
from tests.server.test_erasure import erase
from tests.server.test_my import do, enter, own_path
from tests.server.visitor import Visitor

PhoneOf = Callable[[str], Awaitable[Phone]]

CALLED = "欧阳女士"


async def reach(database: Database, who: str) -> None:
    """Their mailbox, and a phone that is rung while the app is closed."""
    for kind in ("mail", "push"):
        robot = Robot(ORG, f"{kind}-{who}", kind, "", who, "https://127.0.0.1:9/x")
        await database.transact(partial(put_robot, robot=robot))


async def waiting(database: Database) -> list[tuple[str, str]]:
    """The kind and the words of each message."""
    query = select(notifications.c.kind, notifications.c.body).order_by(notifications.c.id)
    async with database.read() as connection:
        return [(row.kind, row.body) for row in await connection.execute(query)]


async def test_no_message_calls_an_erased_customer_by_how_they_were_ever_called(
    sun: Visitor,
    stranger: httpx.AsyncClient,
    phone_of: PhoneOf,
    database: Database,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    await reach(database, "lin")
    other = await register(bo, name="欧阳", phone=NUMBERS[0])
    page = await enter(stranger, own_path(await sun.register(name="欧", salutation="")))
    held = (await Holder(lin).pull()).rows
    (person,) = [
        row for row in held.values() if row.body.get("name") == "欧" and row.root == row.id
    ]
    await do(stranger, page, "correct", text="我姓欧阳")
    told = await waiting(database)
    assert [kind for kind, _ in told] == ["corrects", "corrects"]
    assert all("欧" in words for _, words in told)
    new = {"name": "", "salutation": CALLED}
    await lin.push([lin.operation("customer", person.id, new, base=person.version)])
    await erase(lin.client, other)
    assert await waiting(database) == told
    await erase(lin.client, person.id)
    assert await waiting(database) == []


async def test_a_message_about_several_customers_goes_with_each_of_them(
    app: Starlette, database: Database, clock: MovableClock, phone_of: PhoneOf
) -> None:
    await plan_rounds(database, ENTITIES, clock())
    bo, lin = await phone_of("bo"), await phone_of("lin")
    await reach(database, "bo")
    await hang_robot(database)
    id = await register(bo, name="", salutation=CALLED, phone=NUMBERS[0], tier="A")
    await register(bo, name="王", phone=NUMBERS[1], tier="A")
    for _ in range(14):
        clock.advance(days=1)
        while await app.state.worker.tick(clock()):
            pass
    told = await waiting(database)
    assert {"release_warning", "released", "reclaimed"} <= {kind for kind, _ in told}
    assert any(CALLED in words for _, words in told)
    await erase(lin.client, id)
    assert [words for _, words in await waiting(database) if "欧" in words or "王" in words] == []


async def test_a_collision_that_waits_to_be_told_goes_with_the_customer(
    app: Starlette, database: Database, clock: MovableClock, phone_of: PhoneOf
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    await hang_robot(database)
    ids = [await meet(phone, name) for phone, name in ((bo, "欧"), (chen, CALLED))]
    while await app.state.worker.tick(clock()):
        pass
    assert "collision" in {kind for kind, _ in await waiting(database)}
    await erase(lin.client, ids[0])
    assert await waiting(database) == []


async def meet(phone: Phone, name: str) -> str:
    id = make_id()
    unit = self_reception(phone, id, phone=NUMBERS[0])
    for each in unit:
        if "name" in each["f"]:
            each["f"]["name"] = name
    await phone.push(unit)
    return id


@pytest.mark.one_database
async def test_a_message_from_before_messages_said_whom_they_name_is_not_sent(
    sun: Visitor, stranger: httpx.AsyncClient, phone_of: PhoneOf, database: Database
) -> None:
    lin = await phone_of("lin")
    await reach(database, "lin")
    page = await enter(stranger, own_path(await sun.register()))
    id = (await Holder(lin).pull()).one("customer").id
    await do(stranger, page, "correct", text="不对")
    forgotten = update(notifications).values(about=None)
    await database.transact(lambda connection: connection.execute(forgotten))
    await erase(lin.client, id)
    assert await waiting(database) == []
