"""Two records of one person: found, brought together by a decision, taken apart again."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from sqlalchemy import select

from server.db import Database
from server.rows.tables import history
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import (
    agreed,
    arrival,
    customer,
    follow_up,
    make_id,
    register,
    say,
    self_reception,
)
from tests.server.held import Holder
from tests.server.photo_stage import fact as photo_of

PhoneOf = Callable[[str], Awaitable[Phone]]


async def say_of(phone: Phone, id: str, /, **fields: Any) -> None:
    answer = await phone.push([phone.operation("customer", id, fields, base=0)])
    assert answer.status_code == 200, answer.text


async def same_number(phone_of: PhoneOf) -> tuple[Phone, Phone, Phone, str, str]:
    """Bo has Mr Sun; Chen registers the same number, offline, as somebody's wife."""
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    held = await register(bo, budget="", need="全屋定制")
    alias = make_id()
    unit = [
        chen.operation("customer", alias, customer(name="孙太太", budget="12 万", need="")),
        chen.operation("follow_up", make_id(), follow_up(alias)),
    ]
    answer = (await chen.push(unit)).json()
    assert answer["except"] == [{"o": "duplicate", "n": 1, "of": held}]
    return bo, chen, lin, held, alias


async def test_unmerging_restores_both_as_if_they_had_never_met(phone_of: PhoneOf) -> None:
    bo, chen, lin, held, alias = await same_number(phone_of)
    joined = (await Holder(bo).pull()).rows[held].body
    assert (joined["budget"], joined["merged_ids"]) == ("12 万", [alias])
    assert joined["contact_count"] == 1
    assert await say(lin, "unmerge", alias_id=alias, phone="record") is None
    bos, chens = await Holder(bo).pull(), await Holder(chen).pull()
    record = bos.rows[held].body
    assert (record["name"], record["budget"], record["phone"]) == ("孙伟", "", "+8613900000001")
    assert (record["contact_count"], record["merged_ids"]) == (0, [])
    back = chens.rows[alias].body
    assert (back["name"], back["budget"], back["phone"]) == ("孙太太", "12 万", "")
    assert (back["owner_id"], back["contact_count"]) == ("chen", 1)
    assert chens.one("follow_up").root == alias
    assert not bos.of("follow_up")
    assert [row.body["state"] for row in bos.of("conflict")] == ["ended"]
    lins = await Holder(lin).pull()
    assert lins.one("candidate").body["state"] == "different"
    assert bos.agrees()
    assert chens.agrees()
    assert lins.agrees()


async def test_whose_writer_receives_nobody_any_more_goes_to_whoever_has_the_other(
    phone_of: PhoneOf, hua: httpx.AsyncClient
) -> None:
    _, _, lin, held, alias = await same_number(phone_of)
    answer = await hua.patch("/api/staff/chen", json={"store_ids": ["store-binjiang"]})
    assert answer.status_code == 204, answer.text
    assert await say(lin, "unmerge", alias_id=alias, phone="record") is None
    rows = (await Holder(lin).pull()).rows
    assert [rows[id].body["owner_id"] for id in (held, alias)] == ["bo", "bo"]


async def test_the_number_goes_to_whom_it_was_said_to_belong(phone_of: PhoneOf) -> None:
    bo, chen, lin, held, alias = await same_number(phone_of)
    await say(lin, "unmerge", alias_id=alias, phone="alias")
    rows = (await Holder(lin).pull()).rows
    assert (rows[held].body["phone"], rows[alias].body["phone"]) == ("", "+8613900000001")
    third = make_id()
    answer = (await bo.push([bo.operation("customer", third, customer())])).json()
    assert answer["except"] == [{"o": "duplicate", "n": 2, "of": alias}]


async def test_facts_that_come_later_under_the_old_id_go_to_the_record_that_came_back(
    phone_of: PhoneOf,
) -> None:
    _, chen, lin, held, alias = await same_number(phone_of)
    await say(lin, "unmerge", alias_id=alias)
    fact = make_id()
    answer = await chen.push([chen.operation("follow_up", fact, follow_up(alias))])
    assert "except" not in answer.json()
    assert (await Holder(chen).pull()).rows[fact].root == alias


async def test_what_somebody_wrote_since_is_not_taken_out(phone_of: PhoneOf) -> None:
    bo, _, lin, held, alias = await same_number(phone_of)
    version = (await Holder(bo).pull()).rows[held].version
    await bo.push([bo.operation("customer", held, {"budget": "13 万"}, base=version)])
    await say(lin, "unmerge", alias_id=alias)
    assert (await Holder(bo).pull()).rows[held].body["budget"] == "13 万"


