"""The public pool: who gets there, who is warned before, what the store sees of it."""

from typing import Any

import pytest

from server.clock import DAY_MS
from server.exchange.entities import ENTITIES
from server.pool.rounds import plan_rounds
from tests.conftest import MovableClock, PhoneOf
from tests.phone import Phone
from tests.server.deeds import follow_up, make_id, register, say, self_reception
from tests.server.held import Holder
from tests.server.pool_stage import Pool, claim

SKIPPED = {step: {"result": "skipped"} for step in ("needs", "proposal", "objection")}
NO_ANSWER: dict[str, Any] = {"greeting": {"result": "no_answer"}, "channel": "phone", **SKIPPED}


async def try_calling(phone: Phone, id: str) -> None:
    assert await say(phone, "follow_up", **follow_up(id, **NO_ANSWER)) is None


# Reclaim and release


async def test_who_was_never_tried_goes_back_after_a_warning_and_the_manager_is_told(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, name="王小明", phone="13812341234", tier="A")
    await pool.pass_days(8)
    assert "release_at" not in (await Holder(bo).pull()).rows[id].body
    await pool.pass_days(1)
    held = await Holder(bo).pull()
    warned = held.rows[id].body
    assert (warned["release_why"], warned["warned_at"]) == ("no_attempt", pool.clock())
    warning = next(row.body for row in held.of("notice") if row.body["kind"] == "release_warning")
    assert warning["until_at"] == warned["release_at"] > pool.clock() + 2 * DAY_MS
    await pool.pass_days(4)
    assert id in (await Holder(bo).pull()).rows
    await pool.pass_days(1)
    bos, lins = await Holder(bo).pull(), await Holder(lin).pull()
    assert id not in bos.rows
    assert bos.agrees()
    body = lins.rows[id].body
    assert (body["owner_id"], body["former_id"], body["tier"]) == (None, "bo", "A")
    told = [row.body for row in lins.of("notice")]
    assert [(each["kind"], each["from_id"]) for each in told] == [("reclaimed", "bo")]


async def test_who_does_not_answer_is_released_and_falls_a_tier(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, tier="A")
    for _ in range(2):
        await pool.pass_days(3)
        await try_calling(bo, id)
    await pool.pass_days(8)
    lins = await Holder(lin).pull()
    assert (lins.rows[id].body["owner_id"], lins.rows[id].body["tier"]) == (None, "B")
    assert lins.one("pool_card").body["why"] == "no_answer"
    assert [row.body["kind"] for row in lins.of("notice")] == []


