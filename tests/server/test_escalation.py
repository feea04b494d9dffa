"""Store.md 5: an unanswered offer climbs the ladder, each rung exactly once."""

import asyncio

import pytest

from server.db import Database
from tests.cast import RENMIN
from tests.conftest import MovableClock
from tests.server.shop import Shop


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def test_a_scan_is_offered_within_the_same_tick(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    assert offer.body["to_id"] in ("bo", "chen")
    assert offer.scopes == (f"desk:{RENMIN}", f"staff:{offer.body['to_id']}")
    assert "phone" not in offer.body
    lead = await shop.lead()
    assert lead["state"] == "offered"
    assert lead["responsible_id"] == offer.body["to_id"]


async def test_an_unanswered_offer_is_nudged_at_fifteen_minutes(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    first = (await shop.offer()).body["to_id"]
    await shop.wait(minutes=14, seconds=59)
    assert await shop.told("nudge") == []
    await shop.wait(seconds=1)
    await shop.wait(minutes=2)
    assert await shop.told("nudge") == [first]


async def test_an_unanswered_offer_moves_to_the_next_person_at_twenty_minutes(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    first = (await shop.offer()).body["to_id"]
    await shop.wait(minutes=20)
    second = (await shop.offer()).body["to_id"]
    assert {first, second} == {"bo", "chen"}
    assert (await shop.row("offer", to_id=first)).body["state"] == "missed"
    moved = await shop.row("escalation", level="next")
    assert (moved.body["from_id"], moved.body["to_id"]) == (first, second)


async def test_each_offer_keeps_the_card_it_was_made_by(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    await shop.wait(minutes=20)
    first, second = [made.body for made in await shop.rows("offer")]
    assert first["reasons"][0] == {"staff_id": first["to_id"], "code": "fairest"}
    assert {"staff_id": first["to_id"], "code": "missed"} in second["reasons"]
    assert second["reasons"] == (await shop.lead())["reasons"] != first["reasons"]


async def test_an_unanswered_offer_is_warned_about_at_twenty_five_minutes(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    await shop.wait(minutes=20)
    second = (await shop.offer()).body["to_id"]
    await shop.wait(minutes=5)
    await shop.wait(minutes=1)
    assert await shop.told("warning") == [second]


async def test_an_unanswered_offer_reaches_the_manager_at_thirty_minutes(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    await shop.wait(minutes=29, seconds=59)
    assert await shop.rows("escalation", level="manager") == []
    await shop.wait(seconds=1)
    await shop.wait(minutes=10)
    escalation = await shop.row("escalation", level="manager")
    assert escalation.body["to_id"] == "lin"
    lead = await shop.lead()
    assert (lead["responsible_id"], lead["level"]) == ("lin", "manager")
    assert await shop.told("escalated") == ["lin"]
    assert (await shop.offer()).body["to_id"] in ("bo", "chen"), "still acceptable"


async def test_an_unanswered_offer_reaches_the_area_manager_at_sixty_minutes(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    await shop.wait(minutes=60)
    await shop.wait(minutes=60)
    assert await shop.told("escalated") == ["lin", "qiao"]
    assert (await shop.row("escalation", level="area")).body["from_id"] == "lin"
    assert "staff:qiao" in (await shop.row("lead")).scopes


async def test_a_worker_that_was_down_catches_up_with_each_rung_once(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    shop.clock.advance(minutes=31)
    await shop.settle()
    await shop.settle()
    assert len(await shop.rows("escalation", level="manager")) == 1
    assert len(await shop.rows("escalation", level="next")) == 1
    assert len(await shop.told("nudge")) == 1


async def test_two_workers_at_once_escalate_once(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    shop.clock.advance(minutes=31)
    other = Shop(shop.database, shop.clock)
    await asyncio.gather(shop.settle(), other.settle())
    assert len(await shop.rows("escalation", level="manager")) == 1
    assert len(await shop.told("escalated")) == 1


async def test_an_absent_manager_is_skipped(shop: Shop) -> None:
    await shop.change("lin", state="leave")
    await shop.scan()
    await shop.settle()
    await shop.wait(minutes=30)
    assert (await shop.lead())["responsible_id"] == "qiao"


async def test_the_person_on_duty_comes_before_the_manager(shop: Shop) -> None:
    await shop.change(RENMIN, deputy_id="xia")
    await shop.scan()
    await shop.settle()
    await shop.wait(minutes=30)
    assert await shop.told("escalated") == ["xia"]


async def test_escalation_never_goes_to_whoever_missed_it(shop: Shop) -> None:
    await shop.change("chen", state="leave")
    await shop.change(RENMIN, deputy_id="bo")
    await shop.scan()
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "bo"
    await shop.wait(minutes=30)
    assert await shop.told("escalated") == ["lin"]


async def test_with_nobody_eligible_the_manager_has_it_at_once_with_the_reasons(shop: Shop) -> None:
    await shop.change("bo", state="leave")
    await shop.change("chen", accepts_leads=False)
    await shop.scan()
    await shop.settle()
    lead = await shop.lead()
    assert (lead["responsible_id"], lead["level"]) == ("lin", "manager")
    assert {"staff_id": "bo", "code": "leave"} in lead["reasons"]
    assert {"staff_id": "chen", "code": "not_accepting"} in lead["reasons"]
    assert (await shop.row("escalation")).body["reason"] == "nobody_eligible"
    assert (await shop.offer()).body["to_id"] == "lin"


async def test_where_the_manager_was_first_the_area_manager_follows_at_thirty(shop: Shop) -> None:
    await shop.change("bo", state="leave")
    await shop.change("chen", state="leave")
    await shop.scan()
    await shop.settle()
    await shop.wait(minutes=30)
    assert await shop.told("escalated") == ["lin", "qiao"]
    await shop.wait(minutes=30)
    assert await shop.told("escalated") == ["lin", "qiao", "hua"]


async def test_a_lead_that_nobody_at_all_can_take_keeps_its_name_and_is_tried_again(
    shop: Shop,
) -> None:
    for who in ("bo", "chen", "lin", "qiao", "hua"):
        await shop.change(who, state="leave")
    await shop.scan()
    await shop.settle()
    assert (await shop.lead())["responsible_id"] == "lin"
    await shop.change("bo", state="active")
    await shop.wait(minutes=5)
    assert (await shop.offer()).body["to_id"] == "bo"


async def test_an_accepted_lead_climbs_no_further(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await shop.wait(minutes=10)
    assert await shop.accept(offer.body["to_id"], offer) == []
    await shop.wait(hours=2)
    assert await shop.rows("escalation") == []
    assert await shop.told("nudge") == []


async def test_a_store_with_twenty_seconds_of_patience_escalates_in_twenty(shop: Shop) -> None:
    await shop.change(RENMIN, patience_s=20)
    await shop.scan()
    await shop.settle()
    for seconds, level in ((13, "next"), (7, "manager"), (20, "area")):
        await shop.wait(seconds=seconds - 1)
        assert await shop.rows("escalation", level=level) == []
        await shop.wait(seconds=1)
        assert len(await shop.rows("escalation", level=level)) == 1
