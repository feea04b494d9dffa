"""Two years without contact, and a person is reminded that the data is to be erased."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.db import Database
from server.exchange.entities import ENTITIES
from server.pool.rounds import plan_rounds
from sync import Row
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock
from tests.server.shop import Shop
from tests.server.test_cadence import at, digests, go, grow_silent
from tests.vectors.dormant import text_of
from tests.vectors.retention import FILE, vectors

HOW_TO = "run `python -m tests.vectors.retention` if it is meant, and let the phone follow"
LONG_AGO = at("2024-11-01 12:00")


@pytest.fixture
async def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    """A Monday, noon."""
    clock.now = at("2026-11-23 12:00")
    return Shop(database, clock)


async def forgotten(shop: Shop, phone: str, **fields: Any) -> Row:
    """Registered two years and a month ago, and not heard of since."""
    now, shop.clock.now = shop.clock.now, LONG_AGO
    person = await grow_silent(shop, phone, marketing=False)
    shop.clock.now = now
    if fields:
        await shop.change(person.id, **fields)
    return person


async def overdue(client: httpx.AsyncClient) -> list[tuple[str, list[str]]]:
    answer = await client.get("/api/overdue")
    assert answer.status_code == 200, answer.text
    stores = answer.json()["stores"]
    assert [each["n"] for each in stores] == [len(each["customers"]) for each in stores]
    return [
        (each["store_id"], [one["customer_id"] for one in each["customers"]]) for each in stores
    ]


def test_the_vectors_of_retention_are_the_servers() -> None:
    assert FILE.read_text() == text_of(vectors()), HOW_TO
    assert {over for *_, over in vectors()["customers"]} == {True, False}


async def test_once_a_week_whoever_runs_the_store_hears_how_many_are_over_their_time(
    shop: Shop,
) -> None:
    await plan_rounds(shop.database, ENTITIES, shop.clock())
    await forgotten(shop, "13900003001")
    await forgotten(shop, "13900003002", last_contact_at=at("2025-01-01 12:00"))
    await forgotten(shop, "13900003003", store_id=BINJIANG)
    await go(shop, "2026-11-30 10:00")
    told = {each["to_id"]: each for each in await digests(shop, "team_digest")}
    assert (told["lin"]["store_id"], told["lin"]["kept_over"]) == (RENMIN, 1)
    # The other store is run by its area manager, who may erase nobody.
    assert {each["store_id"] for who, each in told.items() if who != "lin"} == {BINJIANG}
    assert sorted(told) == ["hua", "lin", "qiao"]
    assert await digests(shop) == [], "it is nobody's to contact"
    await go(shop, "2026-12-01 10:00")
    assert len(await digests(shop, "team_digest")) == 3, "once a week"


async def test_where_a_store_has_no_manager_the_admins_hear_of_it(shop: Shop) -> None:
    await plan_rounds(shop.database, ENTITIES, shop.clock())
    await forgotten(shop, "13900003001")
    await shop.change("lin", state="leave")
    await go(shop, "2026-11-30 10:00")
    assert await shop.told("team_digest") == ["qiao"], "on leave is not gone"
    await shop.change("lin", state="left")
    await go(shop, "2026-12-07 10:00")
    told = {each["to_id"]: each for each in (await digests(shop, "team_digest"))[1:]}
    assert sorted(told) == ["hua", "qiao"]
    assert {each["kept_over"] for each in told.values()} == {1}
    await shop.change(RENMIN, area_id="hua", manager_id=None)
    await go(shop, "2026-12-14 10:00")
    assert (await shop.told("team_digest"))[3:] == ["hua"], "once"


async def test_an_open_lead_keeps_somebody_only_while_it_moves(
    shop: Shop, lin: httpx.AsyncClient
) -> None:
    now, shop.clock.now = shop.clock.now, LONG_AGO
    assert await shop.receive("bo", "13900003001") == []
    shop.clock.now = now
    person, lead = await shop.row("customer"), await shop.row("lead")
    assert lead.body["state"] != "closed"
    assert await overdue(lin) == [(RENMIN, [person.id])]
    await shop.change(lead.id, attempts=[at("2026-01-05 12:00")])
    assert await overdue(lin) == []
    await shop.change(lead.id, attempts=[at("2024-11-05 12:00")])
    assert await overdue(lin) == [(RENMIN, [person.id])]
    await shop.change(lead.id, attempts=[at("2026-01-05 12:00")], state="closed")
    assert await overdue(lin) == [(RENMIN, [person.id])], "what is over does not move"
    await shop.scan("13900003001")
    assert await overdue(lin) == [], "they came again"


async def test_admins_read_the_list_of_any_store_and_others_of_none_but_theirs(
    shop: Shop, hua: httpx.AsyncClient, lin: httpx.AsyncClient, qiao: httpx.AsyncClient
) -> None:
    here = await forgotten(shop, "13900003001")
    longest = await forgotten(shop, "13900003002", created_at=LONG_AGO - 1)
    there = await forgotten(shop, "13900003003", store_id=BINJIANG)
    await forgotten(shop, "13900003004", next_at=at("2026-12-01 12:00"))
    mine = (RENMIN, [longest.id, here.id])
    assert await overdue(hua) == [(BINJIANG, [there.id]), mine]
    assert await overdue(lin) == [mine]
    assert (await qiao.get("/api/overdue")).status_code == 403
    told = (await hua.get("/api/overdue")).json()
    assert told["months"] == 24
    (one,) = told["stores"][0]["customers"]
    assert one["silent_since"] == LONG_AGO
    assert (one["name_masked"], one["phone_masked"]) == ("钱**", "139 **** 3003")
    assert (await hua.patch("/api/organisation", json={"retention_months": 1})).is_success
    assert (await hua.get("/api/overdue")).json()["months"] == 1
    assert (
        await hua.post(f"/api/customers/{there.id}/erasure", json={"reason": "retention_over"})
    ).is_success
    assert await overdue(hua) == [mine]
