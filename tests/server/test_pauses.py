"""Store.md 5: whoever heads a lead may put it off, twice at most; and may say that they know."""

from typing import Any

import pytest

from server.db import Database
from sync import Refused, Row
from tests.cast import BINJIANG
from tests.conftest import MovableClock
from tests.server.shop import Shop, new_id

MINUTE_MS = 60_000
FIELDS = {"reason": "with_them", "note": "在样板间"}


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def wait_for_answer(shop: Shop) -> Row:
    await shop.scan()
    await shop.settle()
    return await shop.row("lead")


async def snooze(shop: Shop, who: str = "lin", minutes: int = 60, **fields: Any) -> str | None:
    """Returns the code if it was refused."""
    lead = (await shop.rows("lead"))[0]
    until = shop.clock() + minutes * MINUTE_MS
    unit = {"lead_id": lead.id, "until": until, **FIELDS, **fields}
    for each in await shop.push(who, ("snooze", new_id(), unit)):
        assert isinstance(each, Refused)
        return each.code
    return None


async def acknowledge(shop: Shop, who: str) -> str | None:
    lead = (await shop.rows("lead"))[0]
    for each in await shop.push(who, ("lead_acknowledgement", new_id(), {"lead_id": lead.id})):
        assert isinstance(each, Refused)
        return each.code
    return None


async def noted(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await shop.lead()).get("acknowledgements", [])
    return found


async def test_the_rungs_still_to_come_move_by_the_pause_and_then_go_on(shop: Shop) -> None:
    await wait_for_answer(shop)
    await shop.wait(minutes=16)
    assert len(await shop.told("nudge")) == 1
    assert await snooze(shop, minutes=60) is None
    await shop.wait(minutes=60)
    assert await shop.rows("escalation") == []
    await shop.wait(minutes=3, seconds=59)
    assert await shop.rows("escalation") == []
    await shop.wait(seconds=1)
    assert [row.body["level"] for row in await shop.rows("escalation")] == ["next"]
    await shop.wait(minutes=10)
    assert await shop.told("escalated") == ["lin"]
    assert len(await shop.told("nudge")) == 1
    await shop.wait(minutes=30)
    assert await shop.told("escalated") == ["lin", "qiao"]


async def test_a_pause_says_who_why_and_until_when_on_the_lead_and_the_offer_counts_on(
    shop: Shop,
) -> None:
    await wait_for_answer(shop)
    before = (await shop.offer()).body
    assert await snooze(shop, minutes=45) is None
    told = (await shop.lead())["snooze"]
    until = shop.clock() + 45 * MINUTE_MS
    assert told == {"by": "lin", "at": shop.clock(), "until": until, **FIELDS}
    after = (await shop.offer()).body
    for field in ("nudge_at", "next_at", "escalate_at"):
        assert after[field] == before[field] + 45 * MINUTE_MS
    assert after["next_at"] == (await shop.lead())["clock"]["next_at"]


async def test_a_pause_over_closing_time_leaves_the_store_time_that_was_left(shop: Shop) -> None:
    shop.clock.advance(hours=11)
    await wait_for_answer(shop)
    assert (await shop.lead())["clock"]["nudge_at"] == shop.clock() + 15 * MINUTE_MS
    assert await snooze(shop, minutes=13 * 60) is None
    opened_at = shop.clock() + 13 * 60 * MINUTE_MS
    assert (await shop.lead())["clock"]["nudge_at"] == opened_at + 15 * MINUTE_MS


async def test_a_lead_that_came_at_night_starts_its_clock_after_the_pause(shop: Shop) -> None:
    shop.clock.advance(hours=13)
    await wait_for_answer(shop)
    assert (await shop.lead())["clock"] is None
    assert await snooze(shop, minutes=12 * 60) is None
    until = shop.clock() + 12 * 60 * MINUTE_MS
    await shop.wait(hours=11)
    assert (await shop.lead())["clock"]["nudge_at"] == until + 15 * MINUTE_MS


async def test_a_pause_needs_a_reason_and_what_is_other_needs_words(shop: Shop) -> None:
    await wait_for_answer(shop)
    assert await snooze(shop, reason="because") == "invalid"
    assert await snooze(shop, reason="other", note=" ") == "invalid"
    assert await snooze(shop, reason="other", note="停电") is None


async def test_a_lead_is_never_put_off_beyond_its_first_follow_up_or_into_the_past(
    shop: Shop,
) -> None:
    lead = await wait_for_answer(shop)
    until = lead.body["first_follow_up_due_at"]
    assert await snooze(shop, until=until + 1) == "snooze_too_long"
    assert await snooze(shop, minutes=0) == "snooze_over"
    assert (await shop.lead()).get("snooze") is None
    assert await snooze(shop, until=until) is None


