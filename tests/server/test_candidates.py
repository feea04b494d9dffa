"""Two records that may be one person: asked about, decided, and asked no more."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.customers.likeness import suggest_alikes
from server.db import Database
from server.exchange.entities import ENTITIES
from tests.cast import BINJIANG
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
from tests.server.held import Got, Holder
from tests.server.visitor import Visitor

PhoneOf = Callable[[str], Awaitable[Phone]]


async def two_records(phone_of: PhoneOf) -> tuple[Phone, Phone, str, str, Got]:
    """Bo corrects a number to one that Chen's customer has."""
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    older = await register(chen, name="孙伟", phone="13900000008", budget="10 万")
    younger = await register(bo, name="孙先生", phone="13900000009", budget="12 万")
    version = (await Holder(bo).pull()).rows[younger].version
    edit = bo.operation("customer", younger, {"phone": "13900000008"}, base=version)
    (exception,) = (await bo.push([edit])).json()["except"]
    assert exception["code"] == "phone_taken"
    return bo, lin, older, younger, (await Holder(lin).pull()).one("candidate")


async def test_a_patch_to_a_taken_number_asks_the_manager_masked(phone_of: PhoneOf) -> None:
    _, _, older, younger, candidate = await two_records(phone_of)
    body = candidate.body
    assert (body["why"], body["state"]) == ("phone_taken", "open")
    assert (body["one"]["id"], body["other"]["id"]) == (younger, older)
    assert body["other"]["phone_masked"] == "139 **** 0008"
    assert "孙伟" not in str(body)


