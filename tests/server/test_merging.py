"""What a record takes along into another, what it leaves behind, and who may part the two."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette

from server.db import Database
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import customer, make_id, register, say
from tests.server.held import Got, Holder
from tests.server.pool_stage import Pool
from tests.server.test_contacts import WIFES, add, edit

PhoneOf = Callable[[str], Awaitable[Phone]]
OLDER, YOUNGER = "13900000031", "13900000032"


async def asked_about(phone_of: PhoneOf, older_by: str, younger_by: str) -> tuple[str, str, Got]:
    """Two records of which somebody gave the younger the older one's number."""
    older = await register(await phone_of(older_by), phone=OLDER)
    phone = await phone_of(younger_by)
    younger = await register(phone, phone=YOUNGER)
    (exception,) = await edit(phone, "customer", younger, phone=OLDER)
    assert exception["code"] == "phone_taken"
    return older, younger, (await Holder(await phone_of("lin")).pull()).one("candidate")


async def decide(phone_of: PhoneOf, candidate: Got) -> Holder:
    """They are the same; what the manager holds then."""
    lin = await phone_of("lin")
    assert await say(lin, "decision", candidate_id=candidate.id, choice="same") is None
    return await Holder(lin).pull()


async def test_a_record_that_nobody_owns_gets_the_owner_of_what_becomes_part_of_it(
    phone_of: PhoneOf,
) -> None:
    older, _, candidate = await asked_about(phone_of, "xia", "bo")
    assert (await decide(phone_of, candidate)).rows[older].body["owner_id"] == "bo"
    assert older in (await Holder(await phone_of("bo")).pull()).rows


async def test_what_becomes_part_of_another_leaves_the_pool(
    phone_of: PhoneOf, app: Starlette, database: Database, clock: MovableClock
) -> None:
    _, younger, candidate = await asked_about(phone_of, "chen", "bo")
    await Pool(app, database, clock).give(younger, None)
    assert (await Holder(await phone_of("lin")).pull()).one("pool_card")
    assert not (await decide(phone_of, candidate)).of("pool_card")


async def test_credit_that_was_split_goes_on_where_its_owner_keeps_the_customer(
    phone_of: PhoneOf, app: Starlette, database: Database, clock: MovableClock
) -> None:
    older, younger, candidate = await asked_about(phone_of, "bo", "bo")
    credits = {"bo": 70, "chen": 30}
    await Pool(app, database, clock).change(younger, credits=credits)
    assert (await decide(phone_of, candidate)).rows[older].body["credits"] == credits
    assert older in (await Holder(await phone_of("chen")).pull()).rows