async def test_a_number_that_went_out_with_one_record_does_not_go_out_with_the_next(
    phone_of: PhoneOf,
) -> None:
    bo, chen, lin, held, alias = await same_number(phone_of)
    third = make_id()
    await bo.push([bo.operation("customer", third, customer(name="孙师傅"))])
    assert await say(lin, "unmerge", alias_id=alias, phone="alias") is None
    assert await say(lin, "unmerge", alias_id=third, phone="record") is None
    rows = (await Holder(lin).pull()).rows
    numbers = [rows[id].body["phone"] for id in (alias, held, third)]
    assert numbers == ["+8613900000001", "", ""]


async def test_what_an_alias_had_filled_in_leaves_an_empty_field_of_its_own_kind(
    phone_of: PhoneOf,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    held, alias = await register(bo), make_id()
    await bo.push([bo.operation("customer", alias, customer(tags=["北欧"], tier="A"))])
    assert await say(lin, "unmerge", alias_id=alias) is None
    record = (await Holder(bo).pull()).rows[held].body
    assert (record["tags"], record["tier"]) == ([], None)


async def test_what_both_had_written_alike_stays_with_both_even_of_one_moment(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    held, alias = await register(bo), make_id()
    clock.advance(minutes=5)
    alike = {"budget": "12 万", "community": "滨江"}
    for field, value in alike.items():
        await say_of(bo, held, **{field: value})
    await chen.push([chen.operation("customer", alias, customer(name="孙太太", **alike))])
    assert await say(lin, "unmerge", alias_id=alias, phone="record") is None
    rows = (await Holder(lin).pull()).rows
    for id in (held, alias):
        assert {field: rows[id].body[field] for field in alike} == alike


async def test_what_was_written_over_in_the_same_moment_is_not_taken_out(
    phone_of: PhoneOf,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    held, alias = await register(bo), make_id()
    await bo.push(
        [
            bo.operation("customer", alias, customer(tags=["北欧"], community="滨江")),
            bo.operation("customer", alias, {"community": "河畔"}, base=0),
            bo.operation("customer", alias, {"tags": {"add": ["全屋"]}}, base=0),
        ]
    )
    assert await say(lin, "unmerge", alias_id=alias) is None
    record = (await Holder(bo).pull()).rows[held].body
    assert (record["tags"], record["community"]) == (["全屋", "北欧"], "河畔")


async def test_what_was_offered_later_under_the_old_id_goes_back_with_it(
    phone_of: PhoneOf,
) -> None:
    _, chen, lin, held, alias = await same_number(phone_of)
    chen.clock.advance(minutes=5)  # type: ignore[attr-defined]
    await say_of(lin, held, community="滨江花园")
    chen.clock.advance(minutes=5)  # type: ignore[attr-defined]
    await say_of(chen, alias, community="河畔", phone="13900000055")
    assert await say(lin, "unmerge", alias_id=alias, phone="record") is None
    back = (await Holder(chen).pull()).rows[alias].body
    assert (back["community"], back["phone"]) == ("河畔", "+8613900000055")
    assert (await Holder(lin).pull()).rows[held].body["phone"] == "+8613900000001"


async def test_what_was_filled_in_later_under_the_old_id_goes_back_with_it(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    _, chen, lin, held, alias = await same_number(phone_of)
    clock.advance(minutes=5)
    await say_of(chen, alias, community="河畔", tags={"add": ["急", "北欧"]})
    assert (await Holder(lin).pull()).rows[held].body["community"] == "河畔"
    assert await say(lin, "unmerge", alias_id=alias, phone="record") is None
    rows = (await Holder(lin).pull()).rows
    for id, community, tags in ((held, "", []), (alias, "河畔", ["北欧", "急"])):
        assert (rows[id].body["community"], rows[id].body["tags"]) == (community, tags)


async def test_a_number_goes_with_the_one_who_had_become_part_of_the_record_before(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    """Two came with it, and the record itself has another number since."""
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    await register(bo)
    id = await register(chen, phone="13900000002")
    await chen.push([chen.operation("customer", make_id(), customer(phone="13900000002"))])
    await chen.push([chen.operation("customer", id, {"phone": "13900000001"}, 0)])
    asked = (await Holder(lin).pull()).one("candidate")
    assert await say(lin, "decision", candidate_id=asked.id, choice="same") is None
    clock.advance(minutes=5)
    await say_of(chen, id, phone="13900000003")
    assert await say(lin, "unmerge", alias_id=id, phone="record") is None
    for number in ("13900000002", "13900000003"):
        again = chen.operation("customer", make_id(), customer(phone=number))
        assert (await chen.push([again])).json()["except"][0]["of"] == id


async def test_tags_added_later_under_the_old_id_go_back_beside_those_it_came_with(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    held, alias = await register(bo, tags=["急"]), make_id()
    await chen.push([chen.operation("customer", alias, customer(tags=["北欧"]))])
    for tag in ("全屋", "老客"):
        clock.advance(minutes=5)
        await say_of(chen, alias, tags={"add": [tag]})
    assert await say(lin, "unmerge", alias_id=alias, phone="record") is None
    rows = (await Holder(lin).pull()).rows
    assert rows[held].body["tags"] == ["急"]
    assert set(rows[alias].body["tags"]) == {"北欧", "全屋", "老客"}


async def test_of_values_offered_one_after_the_other_the_last_goes_back_and_none_is_lost(
    phone_of: PhoneOf, database: Database
) -> None:
    _, chen, lin, _, alias = await same_number(phone_of)
    for budget in ("13 万", "14 万"):
        chen.clock.advance(minutes=5)  # type: ignore[attr-defined]
        await say_of(chen, alias, budget=budget)
    assert await say(lin, "unmerge", alias_id=alias, phone="record") is None
    assert (await Holder(chen).pull()).rows[alias].body["budget"] == "14 万"
    kept = select(history.c.value).where(history.c.field == "budget")
    async with database.read() as connection:
        values = set((await connection.execute(kept)).scalars())
    assert {'"12 万"', '"13 万"'} <= values


async def test_a_lead_goes_back_with_the_arrival_that_opened_it(
    phone_of: PhoneOf, app: Any, clock: MovableClock
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    held, alias = await register(bo), make_id()
    await chen.push(self_reception(chen, alias, name="孙太太"))
    lead = (await Holder(chen).pull()).one("lead")
    assert (lead.root, lead.body["holder_id"]) == (held, "chen")
    await say(lin, "unmerge", alias_id=alias)
    while await app.state.worker.tick(clock()):
        pass
    chens = await Holder(chen).pull()
    lead = chens.one("lead")
    assert (lead.root, lead.body["customer_id"]) == (alias, alias)
    person = chens.rows[alias].body
    assert (person["open_lead_id"], person["holder_ids"]) == (lead.id, ["chen"])
    assert chens.agrees()
    lins = await Holder(lin).pull()
    assert (lins.rows[held].body["open_lead_id"], lins.rows[held].body["holder_ids"]) == (None, [])
    again = make_id()
    await bo.push([bo.operation("arrival", again, arrival(held))])
    assert len((await Holder(lin).pull()).of("lead")) == 2


async def test_who_asked_to_be_erased_waits_under_their_own_record(phone_of: PhoneOf) -> None:
    _, chen, lin, held, alias = await same_number(phone_of)
    assert await say(chen, "consent", **agreed(alias, "service", given=False)) is None
    assert (await Holder(lin).pull()).one("erasure_request").root == held
    assert await say(lin, "unmerge", alias_id=alias) is None
    lins = await Holder(lin).pull()
    assert (lins.one("erasure_request").root, lins.rows[held].body["withdrawn"]) == (alias, {})
    (listed,) = (await lin.client.get("/api/erasure-requests")).json()["requests"]
    assert listed["customer_id"] == alias


async def test_a_photo_goes_back_with_what_it_shows_whatever_record_it_was_told_of(
    phone_of: PhoneOf,
) -> None:
    _, chen, lin, held, alias = await same_number(phone_of)
    told = (await Holder(lin).pull()).one("follow_up").id
    shown = {**photo_of(b"a picture"), "subject_id": told, "customer_id": held}
    assert await say(lin, "photo", **shown) is None
    assert await say(lin, "unmerge", alias_id=alias) is None
    photo = (await Holder(chen).pull()).one("photo")
    assert (photo.root, photo.body["customer_id"]) == (alias, alias)


async def test_only_a_manager_who_sees_the_record_can_take_it_apart(phone_of: PhoneOf) -> None:
    bo, chen, lin, held, alias = await same_number(phone_of)
    for phone, alias_id, code in (
        (chen, alias, "forbidden"),
        (lin, held, "not_found"),
        (lin, make_id(), "not_found"),
    ):
        refused = await say(phone, "unmerge", alias_id=alias_id)
        assert refused is not None
        assert refused["code"] == code