async def test_a_number_that_its_record_no_longer_has_is_free_once_it_is_taken_out(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin, _, younger, candidate = await two_records(phone_of)
    assert await say(lin, "decision", candidate_id=candidate.id, choice="same") is None
    clock.advance(minutes=5)
    await bo.push([bo.operation("customer", younger, {"phone": "13900000010"}, base=0)])
    assert await say(lin, "unmerge", alias_id=younger, phone="record") is None
    back = (await Holder(lin).pull()).rows[younger].body
    assert back["phone"] == "+8613900000010"
    stranger = bo.operation("customer", make_id(), customer(phone="13900000009"))
    assert "except" not in (await bo.push([stranger])).json()


async def test_the_same_person_the_younger_record_becomes_part_of_the_older(
    phone_of: PhoneOf,
) -> None:
    bo, lin, older, younger, candidate = await two_records(phone_of)
    fact = make_id()
    await bo.push([bo.operation("follow_up", fact, follow_up(younger))])
    assert await say(lin, "decision", candidate_id=candidate.id, choice="same") is None
    lins = await Holder(lin).pull()
    assert [row.id for row in lins.of("customer")] == [older]
    assert lins.rows[fact].root == older
    assert lins.rows[fact].body["customer_id"] == younger
    assert lins.rows[older].body["contact_count"] == 1
    offered = {row.body["field"]: row.body["value_other"] for row in lins.of("conflict")}
    assert offered["budget"] == "12 万"
    assert offered["phone"] == "+8613900000009"
    assert lins.agrees()
    late = make_id()
    assert (
        "except"
        not in (await bo.push([bo.operation("follow_up", late, follow_up(younger))])).json()
    )
    third = make_id()
    answer = (
        await bo.push([bo.operation("customer", third, customer(phone="13900000009"))])
    ).json()
    assert answer["except"] == [{"o": "duplicate", "n": answer["next"] - 1, "of": older}]


async def test_a_decision_can_be_taken_back(phone_of: PhoneOf) -> None:
    bo, lin, older, younger, candidate = await two_records(phone_of)
    fact = make_id()
    await bo.push([bo.operation("follow_up", fact, follow_up(younger))])
    before = (await Holder(lin).pull()).rows
    await say(lin, "decision", candidate_id=candidate.id, choice="same")
    assert await say(lin, "unmerge", alias_id=younger) is None
    after = (await Holder(lin).pull()).rows
    for id in (older, younger):
        was, now = (said_of(each[id]) for each in (before, after))
        assert {**was, "merged_ids": []} == {**now, "merged_ids": []}
    assert after[fact].root == younger
    assert after[candidate.id].body["state"] == "different"


def said_of(row: Got) -> dict[str, Any]:
    """What was counted and taken back is null where it was not there before."""
    return {field: value for field, value in row.body.items() if value is not None}


async def test_a_decision_can_be_taken_back_before_it_was_sent(phone_of: PhoneOf) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    older, id = await register(bo), await register(bo, phone="13900000002")
    await bo.push([bo.operation("customer", id, {"phone": "13900000001"}, base=0)])
    asked = (await Holder(lin).pull()).one("candidate")
    both = {"candidate_id": asked.id, "choice": "same"}
    decided = [lin.operation("decision", make_id(), both)]
    answer = await lin.push(decided, [lin.operation("unmerge", make_id(), {"alias_id": id})])
    assert "except" not in answer.json()
    assert await say(bo, "comment", customer_id=id, text="想看北欧风") is None
    held = await Holder(bo).pull()
    assert {row.id for row in held.of("customer")} == {older, id}
    assert held.one("comment").root == id


async def test_aliases_of_aliases_find_their_way_and_back(phone_of: PhoneOf) -> None:
    """A third registration joins the younger record, which becomes part of the older one."""
    bo, lin, older, younger, candidate = await two_records(phone_of)
    third = make_id()
    await bo.push([bo.operation("customer", third, customer(phone="13900000009"))])
    await say(lin, "decision", candidate_id=candidate.id, choice="same")
    held = await Holder(lin).pull()
    assert set(held.rows[older].body["merged_ids"]) == {younger, third}
    fact = make_id()
    await bo.push([bo.operation("follow_up", fact, follow_up(third))])
    assert (await Holder(lin).pull()).rows[fact].root == older
    await say(lin, "unmerge", alias_id=younger)
    held = await Holder(lin).pull()
    assert held.rows[older].body["merged_ids"] == []
    assert held.rows[younger].body["merged_ids"] == [third]
    assert held.rows[fact].root == younger
    await say(lin, "unmerge", alias_id=third)
    held = await Holder(lin).pull()
    assert (held.rows[fact].root, held.rows[younger].body["merged_ids"]) == (third, [])
    assert held.agrees()


async def test_numbers_of_records_within_records_go_where_these_go(phone_of: PhoneOf) -> None:
    chen = await phone_of("chen")
    eldest = await register(chen, name="孙", phone="13900000007")
    bo, lin, older, _, candidate = await two_records(phone_of)
    await say(lin, "decision", candidate_id=candidate.id, choice="same")
    version = (await Holder(chen).pull()).rows[older].version
    await chen.push([chen.operation("customer", older, {"phone": "13900000007"}, base=version)])
    (again,) = [
        row for row in (await Holder(lin).pull()).of("candidate") if row.body["state"] == "open"
    ]
    assert await say(lin, "decision", candidate_id=again.id, choice="same") is None
    assert await found_by(bo, "13900000009") == eldest
    assert await say(lin, "unmerge", alias_id=older) is None
    assert await found_by(bo, "13900000009") == older
    assert await found_by(bo, "13900000007") == eldest
    assert await say(lin, "deletion", row_id=older) is None
    assert await found_by(bo, "13900000009") is None


async def found_by(phone: Phone, number: str) -> str | None:
    """Which record a registration with this number becomes part of."""
    answer = await phone.push([phone.operation("customer", make_id(), customer(phone=number))])
    exceptions = answer.json().get("except")
    return str(exceptions[0]["of"]) if exceptions else None


async def test_of_two_open_leads_at_one_store_the_younger_is_closed(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    older, younger = make_id(), make_id()
    await chen.push(self_reception(chen, older, phone="13900000008"))
    clock.advance(minutes=1)
    await bo.push(self_reception(bo, younger, phone="13900000009"))
    version = (await Holder(bo).pull()).rows[younger].version
    await bo.push([bo.operation("customer", younger, {"phone": "13900000008"}, base=version)])
    candidate = (await Holder(lin).pull()).one("candidate")
    await say(lin, "decision", candidate_id=candidate.id, choice="same")
    held = await Holder(lin).pull()
    states = {row.body["holder_id"]: row.body["state"] for row in held.of("lead")}
    assert states == {"chen": "accepted", None: "closed"}
    assert held.rows[older].body["holder_ids"] == ["chen"]
    closed = [row for row in held.of("lead") if row.body["state"] == "closed"]
    assert closed[0].body["close_reason"] == "merged"


@pytest.mark.parametrize("is_received", [True, False])
async def test_whoever_waited_under_the_lead_that_was_closed_waits_again_when_they_are_two(
    phone_of: PhoneOf, app: Any, clock: MovableClock, is_received: bool
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    older, younger = make_id(), make_id()
    await chen.push(self_reception(chen, older, phone="13900000008"))
    clock.advance(minutes=1)
    if is_received:
        await bo.push(self_reception(bo, younger, phone="13900000009"))
    else:
        await bo.push([bo.operation("customer", younger, customer(phone="13900000009"))])
        assert await say(bo, "arrival", **arrival(younger, phone="13900000009")) is None
    await bo.push([bo.operation("customer", younger, {"phone": "13900000008"}, base=0)])
    candidate = (await Holder(lin).pull()).one("candidate")
    assert await say(lin, "decision", candidate_id=candidate.id, choice="same") is None
    assert await say(lin, "unmerge", alias_id=younger) is None
    while await app.state.worker.tick(clock()):
        pass
    held = await Holder(lin).pull()
    leads = {row.root: row.body for row in held.of("lead")}
    assert leads[older]["holder_id"] == "chen"
    assert leads[younger]["state"] == ("accepted" if is_received else "offered")
    assert leads[younger]["holder_id" if is_received else "offered_to"] == "bo"
    assert held.rows[younger].body["holder_ids"] == (["bo"] if is_received else [])
    assert held.rows[younger].body["open_lead_id"] is not None


@pytest.mark.parametrize("choice", ["household", "different"])
async def test_two_people_stay_two_and_nobody_asks_again(phone_of: PhoneOf, choice: str) -> None:
    bo, lin, older, younger, candidate = await two_records(phone_of)
    await say(lin, "decision", candidate_id=candidate.id, choice=choice)
    held = await Holder(lin).pull()
    linked = [held.rows[id].body.get("household_ids") for id in (older, younger)]
    assert linked == ([[younger], [older]] if choice == "household" else [None, None])
    version = held.rows[younger].version
    edit = bo.operation("customer", younger, {"phone": "13900000008"}, base=version)
    assert (await bo.push([edit])).json()["except"][0]["code"] == "phone_taken"
    assert (await Holder(lin).pull()).one("candidate").body["state"] == choice
    refused = await say(lin, "decision", candidate_id=candidate.id, choice="same")
    assert refused is not None
    assert (refused["code"], refused["who"]) == ("taken", "lin")


async def test_the_same_name_at_the_same_address_is_asked_about_once(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo, wu, lin = await phone_of("bo"), await phone_of("wu"), await phone_of("lin")
    await register(bo, phone="13900000011", name="周 敏", community="阳光花园3期")
    await register(wu, phone="13900000012", name="周敏", community="阳光花园3期", store_id=BINJIANG)
    await register(bo, phone="13900000013", name="周敏", community="江景苑")
    await suggest_alikes(database, ENTITIES, clock())
    assert await suggest_alikes(database, ENTITIES, clock.advance(days=1)) == []
    candidate = (await Holder(lin).pull()).one("candidate")
    assert candidate.body["why"] == "alike"
    assert not (await Holder(bo).pull()).of("candidate")


async def test_of_three_who_are_one_the_third_question_is_answered_by_the_other_two(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    for number in ("13900000011", "13900000012", "13900000013"):
        id = await register(bo, phone=number, name="周敏", community="阳光花园3期")
    await suggest_alikes(database, ENTITIES, clock())
    await bo.push([bo.operation("customer", id, {"phone": "13900000012"}, base=0)])
    for asked in (await Holder(lin).pull()).of("candidate"):
        assert await say(lin, "decision", candidate_id=asked.id, choice="same") is None
    held = await Holder(lin).pull()
    assert [row.body["state"] for row in held.of("candidate")] == ["same"] * 3
    assert len(held.of("customer")) == 1


# Numbers that came back


async def somebody_else(phone_of: PhoneOf, sun: Visitor, name: str) -> tuple[Phone, str]:
    """Bo's customer is not heard of for 200 days; then somebody registers with that number."""
    bo = await phone_of("bo")
    held = await register(bo, name="孙伟", salutation="孙先生", phone="13800138000")
    sun.clock.advance(days=200)
    await sun.register(name=name)
    return await phone_of("lin"), held


async def test_a_number_that_comes_back_under_another_name_is_asked_about(
    phone_of: PhoneOf, sun: Visitor
) -> None:
    lin, held = await somebody_else(phone_of, sun, "赵丽")
    before = await Holder(lin).pull()
    assert before.one("candidate").body["why"] == "recycled"
    assert before.rows[held].body["name"] == "孙伟"
    assert before.one("lead").root == held
    fields = {"candidate_id": before.one("candidate").id, "choice": "different"}
    assert await say(lin, "decision", **fields) is None
    after = await Holder(lin).pull()
    (newcomer,) = [row for row in after.of("customer") if row.id != held]
    assert (newcomer.body["name"], newcomer.body["phone"]) == ("赵丽", "+8613800138000")
    assert (after.rows[held].body["phone"], after.rows[held].body["open_lead_id"]) == ("", None)
    assert after.one("lead").root == newcomer.id
    assert newcomer.body["open_lead_id"] == after.one("lead").id
    assert after.one("candidate").body["state"] == "different"
    assert after.agrees()


async def test_the_same_person_under_a_new_name_stays_one(phone_of: PhoneOf, sun: Visitor) -> None:
    lin, held = await somebody_else(phone_of, sun, "孙大伟")
    candidate = (await Holder(lin).pull()).one("candidate")
    assert await say(lin, "decision", candidate_id=candidate.id, choice="same") is None
    after = await Holder(lin).pull()
    assert [row.id for row in after.of("customer")] == [held]
    assert after.one("candidate").body["state"] == "same"


async def test_a_number_in_use_is_nobody_elses(phone_of: PhoneOf, sun: Visitor) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    await register(bo, name="孙伟", salutation="孙先生", phone="13800138000")
    sun.clock.advance(days=20)
    await sun.register(name="赵丽")
    assert (await Holder(lin).pull()).of("candidate") == []


async def test_a_deleted_record_frees_the_numbers_of_those_that_were_part_of_it(
    phone_of: PhoneOf,
) -> None:
    bo, lin, older, _, candidate = await two_records(phone_of)
    assert await say(lin, "decision", candidate_id=candidate.id, choice="same") is None
    assert await say(lin, "deletion", row_id=older) is None
    again = await register(bo, phone="13900000009")
    assert (await Holder(bo).pull()).rows[again].body["phone"] == "+8613900000009"
    deletion = (await Holder(lin).pull()).one("deletion").id
    assert await say(lin, "correction", fact_id=deletion, void=True) is None
    assert (await Holder(lin).pull()).rows[older].body["phone"] == "+8613900000008"
