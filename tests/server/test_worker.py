"""Many deadlines in one transaction: each fires exactly once, and none costs another anything."""

import asyncio
import signal
from collections import Counter

import pytest
from sqlalchemy import select

from server.db import Database
from server.leads.tables import tallies, turns
from server.leads.turns import LEAD
from tests.cast import BINJIANG, ORG, RENMIN, ZONE
from tests.conftest import MovableClock
from tests.server.doomed import Point, work_in_a_process
from tests.server.shop import Shop

LEADS = 12


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def burst(shop: Shop, store: str = RENMIN) -> None:
    for n in range(LEADS):
        await shop.scan(phone=f"139{store == RENMIN:04}{n:04}", store=store)


async def check(shop: Shop, leads: int = LEADS) -> None:
    """One offer for each lead, and a turn for each offer."""
    offers = await shop.rows("offer")
    assert Counter(row.body["lead_id"] for row in offers).most_common(1)[0][1] == 1
    assert len(offers) == leads
    counted = {id: received for id, received, *_ in await read_turns(shop) if received}
    assert counted == Counter(row.body["to_id"] for row in offers)


async def read_turns(shop: Shop) -> list[tuple[str, int, int]]:
    query = select(turns.c.staff_id, turns.c.received, turns.c.balance)
    async with shop.database.read() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_a_burst_is_offered_once_each_and_evenly(shop: Shop) -> None:
    await burst(shop)
    await shop.settle()
    await check(shop)
    shares = Counter(row.body["to_id"] for row in await shop.rows("offer"))
    assert shares == {"bo": LEADS // 2, "chen": LEADS // 2}
    assert sum(balance for _, _, balance in await read_turns(shop)) == 0


async def test_several_workers_at_once_offer_each_lead_of_a_burst_once(shop: Shop) -> None:
    await burst(shop)
    others = [Shop(shop.database, shop.clock) for _ in range(3)]
    await asyncio.gather(shop.settle(), *(other.settle() for other in others))
    await check(shop)


@pytest.mark.slow
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("point", ["before", "after"])
async def test_a_worker_killed_in_the_commit_of_a_batch_leaves_all_of_it_or_nothing(
    shop: Shop, database_url: str, point: Point, nth: int
) -> None:
    await burst(shop)
    await burst(shop, BINJIANG)
    await shop.settle()
    shop.clock.advance(minutes=20)
    assert work_in_a_process(database_url, shop.clock(), point, nth) == -signal.SIGKILL
    assert work_in_a_process(database_url, shop.clock()) == 0
    assert len(await shop.told("nudge")) == LEADS * 2
    moved = Counter(row.body["lead_id"] for row in await shop.rows("escalation", level="next"))
    assert set(moved.values()) == {1}
    assert len(moved) == LEADS, "Wu is alone at the other store"
    offers = await shop.rows("offer")
    assert len(offers) == LEADS * 3
    counted = {id: received for id, received, *_ in await read_turns(shop) if received}
    assert counted == Counter(row.body["to_id"] for row in offers)


async def test_a_batch_with_a_fault_in_it_costs_the_other_deadlines_nothing(shop: Shop) -> None:
    await burst(shop)
    await burst(shop, BINJIANG)
    await shop.change(BINJIANG, zone="Nowhere/Nowhere")
    await shop.settle()
    await check(shop)
    await shop.change(BINJIANG, zone=ZONE)
    await shop.wait(minutes=1)
    await check(shop, LEADS * 2)


async def test_more_than_a_batch_is_done_in_one_tick(shop: Shop) -> None:
    shop.worker.batch = 5
    await burst(shop)
    await shop.worker.tick(shop.clock())
    await check(shop)


async def test_all_rungs_of_one_lead_that_fell_due_meanwhile_fire_in_their_order(
    shop: Shop,
) -> None:
    await burst(shop)
    await shop.settle()
    shop.clock.advance(minutes=61)
    await shop.settle()
    for lead in await shop.rows("lead"):
        about = [row.body for row in await shop.rows("escalation", lead_id=lead.id)]
        assert [body["level"] for body in about] == ["next", "manager", "area"]


async def test_each_lead_is_shared_out_whole_in_the_days_books(shop: Shop) -> None:
    await burst(shop)
    await shop.settle()
    query = select(tallies).where(tallies.c.org_id == ORG)
    async with shop.database.read() as connection:
        found = list(await connection.execute(query))
    assert {(row.store_id, row.day) for row in found} == {(RENMIN, "2026-11-23")}
    assert sum(row.entitled for row in found) == LEADS * LEAD
    assert sum(row.received for row in found) == LEADS
