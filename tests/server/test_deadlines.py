"""Store.md 4 and 7: closed hours, first follow-up, and a worker that keeps going."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from server.db import Database
from tests.cast import RENMIN, ZONE
from tests.conftest import MovableClock
from tests.server.shop import Shop


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


async def go(shop: Shop, text: str) -> None:
    """The clock strikes; the worker does what fell due."""
    shop.clock.now = at(text)
    await shop.settle()


async def test_received_at_ten_to_closing_escalates_at_twenty_past_opening(shop: Shop) -> None:
    await go(shop, "2026-11-23 21:50")
    await shop.scan()
    await shop.settle()
    assert (await shop.lead())["clock"]["escalate_at"] == at("2026-11-24 10:20")
    await go(shop, "2026-11-24 10:00")
    assert await shop.told("nudge") == []
    await go(shop, "2026-11-24 10:19")
    assert await shop.rows("escalation", level="manager") == []
    await go(shop, "2026-11-24 10:20")
    assert len(await shop.rows("escalation", level="manager")) == 1


async def test_at_night_nothing_rings_and_a_name_is_planned(shop: Shop) -> None:
    await go(shop, "2026-11-23 23:00")
    await shop.scan()
    await shop.settle()
    lead = await shop.lead()
    assert (lead["state"], lead["clock"]) == ("waiting", None)
    assert lead["responsible_id"] in ("bo", "chen")
    assert await shop.rows("offer") == []
    assert await shop.rows("notice") == []
    await go(shop, "2026-11-24 09:59")
    assert await shop.rows("offer") == []


async def test_a_lead_of_the_night_is_offered_at_opening_and_its_clock_starts(shop: Shop) -> None:
    await go(shop, "2026-11-23 23:00")
    await shop.scan()
    await shop.settle()
    await go(shop, "2026-11-24 10:00")
    assert (await shop.offer()).body["offered_at"] == at("2026-11-24 10:00")
    assert (await shop.lead())["clock"]["escalate_at"] == at("2026-11-24 10:30")


async def test_who_is_eligible_is_decided_again_at_opening(shop: Shop) -> None:
    await go(shop, "2026-11-23 23:00")
    await shop.scan()
    await shop.settle()
    planned = (await shop.lead())["responsible_id"]
    await shop.change(planned, state="leave")
    await go(shop, "2026-11-24 10:00")
    assert (await shop.offer()).body["to_id"] in {"bo", "chen"} - {planned}


async def test_an_offer_of_the_evening_moves_if_its_person_is_on_leave_at_opening(
    shop: Shop,
) -> None:
    await go(shop, "2026-11-23 21:50")
    await shop.scan()
    await shop.settle()
    first = (await shop.offer()).body["to_id"]
    await shop.change(first, state="leave")
    await go(shop, "2026-11-24 10:00")
    assert (await shop.offer()).body["to_id"] in {"bo", "chen"} - {first}
    assert (await shop.row("offer", to_id=first)).body["state"] == "withdrawn"


async def test_with_nobody_planned_the_night_lead_carries_the_managers_name(shop: Shop) -> None:
    for who in ("bo", "chen"):
        await shop.change(who, state="leave")
    await go(shop, "2026-11-23 23:00")
    await shop.scan()
    await shop.settle()
    assert (await shop.lead())["responsible_id"] == "lin"
    assert await shop.rows("escalation") == []
    await go(shop, "2026-11-24 10:00")
    assert await shop.told("escalated") == ["lin"]


async def test_a_rung_that_the_server_slept_through_waits_for_opening(shop: Shop) -> None:
    await go(shop, "2026-11-23 21:20")
    await shop.scan()
    await shop.settle()
    await go(shop, "2026-11-23 23:30")
    assert await shop.rows("notice") == []
    await go(shop, "2026-11-24 10:00")
    assert await shop.told("escalated") == ["lin"]
    assert len(await shop.told("nudge")) == 1


async def test_the_first_follow_up_is_due_after_a_day_whoever_holds_the_lead(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await shop.accept(offer.body["to_id"], offer)
    await go(shop, "2026-11-24 10:29")
    assert await shop.told("warning") == []
    await go(shop, "2026-11-24 10:30")
    assert await shop.told("warning") == [offer.body["to_id"]]
    assert await shop.told("escalated") == ["lin"]
    assert (await shop.row("escalation")).body["reason"] == "first_follow_up"


async def test_a_server_that_was_down_for_days_catches_up_at_once(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    await go(shop, "2026-11-26 15:00")
    assert sorted(row.body["kind"] for row in await shop.rows("notice")) == [
        "escalated",
        "escalated",
        "escalated",
        "nudge",
        "warning",
        "warning",
    ]
    reasons = [row.body["reason"] for row in await shop.rows("escalation")]
    assert sorted(reasons) == ["first_follow_up", "unanswered", "unanswered", "unanswered"]


async def test_a_first_follow_up_due_on_a_closed_day_is_due_an_hour_after_opening(
    shop: Shop,
) -> None:
    await shop.change(RENMIN, closures=["2026-11-24"])
    await shop.scan()
    assert (await shop.lead())["first_follow_up_due_at"] == at("2026-11-25 11:00")


async def test_a_store_that_never_opens_still_has_a_name_on_its_leads(shop: Shop) -> None:
    await shop.change(RENMIN, hours=[[]] * 7)
    await shop.scan()
    await shop.settle()
    lead = await shop.lead()
    assert (lead["state"], lead["clock"]) == ("waiting", None)
    assert lead["responsible_id"]


async def test_a_deadline_that_cannot_be_fired_does_not_keep_others_from_their_turn(
    shop: Shop,
) -> None:
    await shop.scan()
    await shop.change(RENMIN, zone="Nowhere/Nowhere")
    await shop.settle()
    assert await shop.rows("offer") == []
    await shop.change(RENMIN, zone=ZONE)
    await shop.wait(minutes=1)
    assert len(await shop.rows("offer")) == 1


async def test_the_worker_wakes_up_for_a_commit_and_for_the_time(
    shop: Shop, clock: MovableClock
) -> None:
    running = asyncio.create_task(shop.worker.run(clock))
    try:
        await asyncio.sleep(0.05)
        await shop.scan()
        shop.worker.movement.work.set()
        for _ in range(100):
            if await shop.rows("offer"):
                break
            await asyncio.sleep(0.02)
        assert len(await shop.rows("offer")) == 1
        clock.advance(minutes=15)
        for _ in range(150):
            if await shop.told("nudge"):
                break
            await asyncio.sleep(0.02)
        assert len(await shop.told("nudge")) == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
