"""Area managers and admins see their stores beside each other, and each store's board."""

from typing import Any

import httpx
import pytest

from server.db import Database
from server.exchange.retention import purge
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock, PhoneOf
from tests.server.deeds import follow_up, register, say
from tests.server.held import Holder
from tests.server.shop import Shop, new_id

HOUR_MS = 3_600_000


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def lines(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/api/boards")
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["stores"]
    return told


async def scans(shop: Shop, *phones: str, store: str = RENMIN) -> None:
    for phone in phones:
        await shop.scan(phone=phone, store=store)
    await shop.settle()


async def test_stores_are_compared_by_what_they_did_today_and_who_waits(
    shop: Shop, qiao: httpx.AsyncClient, database: Database, clock: MovableClock
) -> None:
    await scans(shop, "13800000101", "13800000102")
    for offer in await shop.rows("offer"):
        await shop.accept(offer.body["to_id"], offer)
    (closed, _) = await shop.rows("lead")
    closing = {"lead_id": closed.id, "reason": "no_need"}
    assert await shop.push("lin", ("closing", new_id(), closing)) == []
    clock.advance(hours=24)
    await database.transact(lambda connection: purge(connection, clock()))
    started = clock()
    await scans(shop, "13800000103", "13800000104", "13800000105")
    first = (await shop.rows("offer", state="open"))[0]
    await shop.accept(first.body["to_id"], first)
    clock.advance(minutes=1)
    await scans(shop, "13800000106", store=BINJIANG)
    refused = {"store_id": RENMIN, "receiver_id": "bo", "need": "随便看看"}
    assert await shop.push("bo", ("walk_in", new_id(), refused)) == []
    await shop.wait(minutes=39)
    renmin, binjiang = await lines(qiao)
    assert {**renmin, "name": ""} == {
        "store_id": RENMIN,
        "name": "",
        "assigned": 3,
        "accepted": 1,
        "late": 2,
        "waiting": 2,
        "walk_ins": 1,
        "oldest_at": started,
        "codes_unchecked": 0,
        "codes_foreign": 0,
    }
    assert (binjiang["store_id"], binjiang["assigned"]) == (BINJIANG, 1)
    assert (binjiang["waiting"], binjiang["accepted"]) == (1, 0)


async def test_a_board_holds_what_is_open_and_what_was_touched_today(
    shop: Shop, qiao: httpx.AsyncClient, clock: MovableClock
) -> None:
    await scans(shop, "13800000101")
    clock.advance(hours=24)
    await scans(shop, "13800000102", "13800000103")
    (_, _, last) = await shop.rows("lead")
    closing = {"lead_id": last.id, "reason": "no_need"}
    assert await shop.push("lin", ("closing", new_id(), closing)) == []
    told = (await qiao.get(f"/api/boards/{RENMIN}")).json()["leads"]
    assert len(told) == 3, "the first still waits since yesterday"
    assert told[0]["body"]["received_at"] < told[1]["body"]["received_at"]
    clock.advance(hours=24)
    told = (await qiao.get(f"/api/boards/{RENMIN}")).json()["leads"]
    assert {each["body"]["state"] for each in told} <= {"waiting", "offered"}
    assert len(told) == 2


async def test_nobody_compares_stores_they_do_not_lead(
    shop: Shop,
    lin: httpx.AsyncClient,
    hua: httpx.AsyncClient,
    bo: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
) -> None:
    await scans(shop, "13800000106", store=BINJIANG)
    assert [each["store_id"] for each in await lines(lin)] == [RENMIN]
    assert {each["store_id"] for each in await lines(hua)} == {RENMIN, BINJIANG}
    assert (await lin.get(f"/api/boards/{BINJIANG}")).status_code == 404
    assert (await hua.get("/api/boards/nowhere")).status_code == 404
    assert (await bo.get("/api/boards")).status_code == 403
    assert (await stranger.get(f"/api/boards/{RENMIN}")).status_code == 401


async def test_an_area_manager_sees_whose_contacts_of_the_week_counted(
    phone_of: PhoneOf, qiao: httpx.AsyncClient, wu: httpx.AsyncClient, clock: MovableClock
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    mine, hers = await register(bo), await register(chen, phone="13900000009")
    assert await say(bo, "follow_up", **follow_up(mine)) is None
    clock.advance(days=7)
    missed = {"greeting": {"result": "no_answer"}}
    for phone, customer_id in ((bo, mine), (chen, hers), (chen, hers)):
        assert await say(phone, "follow_up", **follow_up(customer_id)) is None
    assert await say(bo, "follow_up", **follow_up(mine, **missed)) is None
    held = await Holder(chen).pull()
    wrong, void = sorted(row.id for row in held.of("follow_up"))
    assert await say(chen, "correction", fact_id=void, void=True) is None
    assert await say(chen, "correction", fact_id=wrong, fields=missed) is None
    path = f"/api/boards/{RENMIN}/contacts"
    told = (await qiao.get(path)).json()
    assert told["people"] == [
        {"staff_id": "bo", "contacts": 2, "effective": 1},
        {"staff_id": "chen", "contacts": 1, "effective": 0},
    ]
    assert (await qiao.get("/api/boards/store-nowhere/contacts")).status_code == 404
    assert (await wu.get(path)).status_code == 403
