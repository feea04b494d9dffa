"""A fact never changes; another one stands for it, and what follows from it follows anew."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import (
    arrival,
    customer,
    follow_up,
    make_id,
    register,
    say,
    self_reception,
)
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


async def met(phone: Phone, customer_id: str, **fields: Any) -> str:
    id = make_id()
    made = phone.operation("follow_up", id, follow_up(customer_id, **fields))
    assert "except" not in (await phone.push([made])).json()
    return id


async def correct(phone: Phone, fact_id: str, **fields: Any) -> str | None:
    """The code of the refusal, if there is one."""
    made = phone.operation("correction", make_id(), {"fact_id": fact_id, **fields})
    answer = (await phone.push([made])).json()
    return answer["except"][0]["code"] if "except" in answer else None


async def test_a_correction_stands_for_the_fact_and_the_original_stays(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    fact = await met(bo, id)
    before = (await Holder(bo).pull()).rows[fact]
    assert await correct(bo, fact, fields={"needs": {"result": "partial", "note": "9 万"}}) is None
    held = await Holder(bo).pull()
    after, correction = held.rows[fact], held.one("correction")
    assert after.body["needs"] == before.body["needs"]
    assert (after.body["corrected_by"], after.body["void"]) == (correction.id, False)
    assert after.version > before.version
    assert held.rows[id].body["steps"]["needs"] == "partial"
    assert held.agrees()


async def test_the_last_accepted_correction_counts_alone(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    fact = await met(bo, id)
    await correct(bo, fact, fields={"needs": {"result": "partial"}})
    await correct(bo, fact, fields={"proposal": {"result": "approved"}})
    steps = (await Holder(bo).pull()).rows[id].body["steps"]
    assert (steps["needs"], steps["proposal"]) == ("clear", "approved")


async def test_a_voided_contact_never_happened(phone_of: PhoneOf) -> None:
    bo, customer_id = await phone_of("bo"), make_id()
    await bo.push(self_reception(bo, customer_id))
    fact = await met(bo, customer_id)
    held = await Holder(bo).pull()
    assert held.one("lead").body["state"] == "contacted"
    assert await correct(bo, fact, void=True, note="记错了人") is None
    held = await Holder(bo).pull()
    person = held.rows[customer_id].body
    assert (person["contact_count"], person["last_contact_at"], person["next_at"]) == (
        0,
        None,
        None,
    )
    assert person["steps"] == {}
    assert held.one("lead").body["state"] == "accepted"
    assert held.one("lead").body["contacted_at"] is None
    assert await correct(bo, fact) is None
    held = await Holder(bo).pull()
    assert held.rows[customer_id].body["contact_count"] == 1
    assert held.one("lead").body["state"] == "contacted"


@pytest.mark.parametrize("is_known", [True, False])
async def test_what_was_told_and_put_right_in_one_push_leaves_what_was_told_before_it(
    phone_of: PhoneOf, is_known: bool
) -> None:
    """Also where the push registers anew whom somebody had registered."""
    bo, fact = await phone_of("bo"), make_id()
    id = await register(bo)
    await met(bo, id)
    await met(bo, id)
    named = id if is_known else make_id()
    anew = [] if is_known else [[bo.operation("customer", named, customer())]]
    told = bo.operation("follow_up", fact, follow_up(named))
    right = {"fact_id": fact, "fields": {"needs": {"result": "partial"}}}
    put_right = bo.operation("correction", make_id(), right)
    answer = (await bo.push(*anew, [told], [put_right])).json()
    assert "refused" not in [each["o"] for each in answer.get("except", [])]
    assert (await Holder(bo).pull()).rows[id].body["contact_count"] == 3


async def test_what_was_put_right_counts_with_the_rest_where_its_number_was_just_written(
    phone_of: PhoneOf,
) -> None:
    """A customer gets another number, and comes again with it, before the phone is online."""
    bo, again, fact = await phone_of("bo"), make_id(), make_id()
    id = await register(bo)
    await met(bo, id)
    version = (await Holder(bo).pull()).rows[id].version
    answer = await bo.push(
        [bo.operation("customer", id, {"phone": "13900000077"}, base=version)],
        [bo.operation("customer", again, customer(phone="13900000077"))],
        [bo.operation("follow_up", fact, follow_up(again))],
        [bo.operation("correction", make_id(), {"fact_id": fact, "fields": {"mood": "keen"}})],
    )
    assert [each["o"] for each in answer.json()["except"]] == ["duplicate"]
    assert (await Holder(bo).pull()).rows[id].body["contact_count"] == 2


async def test_what_is_taken_back_is_not_said_otherwise_too(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    fact = await met(bo, await register(bo))
    assert await correct(bo, fact, void=True, fields={"mood": "keen"}) == "invalid"
    assert "void" not in (await Holder(bo).pull()).one("follow_up").body


async def test_what_others_wrote_stands_until_a_manager_corrects_it(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    hers = await met(lin, id)
    assert await correct(bo, hers, void=True) == "forbidden"
    own = await met(bo, id)
    clock.advance(hours=25)
    assert await correct(bo, own, void=True) == "late"
    assert await correct(lin, own, void=True) is None


async def test_a_correction_written_in_time_may_arrive_late(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    own = await met(bo, id)
    clock.advance(hours=2)
    made = bo.operation("correction", make_id(), {"fact_id": own, "void": True})
    clock.advance(days=3)
    assert "except" not in (await bo.push([made])).json()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"customer_id": "x"}, "customer_id"),
        ({"needs": {"result": "nonsense"}}, "needs"),
        ({"contact_count": 1}, "contact_count"),
        ({"revisit": {"result": "booked"}}, "revisit"),
    ],
)
async def test_what_would_stand_must_be_as_good_as_what_was_written(
    phone_of: PhoneOf, fields: dict[str, Any], field: str
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    fact = await met(bo, id)
    made = bo.operation("correction", make_id(), {"fact_id": fact, "fields": fields})
    (exception,) = (await bo.push([made])).json()["except"]
    assert (exception["code"], exception["field"]) == ("invalid", field)
    assert "corrected_by" not in (await Holder(bo).pull()).rows[fact].body


async def test_a_profile_is_edited_and_not_corrected(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    assert await correct(bo, id, fields={"name": "x"}) == "invalid"


# Deletions


async def delete(phone: Phone, row_id: str) -> dict[str, Any] | None:
    made = phone.operation("deletion", make_id(), {"row_id": row_id, "note": "登记错了"})
    answer = (await phone.push([made])).json()
    return answer["except"][0] if "except" in answer else None


async def test_a_deleted_customer_leaves_every_phone_with_the_whole_tree(
    phone_of: PhoneOf,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await met(bo, id)
    bos = await Holder(bo).pull()
    assert await delete(lin, id) is None
    await bos.pull()
    assert not bos.of("customer")
    assert not bos.of("follow_up")
    assert bos.agrees()
    told = (await Holder(lin).pull()).one("deletion").body
    assert (told["name_masked"], told["void"]) == ("孙**", False)


async def work_off(app: Any, clock: MovableClock) -> None:
    while await app.state.worker.tick(clock()):
        pass


async def received_and_gone(
    phone_of: PhoneOf, app: Any, clock: MovableClock
) -> tuple[str, list[Holder]]:
    """A clerk called Bo, who took the lead and closed it: the customer, and who held something."""
    phones = [await phone_of(name) for name in ("bo", "lin", "chen")]
    bo, lin, chen = phones
    id = make_id()
    told = arrival(id, reception="colleague", receiver_id="bo")
    made = chen.operation("customer", id, customer()), chen.operation("arrival", make_id(), told)
    await chen.push([*made])
    await work_off(app, clock)
    lead, offer = (await Holder(lin).pull()).one("lead"), (await Holder(bo).pull()).one("offer")
    assert await say(bo, "acceptance", lead_id=lead.id, offer_id=offer.id) is None
    assert await met(bo, id)
    assert await say(bo, "closing", lead_id=lead.id, reason="no_need", note="") is None
    await work_off(app, clock)
    return id, [await Holder(phone).pull() for phone in phones]


def of_tree(held: Holder, root: str) -> set[tuple[str, str]]:
    return {(row.entity, row.id) for row in held.rows.values() if row.root == root}


async def test_a_deleted_customer_leaves_with_leads_offers_and_cards_and_comes_back_with_them(
    phone_of: PhoneOf, app: Any, clock: MovableClock
) -> None:
    id, holders = await received_and_gone(phone_of, app, clock)
    before = [of_tree(held, id) for held in holders]
    bos, lins, chens = ({entity for entity, _ in tree} for tree in before)
    assert "offer" in bos
    assert {"lead", "offer"} <= lins
    assert "arrival_card" in chens
    lin = holders[1].phone
    assert await delete(lin, id) is None
    for held in holders:
        left = {entity for entity, _ in of_tree(await held.pull(), id)}
        assert left == ({"deletion"} if held.phone is lin else set())
        assert held.agrees()
    deletion = holders[1].one("deletion").id
    assert await correct(lin, deletion, void=True) is None
    for held, once in zip(holders, before, strict=True):
        assert once <= of_tree(await held.pull(), id)
        assert held.agrees()


async def test_an_edit_of_a_deleted_customer_is_kept_and_says_who_deleted(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin, wu = await phone_of("bo"), await phone_of("lin"), await phone_of("wu")
    id = await register(bo)
    await delete(lin, id)
    deleted_at = clock()
    clock.advance(minutes=3)
    edit = bo.operation("customer", id, {"budget": "8 万"}, base=1)
    fact = bo.operation("follow_up", make_id(), follow_up(id))
    for exception in (await bo.push([edit], [fact])).json()["except"]:
        assert (exception["code"], exception["who"], exception["when"]) == (
            "deleted",
            "lin",
            deleted_at,
        )
    kept = (await Holder(bo).pull()).of("refusal")
    assert {row.body["entity"] for row in kept} == {"customer", "follow_up"}
    other = wu.operation("follow_up", make_id(), follow_up(id))
    (exception,) = (await wu.push([other])).json()["except"]
    assert exception == {"o": "refused", "n": 1, "code": "not_found", "field": "customer_id"}


async def test_nothing_is_added_to_a_deleted_customer_by_the_id_of_a_second_registration(
    phone_of: PhoneOf,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id, alias = await register(bo), make_id()
    (joined,) = (await lin.push([lin.operation("customer", alias, customer())])).json()["except"]
    assert (joined["o"], joined["of"]) == ("duplicate", id)
    await delete(lin, id)
    made = lin.operation("follow_up", make_id(), follow_up(alias))
    (exception,) = (await lin.push([made])).json()["except"]
    assert (exception["o"], exception["code"]) == ("refused", "not_found")
    assert not (await Holder(lin).pull()).of("follow_up")


async def test_a_correction_in_a_deleted_tree_is_kept_until_the_tree_comes_back(
    phone_of: PhoneOf, app: Any, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    fact = await met(bo, id)
    await delete(lin, id)
    clock.advance(minutes=3)
    void = bo.operation("correction", make_id(), {"fact_id": fact, "void": True})
    (exception,) = (await bo.push([void])).json()["except"]
    assert (exception["code"], exception["who"]) == ("deleted", "lin")
    deletion = (await Holder(lin).pull()).one("deletion")
    assert await correct(lin, deletion.id, void=True) is None
    while await app.state.worker.tick(clock()):
        pass
    held = await Holder(bo).pull()
    assert (held.rows[fact].body["void"], held.of("refusal")) == (True, [])


async def test_taking_a_deletion_back_brings_the_tree_and_what_was_kept_for_it(
    phone_of: PhoneOf, app: Any, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    first = await met(bo, id)
    before = await Holder(bo).pull()
    await delete(lin, id)
    late = make_id()
    await bo.push([bo.operation("follow_up", late, follow_up(id))])
    deletion = (await Holder(lin).pull()).one("deletion")
    assert await correct(lin, deletion.id, void=True) is None
    await work_off(app, clock)
    held = await Holder(bo).pull()
    assert {row.id for row in held.of("follow_up")} == {first, late}
    assert held.rows[id].body["phone"] == before.rows[id].body["phone"]
    assert held.rows[id].body["contact_count"] == 2
    assert not held.of("refusal")
    assert held.agrees()


async def test_a_number_is_free_after_a_deletion_and_stays_with_whoever_took_it(
    phone_of: PhoneOf,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await delete(lin, id)
    second = await register(bo)
    deletion = (await Holder(lin).pull()).one("deletion")
    await correct(lin, deletion.id, void=True)
    held = await Holder(lin).pull()
    assert held.rows[second].body["phone"] == "+8613900000001"
    assert (held.rows[id].body["phone"], held.rows[id].body["phone_valid"]) == ("", False)


async def test_whoever_waits_since_a_deletion_was_taken_back_is_not_deleted_by_it_again(
    phone_of: PhoneOf,
) -> None:
    lin, bo, deletion = await phone_of("lin"), await phone_of("bo"), make_id()
    id = await register(bo)
    await lin.push([lin.operation("deletion", deletion, {"row_id": id})])
    assert await correct(lin, deletion, void=True) is None
    await bo.push(self_reception(bo, make_id()))
    assert await correct(lin, deletion, void=False) == "open_lead"
    assert (await Holder(bo).pull()).one("lead").root == id


async def test_nobody_who_waits_is_deleted_and_only_managers_delete(phone_of: PhoneOf) -> None:
    bo, lin, id = await phone_of("bo"), await phone_of("lin"), make_id()
    await bo.push(self_reception(bo, id))
    refused = await delete(lin, id)
    assert refused is not None
    assert refused["code"] == "open_lead"
    refused = await delete(bo, id)
    assert refused is not None
    assert refused["code"] == "forbidden"
    other = await register(bo, phone="13900000005")
    refused = await delete(lin, other)
    assert refused is None
