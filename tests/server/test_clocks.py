"""What the clock of a phone is worth, from one push to the next (law 15)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import customer, follow_up, make_id, register
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]
HOUR = 3_600_000


def comment(phone: Phone, customer_id: str, text: str = "想看北欧风") -> dict[str, Any]:
    return phone.operation("comment", make_id(), {"customer_id": customer_id, "text": text})


async def times(phone: Phone) -> dict[str, int]:
    """When each comment counts from."""
    return {row.body["text"]: row.meta[1] for row in (await Holder(phone).pull()).of("comment")}


async def test_a_clock_that_stepped_is_uncertain_for_the_whole_queue(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    """An hour fast at the contact and while both were written, put right before they are sent."""
    bo = await phone_of("bo")
    id = await register(bo)
    await bo.push([comment(bo, id, "零")], sent_at=clock() + HOUR)
    contact_at = clock()
    clock.advance(hours=2)
    one, two = ({**comment(bo, id, text), "t": clock() + HOUR} for text in ("一", "二"))
    clock.advance(hours=2)
    await bo.push([one], more=True)
    clock.advance(minutes=1)
    await bo.push([two])
    at = await times(bo)
    assert (at["一"], at["二"]) == (contact_at, contact_at)
    clock.advance(hours=1)
    await bo.push([comment(bo, id, "三")])
    assert (await times(bo))["三"] == clock(), "the clock is known again"


@pytest.mark.parametrize("skew", [0, -HOUR])
async def test_a_clock_that_was_reset_to_1970_wrote_nothing_before_the_last_contact(
    phone_of: PhoneOf, clock: MovableClock, skew: int
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    contact_at = clock()
    clock.advance(days=1)
    await bo.push([{**comment(bo, id), "t": 1_000}], sent_at=clock() + skew)
    (at,) = (await times(bo)).values()
    assert contact_at - 5 * 60_000 <= at <= contact_at


async def test_a_phone_whose_clock_starts_in_1970_wrote_nothing_before_it_was_enrolled(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    enrolled_at = clock()
    clock.advance(hours=1)
    first = {**bo.operation("customer", make_id(), customer()), "t": 1_000}
    await bo.push([first])
    assert (await Holder(bo).pull()).one("customer").meta[1] == enrolled_at - 5 * 60_000


async def test_what_was_written_while_a_push_was_on_its_way_keeps_its_time(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    sent_at = clock()
    clock.advance(minutes=1)
    await bo.push([comment(bo, id, "一")], sent_at=clock())
    clock.advance(minutes=1)
    await bo.push([{**comment(bo, id, "二"), "t": sent_at + 30_000}])
    assert (await times(bo))["二"] == sent_at + 30_000


@pytest.mark.parametrize("is_replaced", [False, True])
async def test_work_that_was_taken_over_in_a_file_keeps_its_time(
    phone_of: PhoneOf, clock: MovableClock, is_replaced: bool
) -> None:
    old = await phone_of("bo")
    id = await register(old)
    clock.advance(hours=1)
    unsent = comment(old, id)
    clock.advance(days=1)
    if is_replaced:
        await old.client.delete(f"/api/devices/{old.device}?why=replaced")
    bo = await phone_of("bo")
    await bo.push([comment(bo, id, "今天")])
    clock.advance(days=1)
    await bo.push([{**unsent, "n": 2}])
    assert (await times(bo))["想看北欧风"] == unsent["t"]


async def test_a_correction_is_late_whatever_its_clock_says(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    id, told = await register(bo), make_id()
    await bo.push([bo.operation("follow_up", told, follow_up(id))])
    written_at = clock()
    clock.advance(days=100)
    await bo.push([comment(bo, id)])
    clock.advance(hours=1)
    void = bo.operation("correction", make_id(), {"fact_id": told, "void": True})
    answer = (await bo.push([{**void, "t": written_at}])).json()
    assert [each["code"] for each in answer["except"]] == ["late"]
