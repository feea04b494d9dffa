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
from tests.server.test_poster_endings import AtStore, end
from tests.server.visitor import Visitor, is_thanks, nonce_in

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


async def of_personal_codes(database: Database) -> set[str]:
    """Whose code any lead came by."""
    query = select(rows.c.body).where(rows.c.entity == "lead")
    async with database.read() as connection:
        bodies = [json.loads(body) for (body,) in await connection.execute(query)]
    assert bodies
    return {body["rep_id"] for body in bodies if body.get("rep_id")}


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
    sign_in: SignIn,
    database: Database,
    clock: MovableClock,
) -> None:
    """Also one that was replaced before, and one whose sheet is read after they are back."""
    first = (await lin.post(CODES, json={"staff_id": "bo"})).json()
    bo = await sign_in("bo")
    second = (await end(bo, first["id"], how="replace")).json()["new"]
    early = await visitor_at(app, stranger, second["id"])
    nonce = nonce_in(await early.open())
    clock.advance(seconds=20)
    assert (await hua.patch("/api/staff/bo", json={"state": "left"})).status_code == 204
    refused = await lin.post(CODES, json={"staff_id": "bo"})
    assert refused.json()["error"] == {"code": "unknown_person", "field": "staff_id"}
    assert "您现在在哪家店？" in (await early.send(nonce)).text
    for made in (first, second):
        sun = await visitor_at(app, stranger, made["id"])
        assert "您现在在哪家店？" in (await sun.open()).text
    there = AtStore(sun.browser, sun.config, clock, sun.poster, sun.answers, RENMIN)
    assert is_thanks(await there.register())
    assert await offered(app, clock) == ["chen"]
    assert (await hua.patch("/api/staff/bo", json={"state": "active"})).status_code == 204
    assert is_thanks(await there.register(phone="13800138001", name="李女士"))
    assert "bo" not in await of_personal_codes(database)
    told = (await lin.get(CODES)).json()
    assert (told["codes"], [each["ended_by"] for each in told["old"]]) == ([], ["hua", "hua"])


async def test_whoever_goes_to_another_store_leaves_their_code_behind(
    app: Starlette,
    stranger: httpx.AsyncClient,
    bo: httpx.AsyncClient,
    hua: httpx.AsyncClient,
    database: Database,
) -> None:
    made = (await bo.post(CODES, json={"staff_id": "bo"})).json()
    both = {"store_ids": [RENMIN, BINJIANG]}
    assert (await hua.patch("/api/staff/bo", json=both)).status_code == 204
    there = CODES.replace(RENMIN, BINJIANG)
    kept = (await bo.post(there, json={"staff_id": "bo"})).json()
    assert (await bo.post(CODES, json={"staff_id": "bo"})).json() == made
    assert (await hua.patch("/api/staff/bo", json={"store_ids": [BINJIANG]})).status_code == 204
    assert (await bo.get(CODES)).status_code == 404
    assert (await bo.post(there, json={"staff_id": "bo"})).json() == kept
    sun = await visitor_at(app, stranger, made["id"])
    assert "您现在在哪家店？" in (await sun.open()).text
    # At the store where they are now the old sheet is nobody's own either.
    moved = AtStore(sun.browser, sun.config, sun.clock, sun.poster, sun.answers, BINJIANG)
    assert is_thanks(await moved.register())
    assert await of_personal_codes(database) == set()


async def test_ones_own_code_is_replaced_and_ended_by_oneself_and_revoked_by_who_leads(
    app: Starlette,
    stranger: httpx.AsyncClient,
    bo: httpx.AsyncClient,
    lin: httpx.AsyncClient,
    sign_in: SignIn,
    clock: MovableClock,
) -> None:
    made = (await bo.post(CODES, json={"staff_id": "bo"})).json()
    assert (await bo.get(CODES)).json()["old"] == []
    answer = (await end(bo, made["id"], how="replace", grace_days=7)).json()
    old, new = answer["old"], answer["new"]
    assert (old["standing"], old["replaced_by"], old["ended_by"]) == ("leaving", new["id"], "bo")
    assert new["position"] == "薄"
    assert (await bo.post(CODES, json={"staff_id": "bo"})).json()["id"] == new["id"]
    sun = await visitor_at(app, stranger, made["id"])
    assert is_thanks(await sun.register())
    assert await offered(app, clock) == ["bo"]
    again = await end(bo, made["id"], how="replace")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ended_before")

    chen = await sign_in("chen")
    wu = await sign_in("wu")
    for client, how, status in (
        (chen, "replace", 404), (wu, "take_down", 404), (bo, "revoke", 403),
        (lin, "replace", 403), (lin, "take_down", 403),
    ):  # fmt: skip
        assert (await end(client, new["id"], how=how)).status_code == status
    assert (await chen.get(CODES)).json()["codes"] == []
    assert (await wu.get(CODES)).status_code == 404
    (seen,) = (await lin.get(CODES)).json()["codes"]
    assert (seen["id"], seen["staff_id"], seen["link"]) == (new["id"], "bo", new["link"])
    stopped = (await end(lin, new["id"], how="revoke")).json()
    assert stopped["old"]["standing"] == "revoked"
    assert (await stranger.get(new["link"])).status_code == 404

    last = stopped["new"]
    assert (await bo.get(CODES)).json()["codes"] == [{**last, "staff_id": "bo"}]
    gone = (await end(bo, last["id"], how="take_down")).json()
    assert (gone["old"]["standing"], gone["new"]) == ("ended", None)
    told = (await bo.get(CODES)).json()
    assert told["codes"] == []
    # Also the first one, which was in its grace: no sheet of before goes on.
    ends = {each["id"]: each["standing"] for each in told["old"]}
    assert ends == {made["id"]: "ended", new["id"]: "revoked", last["id"]: "ended"}
    assert "您现在在哪家店？" in (await stranger.get(last["link"])).text
    fresh = (await bo.post(CODES, json={"staff_id": "bo"})).json()["id"]
    assert fresh not in {made["id"], new["id"], last["id"]}


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
