"""Whoever took back their consent is contacted no more, and waits for an answer 15 working days at
most."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server.db import Database
from server.notify.tables import notifications
from tests.cast import BINJIANG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import agreed, make_id, register, say, self_reception
from tests.server.erasure_stage import hang_robot
from tests.server.held import Holder
from tests.server.visitor import Visitor

PhoneOf = Callable[[str], Awaitable[Phone]]
DOOR = "/api/erasure-requests"
ABOUT = ("withdrew", "erasure_due")


async def withdraw(phone: Phone, id: str, given: bool = False) -> None:
    assert await say(phone, "consent", **agreed(id, "service", given=given)) is None


async def waiting(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get(DOOR)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["requests"]
    return found


async def told(phone: Phone) -> list[tuple[str, int | None]]:
    rows = (await Holder(phone).pull()).of("notice")
    about = sorted((row for row in rows if row.body["kind"] in ABOUT), key=lambda r: r.body["at"])
    return [(row.body["kind"], row.body.get("days")) for row in about]


async def test_a_withdrawal_that_staff_note_ends_leads_offers_clocks_and_messages(
    app: Starlette, sun: Visitor, phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    await hang_robot(database)
    await sun.register()
    await app.state.worker.tick(clock())
    held = await Holder(lin).pull()
    assert held.one("lead").body["state"] == "offered"
    id = held.one("customer").id
    clock.advance(minutes=1)
    await withdraw(lin, id)
    for _ in range(4):
        await app.state.worker.tick(clock())
        clock.advance(minutes=15)
    held = await Holder(lin).pull()
    lead = held.one("lead").body
    assert (lead["state"], lead["close_reason"]) == ("closed", "withdrawn")
    assert held.one("customer").body["open_lead_id"] is None
    assert held.of("escalation") == []
    assert [row.body["state"] for row in held.of("offer")] == ["withdrawn"]
    async with database.read() as connection:
        assert (await connection.execute(select(notifications.c.id))).all() == []
    (asked,) = await waiting(lin.client)
    assert (asked["customer_id"], asked["via"], asked["by_id"]) == (id, "staff", "lin")
    assert await told(lin) == []
    assert ("ring" in {row.body["kind"] for row in (await Holder(bo).pull()).of("notice")}) is False


async def test_whoever_held_the_lead_is_told_and_a_new_consent_ends_it_all(
    app: Starlette, phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = make_id()
    await bo.push(self_reception(bo, id))
    clock.advance(minutes=1)
    await withdraw(lin, id)
    await app.state.worker.tick(clock())
    assert await told(bo) == [("withdrew", None)]
    assert len(await waiting(lin.client)) == 1
    clock.advance(minutes=1)
    await withdraw(bo, id, given=True)
    assert await waiting(lin.client) == []
    clock.advance(days=16)
    await app.state.worker.tick(clock())
    assert await told(lin) == []
    held = await Holder(bo).pull()
    assert set(held.rows[id].body["withdrawn"]) == {"marketing", "photo"}


async def test_a_customer_who_comes_again_after_a_withdrawal_is_waited_for(
    app: Starlette, sun: Visitor, phone_of: PhoneOf, clock: MovableClock
) -> None:
    lin = await phone_of("lin")
    await sun.register()
    id = (await Holder(lin).pull()).one("customer").id
    clock.advance(minutes=1)
    await withdraw(lin, id)
    clock.advance(minutes=1)
    await sun.register()
    await app.state.worker.tick(clock())
    states = sorted(row.body["state"] for row in (await Holder(lin).pull()).of("lead"))
    assert states == ["closed", "offered"]


async def test_the_manager_is_reminded_from_the_tenth_working_day_and_admins_from_the_fifteenth(
    app: Starlette, phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    bo, lin, admin = await phone_of("bo"), await phone_of("lin"), await phone_of("hua")
    id = await register(bo)
    await withdraw(bo, id)
    for _ in range(23):
        await app.state.worker.tick(clock())
        clock.advance(days=1)
    days = [left for kind, left in await told(lin) if kind == "erasure_due"]
    assert days == [5, 4, 3, 2, 1, 0, -1]
    assert [left for _, left in await told(admin)] == [0, -1]
    (asked,) = await waiting(hua)
    assert asked["days_left"] < 0
    assert (asked["name_masked"], asked["phone_masked"]) == ("孙**", "139 **** 0001")
    for client in (bo.client, (await phone_of("qiao")).client):
        assert (await client.get(DOOR)).status_code == 403
    gone = await lin.client.post(f"/api/customers/{id}/erasure", json={"reason": "asked"})
    assert gone.is_success
    assert await waiting(hua) == []
    assert await told(lin) == await told(admin) == []


@pytest.mark.one_database
async def test_an_answer_ends_the_reminders_and_only_those_who_may_erase_give_one(
    app: Starlette, phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    wu, lin = await phone_of("wu"), await phone_of("lin")
    id = await register(wu, store_id=BINJIANG)
    await withdraw(wu, id)
    await app.state.worker.tick(clock())
    # Nobody manages that store: its admins are asked at once.
    assert await told(await phone_of("hua")) == [("withdrew", None)]
    assert await waiting(lin.client) == []
    (asked,) = await waiting(hua)
    door = f"{DOOR}/{asked['id']}/decline"
    assert (await lin.client.post(door, json={"reason": "不行"})).status_code == 404
    assert (await hua.post(door, json={"reason": " "})).status_code == 400
    assert (await hua.post(door, json={"reason": "还有保修"})).status_code == 204
    again = await hua.post(door, json={"reason": "还有保修"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_open")
    assert await waiting(hua) == []
    clock.advance(days=30)
    await app.state.worker.tick(clock())
    assert await told(await phone_of("hua")) == []
