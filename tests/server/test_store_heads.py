"""Who answers for a store: named online by admins and area managers, and by whom not."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.db import Database
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock
from tests.server.shop import Shop

pytestmark = pytest.mark.one_database
DOOR = f"/api/stores/{RENMIN}"


@pytest.fixture
def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    shop = Shop(database, clock)
    shop.worker = app.state.worker
    return shop


async def fault(client: httpx.AsyncClient, **wish: Any) -> tuple[str, str]:
    answer = await client.patch(DOOR, json=wish)
    told = answer.json()["error"]
    assert (answer.status_code, told["code"]) == (400, "heads_faulty")
    (only,) = told["faults"]
    return only["code"], only["field"]


async def test_another_manager_and_deputy_are_named_and_the_next_escalation_is_theirs(
    shop: Shop, hua: httpx.AsyncClient, qiao: httpx.AsyncClient
) -> None:
    await hua.patch("/api/staff/chen", json={"role": "manager"})
    seen = (await qiao.get(DOOR)).json()
    assert (seen["manager_id"], seen["deputy_id"], seen["area_id"]) == ("lin", None, "qiao")
    wish = {"version": seen["version"], "manager_id": "chen", "deputy_id": "bo"}
    answer = await qiao.patch(DOOR, json=wish)
    assert answer.status_code == 200, answer.text
    body = (await shop.row("store", code="RM")).body
    assert (body["manager_id"], body["deputy_id"], body["area_id"]) == ("chen", "bo", "qiao")
    assert answer.json()["changed_by"] == "qiao"
    again = await hua.patch(DOOR, json={**wish, "deputy_id": None})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "changed_meanwhile")
    assert (await hua.patch(DOOR, json={"deputy_id": None, "area_id": "hua"})).status_code == 200
    for who in ("bo", "chen"):
        await shop.change(who, accepts_leads=False)
    await shop.scan()
    await shop.settle()
    assert await shop.told("escalated") == ["chen"]


async def test_whoever_is_named_is_at_work_there_in_a_fitting_role_and_named_once(
    shop: Shop, hua: httpx.AsyncClient
) -> None:
    assert await fault(hua, manager_id="bo") == ("wrong_role", "manager_id")
    assert await fault(hua, deputy_id="xia") == ("wrong_role", "deputy_id")
    assert await fault(hua, area_id="lin") == ("wrong_role", "area_id")
    assert await fault(hua, deputy_id="wu") == ("other_store", "deputy_id")
    assert await fault(hua, deputy_id="nobody") == ("unknown", "deputy_id")
    assert await fault(hua, deputy_id=BINJIANG) == ("unknown", "deputy_id")
    assert await fault(hua, deputy_id="lin") == ("twice", "deputy_id")
    assert await fault(hua, manager_id="qiao") == ("twice", "manager_id")
    await shop.change("chen", state="leave")
    assert await fault(hua, deputy_id="chen") == ("not_active", "deputy_id")
    await shop.change("lin", state="left")
    named = {"manager_id": "lin", "deputy_id": "bo"}
    assert (await hua.patch(DOOR, json=named)).status_code == 200, "who left is named already"
    assert (await hua.patch(DOOR, json={"manager_id": None})).status_code == 200


async def test_nobody_names_those_above_them_or_of_other_stores(
    shop: Shop, sign_in: Any, hua: httpx.AsyncClient
) -> None:
    await hua.patch("/api/staff/wu", json={"role": "area"})
    for who, wish in (
        ("lin", {"deputy_id": "bo"}),
        ("lin", {"deputy_id": "bo", "patience_s": 600}),
        ("qiao", {"area_id": None}),
        ("wu", {"deputy_id": "bo"}),
        ("bo", {"deputy_id": "bo"}),
    ):
        answer = await (await sign_in(who)).patch(DOOR, json=wish)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert (await shop.row("store", code="RM")).body["deputy_id"] is None


async def test_a_manager_who_leaves_is_followed_by_the_deputy(
    shop: Shop, hua: httpx.AsyncClient
) -> None:
    await hua.patch("/api/staff/chen", json={"role": "manager", "accepts_leads": False})
    await hua.patch(DOOR, json={"deputy_id": "chen"})
    await hua.patch("/api/staff/lin", json={"state": "left"})
    await shop.scan()
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "bo"
    await shop.wait(minutes=31)
    assert await shop.told("escalated") == ["chen"]


async def test_whoever_leads_a_store_says_where_it_is(
    shop: Shop, lin: httpx.AsyncClient, bo: httpx.AsyncClient
) -> None:
    seen = (await lin.get(DOOR)).json()
    assert seen["address"] == ""
    wish = {"version": seen["version"], "address": " 人民路 88 号 "}
    answer = (await lin.patch(DOOR, json=wish)).json()
    assert (answer["address"], answer["changed_by"]) == ("人民路 88 号", "lin")
    assert (await shop.row("store", code="RM")).body["address"] == "人民路 88 号"
    assert (await lin.patch(DOOR, json={"address": "长" * 101})).status_code == 400
    assert (await bo.patch(DOOR, json={"address": "别处"})).status_code == 403
    assert (await lin.patch(f"/api/stores/{BINJIANG}", json={"address": "别处"})).status_code == 403
