"""Follow-ups through a phone's push: eight answers, and what they set in motion."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.phone import Phone
from tests.server.deeds import follow_up, make_id, register, self_reception
from tests.server.held import Holder
from tests.server.test_customers import enter, send

PhoneOf = Callable[[str], Awaitable[Phone]]


async def test_reception_with_greeting_and_needs_is_the_first_contact(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = make_id()
    assert (await bo.push(self_reception(bo, id))).json().get("except") is None
    assert await send(bo, "follow_up", follow_up(id)) is None
    held = await Holder(bo).pull()
    lead = held.one("lead").body
    assert (lead["state"], lead["contacted_at"]) == ("contacted", bo.clock())
    assert lead["steps"]["needs"] == "clear"
    customer = held.rows[id].body
    assert (customer["contact_count"], customer["last_contact_at"]) == (1, bo.clock())
    assert (customer["next_at"], customer["next_kind"]) == (1_795_400_000_000, "revisit")


async def test_an_unanswered_call_leaves_the_lead_waiting_for_contact(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = make_id()
    await bo.push(self_reception(bo, id))
    skipped = {step: {"result": "skipped"} for step in ("needs", "proposal", "objection")}
    attempt = follow_up(id, greeting={"result": "no_answer"}, channel="phone", **skipped)
    assert await send(bo, "follow_up", attempt) is None
    held = await Holder(bo).pull()
    assert held.one("lead").body["state"] == "accepted"
    assert held.rows[id].body["contact_count"] == 0
    assert held.rows[id].body["next_at"] is not None


async def test_no_further_contact_ends_the_appointments(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    await send(bo, "follow_up", follow_up(id))
    ended = follow_up(id, revisit={"result": "no_contact", "reason": "已在别家定了"})
    bo.clock.advance(minutes=5)  # type: ignore[attr-defined]
    assert await send(bo, "follow_up", ended) is None
    body = (await Holder(bo).pull()).rows[id].body
    assert (body["next_at"], body["next_kind"], body["contact_count"]) == (None, None, 2)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"revisit": {"result": "booked"}}, "revisit"),
        ({"revisit": {"result": "no_contact"}}, "revisit"),
        ({"revisit": {"result": "skipped"}}, "revisit"),
        ({"greeting": {"result": "hello"}}, "greeting"),
        ({"mood": ""}, "mood"),
        ({"needs": {"result": "clear", "note": "长" * 501}}, "needs"),
        ({"ended_at": 1}, "ended_at"),
        ({"channel": "mail"}, "channel"),
    ],
)
async def test_an_answer_that_is_none_is_refused_by_name(
    phone_of: PhoneOf, fields: dict[str, Any], field: str
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    refused = await send(bo, "follow_up", follow_up(id, **fields))
    assert (refused["code"], refused["field"]) == ("invalid", field)


async def test_each_of_the_eight_answers_is_required(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    required = ["channel", "greeting", "needs", "proposal", "objection", "revisit", "mood"]
    for field in [*required, "breakthrough"]:
        told = follow_up(id)
        del told[field]
        assert (await send(bo, "follow_up", told))["field"] == field


async def test_a_contact_counts_for_no_other_customers_lead(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id, other = make_id(), await enter(bo, phone="13900000002")
    await bo.push(self_reception(bo, id))
    lead = (await Holder(bo).pull()).one("lead")
    refused = await send(bo, "follow_up", follow_up(other, lead_id=lead.id))
    assert (refused["code"], refused["field"]) == ("not_found", "lead_id")


async def test_nobody_follows_up_a_customer_they_cannot_see(phone_of: PhoneOf) -> None:
    bo, wu, xia = await phone_of("bo"), await phone_of("wu"), await phone_of("xia")
    id = await register(bo)
    assert (await send(wu, "follow_up", follow_up(id)))["code"] == "not_found"
    assert (await send(xia, "follow_up", follow_up(id)))["code"] == "forbidden"