async def test_a_number_that_reaches_nobody_is_still_marked_in_another_record(
    phone_of: PhoneOf,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    older = await register(bo, phone="")
    younger = await register(bo, phone=WIFES)
    fault = {"phone": "+8613800138000", "why": "dead"}
    assert await edit(bo, "customer", younger, phone_fault=fault) == []
    await add(bo, older, phone=WIFES)
    body = (await decide(phone_of, (await Holder(lin).pull()).one("candidate"))).rows[older].body
    assert (body["phone"], body["phone_fault"], body["phone_valid"]) == (
        "+8613800138000",
        fault,
        False,
    )


async def test_nothing_is_decided_about_a_record_that_was_deleted(phone_of: PhoneOf) -> None:
    older, _, candidate = await asked_about(phone_of, "chen", "bo")
    lin = await phone_of("lin")
    assert await say(lin, "deletion", row_id=older) is None
    refused = await say(lin, "decision", candidate_id=candidate.id, choice="same")
    assert refused is not None
    assert (refused["code"], refused["field"]) == ("not_found", "candidate_id")


# Taking apart


async def test_an_admin_who_holds_no_desk_takes_nothing_apart(phone_of: PhoneOf) -> None:
    older, younger, candidate = await asked_about(phone_of, "chen", "bo")
    await decide(phone_of, candidate)
    refused = await say(await phone_of("hua"), "unmerge", alias_id=younger)
    assert refused is not None
    assert refused["code"] == "not_found"
    lin = await phone_of("lin")
    assert (await Holder(lin).pull()).rows[older].body["merged_ids"] == [younger]


async def test_that_records_were_parted_is_the_managers_to_read(phone_of: PhoneOf) -> None:
    older, younger, candidate = await asked_about(phone_of, "chen", "bo")
    await decide(phone_of, candidate)
    lin = await phone_of("lin")
    assert await say(lin, "unmerge", alias_id=younger) is None
    assert (await Holder(lin).pull()).one("unmerge").body["alias_id"] == younger
    for who, id in (("chen", older), ("bo", younger)):
        held = await Holder(await phone_of(who)).pull()
        assert id in held.rows
        assert not held.of("unmerge")


async def test_a_record_whose_writer_left_comes_back_to_whoever_had_the_other(
    phone_of: PhoneOf,
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    await register(bo)
    alias = make_id()
    await chen.push([chen.operation("customer", alias, customer(name="孙太太"))])
    assert (await lin.client.patch("/api/staff/chen", json={"state": "left"})).status_code == 204
    assert await say(lin, "unmerge", alias_id=alias) is None
    assert (await Holder(lin).pull()).rows[alias].body["owner_id"] == "bo"


async def test_a_record_whose_owner_left_meanwhile_comes_back_to_whoever_has_the_other(
    phone_of: PhoneOf,
) -> None:
    _, younger, candidate = await asked_about(phone_of, "bo", "chen")
    await decide(phone_of, candidate)
    lin = await phone_of("lin")
    assert (await lin.client.patch("/api/staff/chen", json={"state": "left"})).status_code == 204
    assert await say(lin, "unmerge", alias_id=younger) is None
    assert (await Holder(lin).pull()).rows[younger].body["owner_id"] == "bo"


async def test_a_record_that_hung_in_the_pool_hangs_there_again_when_it_comes_back(
    phone_of: PhoneOf, pool: Pool
) -> None:
    _, younger, candidate = await asked_about(phone_of, "bo", "bo")
    await pool.give(younger, None)
    assert (await decide(phone_of, candidate)).of("pool_card") == []
    lin = await phone_of("lin")
    assert await say(lin, "unmerge", alias_id=younger) is None
    assert (await Holder(lin).pull()).one("pool_card").body["customer_id"] == younger


# Under an alias


async def known_by_a_contact(phone_of: PhoneOf) -> tuple[Phone, Phone, str, str]:
    """Chen registered a number that is a contact's of Bo's customer, whom Chen does not see."""
    bo, chen, alias = await phone_of("bo"), await phone_of("chen"), make_id()
    zhao = await register(bo, name="赵丽", salutation="", phone="")
    await add(bo, zhao, name="孙先生", phone=WIFES)
    made = chen.operation("customer", alias, customer(name="孙先生", salutation="", phone=WIFES))
    assert (await chen.push([made])).json()["except"][0]["of"] == zhao
    return bo, chen, zhao, alias


async def test_a_name_that_is_said_afterwards_is_asked_about_though_a_contact_has_it(
    phone_of: PhoneOf,
) -> None:
    bo, chen, _, alias = await known_by_a_contact(phone_of)
    assert "name" not in {row.body["field"] for row in (await Holder(bo).pull()).of("conflict")}
    await chen.push([chen.operation("customer", alias, {"name": "孙先生"}, base=0)])
    offered = {row.body["field"]: row.body for row in (await Holder(bo).pull()).of("conflict")}
    assert offered["name"]["value_other"] == "孙先生"


async def test_a_taken_number_is_refused_under_an_alias_too(phone_of: PhoneOf) -> None:
    bo, chen, zhao, alias = await known_by_a_contact(phone_of)
    await register(bo, phone=OLDER)
    assert await edit(bo, "customer", zhao, phone="") == []
    made = chen.operation("customer", alias, {"phone": OLDER}, base=0)
    (exception,) = (await chen.push([made])).json()["except"]
    assert (exception["o"], exception.get("code")) == ("refused", "phone_taken")
    assert (await Holder(bo).pull()).rows[zhao].body["phone"] == ""
