"""Who looked at whom: told by phones and doors, shown to managers, and sealed against changes."""

from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Executable, delete, update

from server.cli import verify_audit
from server.config import Config
from server.db import Database
from server.privacy.audit import looked
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id, register
from tests.server.test_erasure import erase
from tests.server.test_my import enter

PhoneOf = Callable[[str], Awaitable[Phone]]


async def tell(phone: Phone, *looks: dict[str, Any], later_ms: int = 0) -> None:
    told = {"sent_at": phone.clock() + later_ms, "looks": looks}
    assert (await phone.client.post("/api/looks", json=told)).status_code == 204


def look(phone: Phone, id: str, what: str = "opened") -> dict[str, Any]:
    return {"id": make_id(), "customer_id": id, "what": what, "at": phone.clock()}


async def seen(client: httpx.AsyncClient, id: str) -> list[tuple[str | None, str, int]]:
    answer = await client.get(f"/api/customers/{id}/looks")
    assert answer.status_code == 200, answer.text
    return [(each["staff_name"], each["what"], each["seen_at"]) for each in answer.json()["looks"]]


async def test_a_manager_sees_who_looked_at_a_customer_and_when(
    phone_of: PhoneOf,
    stranger: httpx.AsyncClient,
    wu: httpx.AsyncClient,
    hua: httpx.AsyncClient,
    clock: MovableClock,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id, start = await register(bo, phone="13900000001"), clock()
    opened = look(bo, id)
    clock.advance(minutes=5)
    called = look(bo, id, "called")
    # The answer was lost, and the phone tells it again; of nobody nothing is kept.
    for _ in range(2):
        await tell(bo, opened, called, look(bo, make_id()))
    await hua.post("/api/erasures/find", json={"phone": "13900000001"})
    clock.advance(minutes=1)
    link = (await bo.client.post(f"/api/customers/{id}/own-link")).json()["link"]
    page = await enter(stranger, httpx.URL(link).path, "0001")
    assert (await stranger.get(f"{page.url.path}/data.zip")).status_code == 200
    clock.advance(minutes=1)
    assert (await lin.client.get(f"/api/customers/{id}/data.zip")).status_code == 200
    minute = 60_000
    assert await seen(lin.client, id) == [
        ("林", "exported", start + 7 * minute),
        ("薄", "took_handed", start + 6 * minute),
        ("薄", "link_given", start + 6 * minute),
        ("华", "found", start + 5 * minute),
        ("薄", "called", start + 5 * minute),
        ("薄", "opened", start),
    ]
    for client in (bo.client, wu):
        assert (await client.get(f"/api/customers/{id}/looks")).status_code == 404


async def test_an_admin_sees_at_whom_one_of_the_staff_looked(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    one = await register(bo, name="王小明", phone="13900000001")
    other = await register(bo, name="李四", phone="13900000002")
    await tell(bo, look(bo, one))
    clock.advance(minutes=1)
    await tell(bo, look(bo, other, "listed"), look(bo, other, "called"))
    await tell(lin, look(lin, one))
    await erase(lin.client, one)
    looks = (await hua.get("/api/staff/bo/looks")).json()["looks"]
    told = [(each["customer_id"], each["name_masked"], each["what"]) for each in looks]
    assert told == [(other, "李**", "called"), (other, "李**", "listed"), (one, "", "opened")]
    for client in (bo.client, lin.client):
        assert (await client.get("/api/staff/bo/looks")).status_code == 403


async def test_an_entry_that_was_changed_or_left_out_shows_and_so_does_a_cut_end(
    phone_of: PhoneOf, config: Config, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await tell(bo, look(bo, id), look(bo, id, "copied"))
    await tell(lin, look(lin, id))
    await erase(lin.client, id)
    await tell(bo, look(bo, id, "called"))

    async def check(*printed: str) -> tuple[int, str]:
        code = await verify_audit(Namespace(seen=list(printed)), config)
        return code, capsys.readouterr().out.strip()

    code, end = await check()
    assert (code, end.split(":")[1]) == (0, "4")
    assert await check(end) == (0, end)
    third = looked.c.nth == 3

    async def after(change: Executable, *printed: str) -> int:
        await database.transact(lambda connection: connection.execute(change))
        return (await check(*printed))[0]

    assert await after(update(looked).where(third).values(staff_id="chen")) == 1
    assert await after(update(looked).where(third).values(staff_id="lin"), end) == 0
    assert await after(delete(looked).where(looked.c.nth == 4)) == 0
    assert (await check(end))[0] == 1
    assert await after(delete(looked).where(looked.c.nth == 2)) == 1