async def test_a_lead_is_put_off_twice_at_most(shop: Shop) -> None:
    await wait_for_answer(shop)
    assert await snooze(shop, minutes=10) is None
    assert await snooze(shop, minutes=20) is None
    assert await snooze(shop, minutes=30) == "snoozed_enough"
    assert (await shop.lead())["snoozes"] == 2


async def test_only_whoever_heads_the_lead_puts_it_off(shop: Shop) -> None:
    await wait_for_answer(shop)
    assert await snooze(shop, "bo") == "forbidden"
    assert await snooze(shop, "qiao") == "not_found", "not escalated to the area manager yet"
    await shop.wait(minutes=61)
    assert await snooze(shop, "qiao") is None


async def test_a_manager_of_another_store_does_not_put_it_off(shop: Shop) -> None:
    await shop.scan(store=BINJIANG)
    await shop.settle()
    assert await snooze(shop, "lin") == "not_found"


async def test_an_accepted_lead_is_not_put_off_and_its_pause_is_over(shop: Shop) -> None:
    await wait_for_answer(shop)
    assert await snooze(shop) is None
    offer = await shop.offer()
    assert await shop.accept(offer.body["to_id"], offer) == []
    assert (await shop.lead())["snooze"] is None
    assert await snooze(shop) == "taken"
    await shop.wait(hours=3)
    assert await shop.rows("escalation") == []


async def test_reassigning_ends_the_pause_and_starts_the_clock_anew(shop: Shop) -> None:
    lead = await wait_for_answer(shop)
    assert await snooze(shop) is None
    other = {"bo": "chen", "chen": "bo"}[(await shop.offer()).body["to_id"]]
    await shop.push("lin", ("reassignment", new_id(), {"lead_id": lead.id, "to_id": other}))
    await shop.settle()
    assert (await shop.lead())["snooze"] is None
    await shop.wait(minutes=15)
    assert await shop.told("nudge") == [other]


async def test_the_ten_minutes_of_a_personal_code_wait_for_the_pause(shop: Shop) -> None:
    await shop.scan(rep_id="bo")
    await shop.settle()
    assert await snooze(shop, minutes=30) is None
    await shop.wait(minutes=39)
    assert (await shop.offer()).body["to_id"] == "bo"
    await shop.wait(minutes=1)
    assert (await shop.offer()).body["to_id"] == "chen"


async def test_whoever_it_was_escalated_to_says_that_they_know_and_nothing_stops(
    shop: Shop,
) -> None:
    await wait_for_answer(shop)
    await shop.wait(minutes=30)
    assert await acknowledge(shop, "lin") is None
    assert (await shop.lead())["acknowledged"] == {"by": "lin", "at": shop.clock()}
    assert (await shop.lead())["state"] == "offered"
    await shop.wait(minutes=30)
    assert await shop.told("escalated") == ["lin", "qiao"]
    assert (await shop.lead())["acknowledged"] is None, "the next one has not said so yet"
    assert [each["staff_id"] for each in await noted(shop)] == ["lin"], "and what was said stays"


async def test_nobody_says_for_another_that_they_know(shop: Shop) -> None:
    await wait_for_answer(shop)
    assert await acknowledge(shop, "lin") == "forbidden"
    await shop.wait(minutes=30)
    assert await acknowledge(shop, "hua") in ("forbidden", "not_found")


async def test_saying_so_after_it_was_accepted_is_no_fault_and_no_news(shop: Shop) -> None:
    await wait_for_answer(shop)
    await shop.wait(minutes=30)
    offer = await shop.offer()
    await shop.accept(offer.body["to_id"], offer)
    assert await acknowledge(shop, "lin") is None
    assert (await shop.lead()).get("acknowledged") is None
    assert [each["staff_id"] for each in await noted(shop)] == ["lin"]


async def test_what_was_said_before_there_was_a_list_stays_when_it_becomes_another_s(
    shop: Shop,
) -> None:
    await wait_for_answer(shop)
    await shop.wait(minutes=30)
    said = {"by": "lin", "at": shop.clock()}
    await shop.change((await shop.row("lead")).id, acknowledged=said)
    await shop.wait(minutes=30)
    assert (await shop.lead())["acknowledged"] is None
    told = {"staff_id": "lin", "at": said["at"], "channel": "app"}
    assert await noted(shop) == [told]
