"""Store.md 5, exactly once: three workers, kill −9 around every commit, clocks an hour off.

Whatever happens to the workers, each rung has one effect and rings one bell.
"""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import select

from server.db import Database, open_database
from server.notify.robots import Robot, put_robot
from server.notify.tables import notifications
from tests.cast import ORG, RENMIN
from tests.conftest import MovableClock
from tests.server.contact import contact
from tests.server.doomed import Point, work_in_a_process
from tests.server.shop import Shop, new_id

WORKERS = 3
HOUR_MS = 3600 * 1000
STEPS = (0, *[5] * 14, 24 * 60, 10)
"""Minutes between two looks at the clock: up the ladder, then past the first follow-up."""

ESCALATIONS = {
    ("next", "unanswered"): 1,
    ("manager", "unanswered"): 1,
    ("area", "unanswered"): 1,
    ("admin", "first_follow_up"): 1,
}
NOTICES = {"nudge": 1, "warning": 2, "escalated": 3}
BELLS = {"offer": 1, "nudge": 1, "next": 1, "warning": 1, "escalated": 2, "first_follow_up": 1}
COMMITS = 6
"""The rungs after the first offer, and the first follow-up: one transaction each."""


@pytest.fixture
async def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    """With a robot in its chat group, which nobody delivers to here: its messages are counted."""
    async with database.write() as connection:
        await put_robot(
            connection, Robot(ORG, "robot", "wecom", RENMIN, None, "http://127.0.0.1:9/bell")
        )
    return Shop(database, clock)


@pytest.fixture
async def rivals(shop: Shop, database_url: str) -> AsyncIterator[list[Shop]]:
    """Three workers, each with a connection pool and a clock of its own."""
    async with AsyncExitStack() as stack:
        databases = [open_database(database_url) for _ in range(WORKERS)]
        for each in databases:
            stack.push_async_callback(each.close)
        yield [Shop(each, MovableClock()) for each in databases]


async def check(shop: Shop, leads: int = 1) -> None:
    escalations = Counter(
        (row.body["level"], row.body["reason"]) for row in await shop.rows("escalation")
    )
    assert escalations == {key: n * leads for key, n in ESCALATIONS.items()}
    notices = Counter(row.body["kind"] for row in await shop.rows("notice"))
    assert {kind: notices[kind] for kind in NOTICES} == {k: n * leads for k, n in NOTICES.items()}
    bells = await count_bells(shop)
    assert {kind: bells[kind] for kind in BELLS} == {k: n * leads for k, n in BELLS.items()}
    assert bells["away"] == notices["away"]
    assert bells.keys() <= {*BELLS, "away"}
    assert len(await shop.rows("offer")) == 2 * leads


async def count_bells(shop: Shop) -> Counter[str]:
    async with shop.database.read() as connection:
        kinds = await connection.execute(select(notifications.c.kind))
        return Counter(kinds.scalars())


@pytest.mark.parametrize("seed", range(3))
async def test_three_workers_whose_clocks_step_by_an_hour_fire_each_rung_once(
    shop: Shop, rivals: list[Shop], seed: int
) -> None:
    chance = random.Random(seed)
    await shop.scan()
    for minutes in STEPS:
        shop.clock.advance(minutes=minutes)
        for rival in rivals:
            rival.clock.now = shop.clock() + chance.choice((-HOUR_MS, 0, HOUR_MS))
        await asyncio.gather(*(rival.settle() for rival in rivals))
    await shop.settle()
    await check(shop)


async def test_a_clock_that_goes_back_an_hour_takes_no_rung_back_and_repeats_none(
    shop: Shop,
) -> None:
    await shop.scan()
    for minutes in (0, 16, -60, 60, 5, -60, 60, 40, -60, 60, 24 * 60, -60, 60):
        await shop.wait(minutes=minutes)
    await check(shop)


async def test_a_clock_that_jumps_ahead_an_hour_fires_what_it_passed_once_and_in_order(
    shop: Shop,
) -> None:
    await shop.scan()
    await shop.settle()
    await shop.wait(hours=1)
    levels = [row.body["level"] for row in await shop.rows("escalation")]
    assert levels == ["next", "manager", "area"]
    await shop.wait(hours=-1)
    await shop.wait(hours=24)
    await check(shop)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before", "after"])
async def test_a_worker_killed_around_every_commit_of_the_ladder_repeats_and_loses_nothing(
    shop: Shop, database_url: str, point: Point
) -> None:
    """Each life is one commit further than the one before it, and dies of the next."""
    await shop.scan()
    await shop.settle()
    shop.clock.advance(hours=24)
    deaths, nth = 0, 1 if point == "after" else 2
    while (ended := work_in_a_process(database_url, shop.clock(), point, nth)) != 0:
        assert ended == -signal.SIGKILL
        deaths += 1
        assert deaths < 3 * COMMITS, "no life gets further than the one before"
    assert deaths >= COMMITS - 1
    await check(shop)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before", "after"])
async def test_three_processes_at_once_of_which_two_are_killed_fire_each_rung_once(
    shop: Shop, database_url: str, point: Point
) -> None:
    leads = 4
    for n in range(leads):
        await shop.scan(phone=f"1390000100{n}")
    await shop.settle()
    for minutes in (15, 5, 5, 5, 30, 23 * 60):
        shop.clock.advance(minutes=minutes)
        lives: list[tuple[Point, int]] = [(point, 1), (point, 2), ("never", 0)]
        at_once = [
            asyncio.to_thread(work_in_a_process, database_url, shop.clock(), *life)
            for life in lives
        ]
        assert set(await asyncio.gather(*at_once)) <= {0, -signal.SIGKILL}
    await check(shop, leads)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before", "after"])
async def test_a_worker_killed_around_the_mornings_digest_sends_one(
    shop: Shop, database_url: str, point: Point
) -> None:
    assert await shop.receive("bo") == []
    await shop.settle()
    lead = await shop.row("lead")
    met = {"customer_id": lead.root, **contact(greeting="met", needs="clear")}
    assert await shop.push("bo", ("follow_up", new_id(), met)) == []
    shop.clock.advance(hours=72)
    assert work_in_a_process(database_url, shop.clock(), point, 1) == -signal.SIGKILL
    assert work_in_a_process(database_url, shop.clock()) == 0
    assert len(await shop.rows("notice", kind="digest")) == 1
    assert len(await shop.rows("notice", kind="team_digest")) == 1
