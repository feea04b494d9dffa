"""An objection that nobody answered stays in sight until somebody says that it was."""

from collections.abc import Awaitable, Callable
from itertools import permutations
from typing import Any

from server.followups.objections import describe_objection
from sync import Row
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import follow_up, make_id, register, say
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


async def objects(phone: Phone, customer_id: str, result: str, note: str = "") -> str:
    id, objection = make_id(), {"result": result, **({"note": note} if note else {})}
    made = phone.operation("follow_up", id, follow_up(customer_id, objection=objection))
    assert "except" not in (await phone.push([made])).json()
    return id


async def standing(phone: Phone, customer_id: str) -> Any:
    return (await Holder(phone).pull()).rows[customer_id].body.get("objection")


async def test_an_objection_stays_until_a_contact_says_it_was_answered(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    assert await standing(bo, id) is None
    fact, at = await objects(bo, id, "open", "比隔壁贵 4000"), clock.now
    told = {"fact_id": fact, "note": "比隔壁贵 4000", "at": at, "by": "bo"}
    assert await standing(bo, id) == told
    clock.advance(days=1)
    await objects(bo, id, "skipped")
    assert await standing(bo, id) == told
    clock.advance(days=1)
    answered = await objects(bo, id, "resolved")
    assert await standing(bo, id) is None

    # What follows from a contact follows anew from what stands for it.
    assert await say(bo, "correction", fact_id=answered, void=True) is None
    assert await standing(bo, id) == told
    note = {"objection": {"result": "open", "note": "比隔壁贵 3000"}}
    assert await say(bo, "correction", fact_id=answered, fields=note) is None
    assert (await standing(bo, id))["note"] == "比隔壁贵 3000"
    clock.advance(hours=1)
    await objects(bo, id, "none")
    assert await standing(bo, id) is None


async def test_a_contact_that_arrives_late_opens_nothing_that_was_answered_since(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    raised = follow_up(id, objection={"result": "open", "note": "怕有味道"})
    late = bo.operation("follow_up", make_id(), raised)
    clock.advance(hours=2)
    await objects(lin, id, "resolved")
    assert "except" not in (await bo.push([late])).json()
    assert await standing(bo, id) is None


def test_contacts_in_any_order_leave_the_same_objection() -> None:
    said = [("open", 1), ("resolved", 2), ("open", 3), ("open", 4), ("skipped", 5), ("none", 6)]
    for length in range(1, len(said) + 1):
        ended = {end_of(order) for order in permutations(said[:length])}
        assert len(ended) == 1
    assert end_of(said[:5]) == "f4"
    assert end_of(said) is None


def end_of(contacts: Any) -> str | None:
    held: dict[str, Any] = {}
    for result, at in contacts:
        row = Row(
            id=f"f{at}",
            entity="follow_up",
            root="x",
            body={},
            at=at,
            captured_at=at,
            received_at=at,
        )
        held |= describe_objection(held, {"objection": {"result": result}}, row, at)
    return held["objection"]["fact_id"] if held.get("objection") else None