async def test_a_contact_after_the_warning_ends_it(pool: Pool, phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    await pool.pass_days(12)
    assert (await Holder(bo).pull()).rows[id].body["release_at"]
    assert await say(bo, "follow_up", **follow_up(id, revisit=no_more())) is None
    await pool.pass_days(2)
    assert (await Holder(bo).pull()).rows[id].body["release_at"] is None
    await pool.pass_days(7)
    assert (await Holder(bo).pull()).rows[id].body["owner_id"] == "bo"


async def test_an_appointment_in_a_year_that_no_calendar_has_stops_nobodys_round(
    pool: Pool, phone_of: PhoneOf, caplog: pytest.LogCaptureFixture
) -> None:
    """A slip of the finger: 22026. Of an opportunity, too, which is touched every second day."""
    bo, became, never = await phone_of("bo"), make_id(), 632_900_000_000_000
    await bo.push(self_reception(bo, became, phone="13900000008"))
    lead = (await Holder(bo).pull()).one("lead")
    assert await say(bo, "closing", lead_id=lead.id, reason="opportunity") is None
    silent = await register(bo)
    for id in (became, await register(bo, phone="13900000009")):
        booked = {"result": "booked", "at": never}
        assert await say(bo, "follow_up", **follow_up(id, revisit=booked)) is None
    await pool.pass_days(15)
    rows = (await Holder(await phone_of("lin")).pull()).rows
    assert (rows[silent].body["owner_id"], rows[became].body["next_at"]) == (None, never)
    assert "deadline failed" not in caplog.text


def no_more() -> dict[str, Any]:
    return {"result": "no_contact", "reason": "下个月再说"}


@pytest.mark.parametrize("state", ["leave", "travel"])
async def test_nobody_loses_a_customer_while_they_are_away(
    pool: Pool, phone_of: PhoneOf, state: str
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    await pool.pass_days(12)
    assert (await Holder(bo).pull()).rows[id].body["release_at"]
    await pool.change("bo", state=state)
    await pool.pass_days(18)
    body = (await Holder(bo).pull()).rows[id].body
    assert (body["owner_id"], body["release_at"]) == ("bo", None)
    await pool.change("bo", state="active")
    await pool.pass_days(1)
    assert (await Holder(bo).pull()).rows[id].body["release_at"] > pool.clock() + 2 * DAY_MS


async def test_the_new_year_holiday_is_nobodys_fault(
    pool: Pool, phone_of: PhoneOf, clock: MovableClock
) -> None:
    """Registered on Monday the 9th of February 2026; from the 15th to the 23rd everybody rests."""
    clock.now -= 287 * DAY_MS
    bo = await phone_of("bo")
    id = await register(bo)
    clock.advance(hours=-1, minutes=-1)
    await plan_rounds(pool.database, ENTITIES, clock())
    await pool.pass_days(14)
    assert "release_at" not in (await Holder(bo).pull()).rows[id].body


async def test_a_customer_whom_somebody_is_receiving_stays(
    pool: Pool, phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    id = await register(bo, phone="13900000008")
    await pool.pass_days(9)
    again = self_reception(chen, make_id(), phone="13900000008")
    await chen.push(again)
    await pool.pass_days(9)
    assert (await Holder(chen).pull()).rows[id].body["owner_id"] == "bo"


async def test_an_answered_lead_does_not_shield_a_customer_and_is_closed_with_them(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = make_id()
    await bo.push(self_reception(bo, id))
    await pool.pass_days(15)
    lins = await Holder(lin).pull()
    assert lins.rows[id].body["owner_id"] is None
    assert lins.rows[id].body["holder_ids"] == []
    lead = lins.one("lead").body
    assert (lead["state"], lead["close_reason"]) == ("closed", "pool")


# Cards


async def test_the_store_sees_a_masked_card_and_nothing_else(pool: Pool, phone_of: PhoneOf) -> None:
    bo, chen, wu = await phone_of("bo"), await phone_of("chen"), await phone_of("wu")
    id = await register(bo, name="王小明", salutation="", phone="13812341234", community="阳光花园")
    assert await say(bo, "comment", customer_id=id, text="很挑剔") is None
    await pool.give(id, None)
    chens = await Holder(chen).pull()
    body = chens.one("pool_card").body
    assert (body["name_masked"], body["phone_masked"]) == ("王**", "138 **** 1234")
    assert (body["need"], body["pooled_at"]) == ("全屋定制", pool.clock())
    assert id not in chens.rows
    seen = str([row.body for row in chens.rows.values()])
    assert not [word for word in ("王小明", "12341234", "很挑剔", "阳光花园") if word in seen]
    assert (await Holder(wu).pull()).of("pool_card") == []


async def test_a_customer_who_comes_by_leaves_the_pool_until_they_are_received(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    id = await register(bo, phone="13900000008")
    await pool.give(id, None)
    card = (await Holder(chen).pull()).one("pool_card").id
    xia = await phone_of("xia")
    unit = self_reception(xia, make_id(), phone="13900000008")[:2]
    unit[1]["f"] |= {"reception": "none"}
    del unit[1]["f"]["lead_id"]
    await xia.push(unit)
    assert (await Holder(chen).pull()).of("pool_card") == []
    refused = await claim(chen, card)
    assert refused is not None
    assert refused["code"] == "not_in_pool"
    lead = (await Holder(lin).pull()).one("lead").id
    assert await say(lin, "closing", lead_id=lead, reason="no_need") is None
    assert (await Holder(chen).pull()).one("pool_card").id != card


async def test_a_deleted_customer_leaves_the_pool_and_comes_back_with_it(
    pool: Pool, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await pool.give(id, None)
    assert await say(lin, "deletion", row_id=id) is None
    lins = await Holder(lin).pull()
    assert lins.of("pool_card") == []
    deletion = lins.one("deletion").id
    assert await say(lin, "correction", fact_id=deletion, void=True) is None
    assert (await Holder(lin).pull()).one("pool_card").body["customer_id"] == id
