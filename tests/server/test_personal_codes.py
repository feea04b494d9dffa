"""Store.md 11: a person's own code, from the paper to the bell."""

import json

import httpx
import pytest
from pypdfium2 import PdfDocument  # type: ignore[import-untyped]
from sqlalchemy import select
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.rows.tables import rows
from server.stores.queries import find_poster
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock, SignIn
from tests.server.shop import Shop, new_id
from tests.server.visitor import Visitor, is_thanks

CODES = f"/api/stores/{RENMIN}/personal-codes"


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def visitor_at(app: Starlette, browser: httpx.AsyncClient, poster_id: str) -> Visitor:
    ground = app.state.ground
    config: Config = ground.config
    async with ground.database.read() as connection:
        held = await find_poster(connection, poster_id)
    assert held is not None
    return Visitor(browser, config, ground.clock, held.poster)


async def offered(app: Starlette, clock: MovableClock) -> list[str]:
    while await app.state.worker.tick(clock()):
        pass
    query = select(rows.c.body).where(rows.c.entity == "offer").order_by(rows.c.seq)
    async with app.state.ground.database.read() as connection:
        bodies = [json.loads(body) for (body,) in await connection.execute(query)]
    return [body["to_id"] for body in bodies if body["state"] == "open"]


async def test_a_customer_who_scans_bos_own_code_gets_bo(
    app: Starlette, stranger: httpx.AsyncClient, bo: httpx.AsyncClient, clock: MovableClock
) -> None:
    made = (await bo.post(CODES, json={"staff_id": "bo"})).json()
    sun = await visitor_at(app, stranger, made["id"])
    assert made["link"].endswith(sun.path)
    for n in range(3):
        assert is_thanks(await sun.register(phone=f"1380013800{n}", name=f"客人{n}"))
    assert await offered(app, clock) == ["bo"] * 3


async def test_the_code_of_somebody_who_left_is_the_stores(
    app: Starlette,
    stranger: httpx.AsyncClient,
    lin: httpx.AsyncClient,
    hua: httpx.AsyncClient,
    clock: MovableClock,
) -> None:
    made = (await lin.post(CODES, json={"staff_id": "bo"})).json()
    assert (await hua.patch("/api/staff/bo", json={"state": "left"})).status_code == 204
    sun = await visitor_at(app, stranger, made["id"])
    assert is_thanks(await sun.register())
    assert await offered(app, clock) == ["chen"]


async def test_a_known_customers_owner_comes_before_the_code(
    app: Starlette,
    stranger: httpx.AsyncClient,
    bo: httpx.AsyncClient,
    shop: Shop,
    clock: MovableClock,
) -> None:
    await shop.receive("chen", phone="13800138000")
    await shop.settle()
    lead = await shop.row("lead")
    await shop.push("chen", ("closing", new_id(), {"lead_id": lead.id, "reason": "no_need"}))
    made = (await bo.post(CODES, json={"staff_id": "bo"})).json()
    sun = await visitor_at(app, stranger, made["id"])
    assert is_thanks(await sun.register())
    assert await offered(app, clock) == ["chen"]


async def test_a_person_has_one_code_however_often_they_ask(
    bo: httpx.AsyncClient, lin: httpx.AsyncClient
) -> None:
    answers = [await client.post(CODES, json={"staff_id": "bo"}) for client in (bo, lin, bo)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    sheet = await bo.get(f"/posters/{answers[0].json()['id']}.pdf")
    assert "薄 · xinju-" in PdfDocument(sheet.content)[0].get_textpage().get_text_range()


async def test_codes_are_ones_own_or_of_people_whom_one_leads(sign_in: SignIn) -> None:
    bo, qiao = await sign_in("bo"), await sign_in("qiao")
    assert (await bo.post(CODES, json={"staff_id": "chen"})).status_code == 404
    elsewhere = f"/api/stores/{BINJIANG}/personal-codes"
    assert (await bo.post(elsewhere, json={"staff_id": "bo"})).status_code == 404
    refused = await qiao.post(elsewhere, json={"staff_id": "bo"})
    assert refused.json()["error"] == {"code": "unknown_person", "field": "staff_id"}
    assert (await qiao.post(elsewhere, json={"staff_id": "wu"})).status_code == 200
