"""Customers through a phone's push: one person, one number, one record."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.cast import BINJIANG, RENMIN
from tests.phone import Phone
from tests.server.deeds import arrival, customer, make_id
from tests.server.held import Got, Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


async def send(
    phone: Phone, entity: str, fields: dict[str, Any], id: str = "", base: int | None = None
) -> Any:
    """One operation; returns its exceptional outcome, or None if it was plainly applied."""
    operation = phone.operation(entity, id or make_id(), fields, base)
    answer = await phone.push([operation])
    assert answer.status_code == 200, answer.text
    return next(iter(answer.json().get("except", [])), None)


async def enter(by: Phone, /, **fields: Any) -> str:
    """A customer of whoever holds the phone; returns the id."""
    id = make_id()
    assert await send(by, "customer", customer(**fields), id) is None
    return id


async def seen(phone: Phone, id: str) -> Got:
    return (await Holder(phone).pull()).rows[id]


async def test_whoever_receives_leads_owns_whom_they_register(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    body = (await seen(bo, await enter(bo))).body
    assert body["owner_id"] == body["created_by"] == "bo"


async def test_a_clerk_registers_for_the_store_and_keeps_nobody(phone_of: PhoneOf) -> None:
    xia, lin = await phone_of("xia"), await phone_of("lin")
    id = await enter(xia)
    assert (await seen(lin, id)).body["owner_id"] is None
    assert id not in (await Holder(xia).pull()).rows


async def test_nobody_registers_for_another_store(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    refused = await send(bo, "customer", customer(store_id=BINJIANG))
    assert (refused["code"], refused["field"]) == ("forbidden", "store_id")


async def test_number_and_name_are_stored_so_that_they_are_found(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await enter(bo, phone="１３９－００００－０００１", name=" 单晓明 ")
    body = (await seen(bo, id)).body
    assert (body["phone"], body["phone_valid"]) == ("+8613900000001", True)
    assert (body["name"], body["pinyin"], body["initials"]) == ("单晓明", "shanxiaoming", "sxm")


async def test_a_new_name_is_found_at_once(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await enter(bo)
    version = (await seen(bo, id)).version
    assert await send(bo, "customer", {"name": "赵丽"}, id, version) is None
    assert (await seen(bo, id)).body["pinyin"] == "zhaoli"


async def test_one_number_typed_another_way_is_the_same_customer(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await enter(bo)
    again = await send(bo, "customer", customer(phone="+86 139-0000-0001"))
    assert again == {"o": "duplicate", "n": 2, "of": id}


async def test_numbers_nobody_can_read_are_kept_and_make_no_duplicates(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    one, other = await enter(bo, phone="139 0000"), await enter(bo, phone="139 0000")
    held = await Holder(bo).pull()
    assert {held.rows[one].body["phone"], held.rows[other].body["phone"]} == {"139 0000"}
    assert held.rows[one].body["phone_valid"] is False


async def test_correcting_to_a_taken_number_is_refused_and_merges_nobody(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    await enter(bo)
    id = await enter(bo, phone="13900000002", name="赵丽")
    version = (await seen(bo, id)).version
    refused = await send(bo, "customer", {"phone": "139 0000 0001", "name": "赵莉"}, id, version)
    assert (refused["code"], refused["field"]) == ("phone_taken", "phone")
    body = (await seen(bo, id)).body
    assert (body["phone"], body["name"]) == ("+8613900000002", "赵丽")


async def test_a_corrected_number_leaves_the_old_one_to_others(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await enter(bo)
    version = (await seen(bo, id)).version
    assert await send(bo, "customer", {"phone": "13900000009"}, id, version) is None
    taken = await send(bo, "customer", customer(phone="13900000009"))
    assert taken["of"] == id
    assert await send(bo, "customer", customer(name="赵丽")) is None


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "孙" * 41}, "name"),
        ({"need": "柜" * 201}, "need"),
        ({"tier": "E"}, "tier"),
        ({"tags": ["二孩"] * 21}, "tags"),
        ({"phone": 13900000001}, "phone"),
        ({"store_id": ""}, "store_id"),
    ],
)
async def test_values_that_do_not_fit_are_refused_by_name(
    phone_of: PhoneOf, fields: dict[str, Any], field: str
) -> None:
    bo = await phone_of("bo")
    refused = await send(bo, "customer", customer(**fields))
    assert (refused["code"], refused["field"]) == ("invalid", field)


@pytest.mark.parametrize("nasty", ["'; DROP TABLE rows; --", "<script>1</script>", "\u202e{0}%s"])
async def test_sql_and_markup_stay_text_in_every_field(phone_of: PhoneOf, nasty: str) -> None:
    bo = await phone_of("bo")
    texts = ["name", "need", "budget", "community", "house_type", "wechat", "phone"]
    id = await enter(bo, **{field: nasty for field in texts})
    body = (await seen(bo, id)).body
    assert {field: body[field] for field in texts} == {
        field: nasty[:20] if field == "phone" else nasty for field in texts
    }


async def test_a_stranger_to_the_customer_can_neither_change_nor_comment(
    phone_of: PhoneOf,
) -> None:
    bo, wu = await phone_of("bo"), await phone_of("wu")
    id = await enter(bo)
    assert (await send(wu, "customer", {"name": "吴"}, id, 1))["code"] == "not_found"
    comment = {"customer_id": id, "text": "是我的客户"}
    assert (await send(wu, "comment", comment))["code"] == "not_found"
    comment["customer_id"] = make_id()
    assert (await send(wu, "comment", comment))["code"] == "not_found"


async def test_a_clerk_writes_no_remarks_and_changes_no_profile(phone_of: PhoneOf) -> None:
    bo, xia = await phone_of("bo"), await phone_of("xia")
    id = await enter(bo)
    assert (await send(xia, "comment", {"customer_id": id, "text": "x"}))["code"] == "forbidden"
    assert (await send(xia, "customer", {"name": "夏"}, id, 1))["code"] == "forbidden"


async def test_remarks_join_the_tree_and_empty_ones_do_not(phone_of: PhoneOf) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await enter(bo)
    assert await send(bo, "comment", {"customer_id": id, "text": "周末来"}) is None
    assert (await send(bo, "comment", {"customer_id": id, "text": " \n"}))["code"] == "invalid"
    [remark] = (await Holder(lin).pull()).of("comment")
    assert (remark.body["text"], remark.root) == ("周末来", id)


async def test_no_arrival_without_the_customers_consent(phone_of: PhoneOf) -> None:
    xia = await phone_of("xia")
    id = await enter(xia)
    marketing = [{"purpose": "marketing", "version": "marketing-1", "how": "verbal"}]
    for consents in ([], marketing):
        refused = await send(xia, "arrival", arrival(id, consents=consents))
        assert (refused["code"], refused["field"]) == ("consent", "consents")


async def test_consent_given_at_the_counter_counts_for_a_known_customer(phone_of: PhoneOf) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await enter(bo)
    consents = [
        {"purpose": purpose, "version": f"{purpose}-1", "how": "verbal"}
        for purpose in ("service", "marketing")
    ]
    assert await send(bo, "arrival", arrival(id, consents=consents)) is None
    held = await Holder(lin).pull()
    assert held.rows[id].body["marketing"] is True
    assert held.one("arrival").body["store_id"] == RENMIN


async def test_the_counters_card_is_seen_by_the_store_and_by_no_other(phone_of: PhoneOf) -> None:
    bo, xia, wu = await phone_of("bo"), await phone_of("xia"), await phone_of("wu")
    id = await enter(bo)
    await send(bo, "arrival", arrival(id))
    card = (await Holder(xia).pull()).one("arrival_card")
    assert (card.body["phone_masked"], card.body["customer_id"]) == ("139 **** 0001", id)
    assert (await Holder(wu).pull()).of("arrival_card") == []
