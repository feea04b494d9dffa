"""After half a year the place of staff is known to a kilometre, on every phone and in no key."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from server.db import Database
from server.exchange.entities import ENTITIES
from server.rows.tables import keys, rows
from server.visits import rounding
from server.visits.rounding import round_visits
from tests.cast import RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id
from tests.server.held import Holder
from tests.server.test_customers import send
from tests.server.test_visits import visit

PhoneOf = Callable[[str], Awaitable[Phone]]
EXACT = {"lat": 31.234567, "lng": 121.476543}
HANDSET = "0123456789abcdef"


async def pass_days(phone_of: PhoneOf, clock: MovableClock, days: int) -> Phone:
    """Sessions end meanwhile; Bo signs in again."""
    clock.advance(days=days)
    return await phone_of("bo")


async def test_after_180_days_a_visit_is_rounded_where_it_lies_and_on_every_phone(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    await send(bo, "visit", visit(bo, store_id=RENMIN, handset=HANDSET, **EXACT))
    refused = await send(bo, "visit", visit(bo, customer_id=make_id(), **EXACT))
    assert refused["code"] == "not_found"
    old = await Holder(bo).pull()
    assert old.one("visit").body["lat"] == EXACT["lat"]
    clock.advance(days=100)
    assert await round_visits(database, ENTITIES, clock()) == []
    again = await pass_days(phone_of, clock, 81)
    await send(again, "visit", visit(again, store_id=RENMIN, **EXACT))
    assert len(await round_visits(database, ENTITIES, clock())) == 1
    assert await round_visits(database, ENTITIES, clock()) == []
    bo.client = again.client
    await old.pull()
    first, newest = sorted(old.of("visit"), key=lambda got: got.meta[1])
    assert (first.body["lat"], first.body["lng"]) == (31.23, 121.48)
    assert (first.body["accuracy_m"], first.body["distance_m"]) == (1000, 1000)
    assert (first.body["rounded"], first.body["handset"]) == (True, None)
    assert first.body["grade"] == "uncertain"
    assert newest.body["lat"] == EXACT["lat"]
    assert old.one("refusal").body["fields"]["lng"] == 121.48
    assert old.agrees()
    async with database.read() as connection:
        bodies = (await connection.execute(select(rows.c.id, rows.c.body))).all()
        told = (await connection.execute(select(keys.c.kind, keys.c.row_id))).all()
    assert {id for id, body in bodies if "31.234567" in body} == {newest.id}
    assert first.id not in {row_id for _, row_id in told}
    assert {kind for kind, row_id in told if row_id == newest.id} == {"last_visit", "visit_point"}


async def test_a_place_is_exact_for_180_days_to_the_day(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    await send(bo, "visit", visit(bo, store_id=RENMIN, **EXACT))
    clock.advance(days=179)
    assert await round_visits(database, ENTITIES, clock()) == []
    clock.advance(hours=23, minutes=59)
    assert await round_visits(database, ENTITIES, clock()) == []
    clock.advance(minutes=1)
    assert len(await round_visits(database, ENTITIES, clock())) == 1
    clock.advance(days=1)
    assert await round_visits(database, ENTITIES, clock()) == []


@pytest.mark.one_database
async def test_many_of_one_moment_are_rounded_together_and_none_is_left_behind(
    phone_of: PhoneOf, database: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounding, "TIMES", rounding.TIMES.limit(3))
    bo = await phone_of("bo")
    for count in (7, 1, 2):
        units = [
            [bo.operation("visit", make_id(), visit(bo, store_id=RENMIN, lat=31.2 + nth / 1e5))]
            for nth in range(count)
        ]
        await bo.push(*units)
        clock.advance(minutes=1)
    clock.advance(days=180)
    published = await round_visits(database, ENTITIES, clock())
    assert len(published) == 2
    held = await Holder(await phone_of("bo")).pull()
    assert [got.body.get("rounded") for got in held.of("visit")] == [True] * 10
