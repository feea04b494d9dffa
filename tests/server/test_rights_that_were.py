"""Since when rights that were still count: new phones, work from other phones, long queues."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.db import Database
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import customer, follow_up, make_id, register, say, self_reception
from tests.server.held import Holder
from tests.server.test_parted_phones import change
from tests.server.test_pull import give

PhoneOf = Callable[[str], Awaitable[Phone]]


def comment(phone: Phone, customer_id: str, text: str = "想看北欧风") -> dict[str, Any]:
    return phone.operation("comment", make_id(), {"customer_id": customer_id, "text": text})


async def codes(phone: Phone, *units: list[dict[str, Any]], **envelope: Any) -> list[str]:
    answer = (await phone.push(*units, **envelope)).json()
    return [each["code"] for each in answer.get("except", [])]


# A new phone


async def test_a_new_phone_has_no_right_that_its_person_lost_before(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    """Lin managed Renmin, and has been a rep at the other store for weeks."""
    bo = await phone_of("bo")
    id, told = await register(bo), make_id()
    await bo.push([bo.operation("follow_up", told, follow_up(id))])
    await change(hua, "lin", role="rep", store_ids=["store-binjiang"])
    clock.advance(days=20)
    lin = await phone_of("lin")
    void = lin.operation("correction", make_id(), {"fact_id": told, "void": True})
    edit = lin.operation("customer", id, {"need": "改掉"}, 0)
    assert await codes(lin, [void], [edit]) == ["not_found", "not_found"]
    held = await Holder(bo).pull()
    assert (held.one("follow_up").body.get("void"), held.rows[id].body["need"]) == (
        None,
        "全屋定制",
    )


async def test_a_new_phone_never_held_what_its_person_had_lost_before(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    chen = await phone_of("chen")
    id = await register(chen)
    await give(database, clock, id, owner_id="bo")
    await give(database, clock, id, owner_id="chen")
    clock.advance(days=2)
    bo = await phone_of("bo")
    assert await codes(bo, [comment(bo, id)]) == ["not_found"]


async def test_a_phone_that_never_pushed_holds_what_it_was_enrolled_with(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    chen = await phone_of("chen")
    id = await register(chen)
    await give(database, clock, id, owner_id="bo")
    bo = await phone_of("bo")
    clock.advance(days=2)
    written = comment(bo, id)
    await give(database, clock, id, owner_id="chen")
    assert await codes(bo, [written]) == []


async def test_a_phone_that_never_pushed_keeps_the_rights_it_was_enrolled_with(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    clock.advance(days=2)
    written = comment(lin, id)
    await change(hua, "lin", role="rep", store_ids=["store-binjiang"])
    assert await codes(lin, [written]) == []


# What rights that were reach


async def test_who_worked_at_a_store_reports_what_left_it_since(
    phone_of: PhoneOf, database: Database, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    """Lin's own move and the customer's both came between two of her contacts."""
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    clock.advance(hours=1)
    written = comment(lin, id)
    await change(hua, "lin", role="rep", store_ids=["store-binjiang"])
    await give(database, clock, id, store_id="store-binjiang", owner_id="wu")
    assert await codes(lin, [written]) == []


async def test_who_worked_at_a_store_registers_there_what_was_written_before(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    lin = await phone_of("lin")
    clock.advance(hours=1)
    written = lin.operation("customer", make_id(), customer())
    await change(hua, "lin", store_ids=["store-binjiang"])
    assert await codes(lin, [written]) == []
    late = lin.operation("customer", make_id(), customer(phone="13900000002"))
    assert await codes(lin, [late]) == ["forbidden"]


async def test_work_from_another_phone_is_judged_by_the_contact_of_that_phone(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    """Written as manager on a phone that broke, taken over in a file, sent after the move."""
    bo, broken = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await broken.push([comment(broken, id, "店里见过")])
    clock.advance(hours=1)
    unsent = comment(broken, id, "还没发出")
    clock.advance(hours=1)
    await change(hua, "lin", role="rep", store_ids=["store-binjiang"])
    clock.advance(hours=1)
    lin = await phone_of("lin")
    assert await codes(lin, [{**unsent, "n": 1}]) == []
    lin.next_seq = 2
    assert await codes(lin, [comment(lin, id, "现在写的")]) == ["not_found"]
    again = {**comment(lin, id, "文件里还有"), "t": unsent["t"]}
    assert await codes(lin, [again]) == [], "a file may be brought at any time"


@pytest.mark.parametrize(("minutes", "told"), [(4, ["not_found"]), (6, [])])
async def test_what_was_written_minutes_before_a_contact_was_under_way_then(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock, minutes: int, told: list[str]
) -> None:
    """Up to five: a phone of its own. Earlier, it came from another one, whose contact counts."""
    bo, old = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await old.push([comment(old, id)])
    clock.advance(hours=1)
    await change(hua, "lin", role="rep", store_ids=["store-binjiang"])
    clock.advance(hours=1)
    lin = await phone_of("lin")
    written = {**comment(lin, id), "t": clock() - minutes * 60_000}
    assert await codes(lin, [written]) == told


@pytest.mark.parametrize(("days", "is_lost"), [(31, False), (1, True)])
async def test_a_phone_that_was_revoked_or_long_silent_vouches_for_nothing(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock, days: int, is_lost: bool
) -> None:
    bo, other = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    clock.advance(hours=1)
    unsent = comment(other, id)
    if is_lost:
        await other.client.delete(f"/api/devices/{other.device}?why=lost")
    await change(hua, "lin", role="rep", store_ids=["store-binjiang"])
    clock.advance(days=days)
    lin = await phone_of("lin")
    assert await codes(lin, [{**unsent, "n": 1}]) == ["not_found"]


# A queue that is sent in several pushes


async def test_who_always_says_more_keeps_no_rights_beyond_a_week(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    chen, bo = await phone_of("chen"), await phone_of("bo")
    id, other = await register(chen), await register(chen, phone="13900000002")
    await give(database, clock, id, owner_id="bo")
    await bo.push([comment(bo, id)])
    await give(database, clock, id, owner_id="chen")
    clock.advance(days=30)
    assert await codes(bo, [comment(bo, id)], more=True) == [], "silent until now"
    clock.advance(days=7)
    assert await codes(bo, [comment(bo, id)], more=True) == []
    clock.advance(minutes=1)
    assert await codes(bo, [comment(bo, id)], more=True) == ["not_found"]
    await give(database, clock, other, owner_id="bo")
    await give(database, clock, other, owner_id="chen")
    clock.advance(minutes=1)
    assert await codes(bo, [comment(bo, other)], more=True) == [], "another queue begins"
    assert await codes(bo, [comment(bo, id)], more=True) == ["not_found"]


async def test_a_queue_after_a_long_silence_may_come_in_several_pushes(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await lin.push([comment(lin, id)])
    clock.advance(minutes=1)
    await change(hua, "lin", store_ids=["store-binjiang"])
    clock.advance(days=60)
    for more in (True, True, False):
        clock.advance(hours=8)
        assert await codes(lin, [comment(lin, id)], more=more) == []


# A record that became part of another


async def test_a_follow_up_of_a_lead_that_was_closed_by_a_decision_is_not_lost(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    """Chen's customer turned out to be Bo's, and the younger of the two leads ended."""
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    older, id = make_id(), make_id()
    await bo.push(self_reception(bo, older))
    clock.advance(minutes=5)
    await chen.push(self_reception(chen, id, phone="13900000002"))
    lead = (await Holder(chen).pull()).one("lead")
    clock.advance(days=2)
    await chen.push([chen.operation("customer", id, {"phone": "13900000001"}, 0)])
    told = chen.operation("follow_up", make_id(), follow_up(id, lead_id=lead.id))
    asked = (await Holder(lin).pull()).one("candidate")
    assert await say(lin, "decision", candidate_id=asked.id, choice="same") is None
    clock.advance(minutes=5)
    assert await codes(chen, [told]) == []
    assert (await Holder(bo).pull()).one("follow_up").root == older
