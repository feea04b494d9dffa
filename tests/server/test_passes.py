"""A customer's pass at the counter, scanned by a phone that may not have heard of it."""

from collections.abc import Awaitable, Callable

from tests.cast import BINJIANG, RENMIN
from tests.phone import Phone
from tests.server.deeds import arrival, customer, make_id
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


async def pass_of_a_walk_in(phone: Phone) -> str:
    id = make_id()
    unit = [
        phone.operation("customer", id, customer()),
        phone.operation("arrival", make_id(), arrival(id)),
    ]
    assert "except" not in (await phone.push(unit)).json()
    return str((await Holder(phone).pull()).one("arrival_card").body["pass"])


def scanned(code: str, store_id: str = RENMIN) -> dict[str, str]:
    return {"source": "pass", "pass": code, "store_id": store_id, "reception": "none"}


async def test_a_pass_alone_rings_the_lead_it_belongs_to(phone_of: PhoneOf) -> None:
    bo, xia = await phone_of("bo"), await phone_of("xia")
    code = await pass_of_a_walk_in(bo)
    answer = await xia.push([xia.operation("arrival", make_id(), scanned(code.lower()))])
    assert "except" not in answer.json()
    held = await Holder(bo).pull()
    assert held.one("lead").body["arrivals"] == 2
    assert len(held.of("arrival")) == 2


async def test_an_unknown_pass_and_one_of_another_store_are_refused_alike(
    phone_of: PhoneOf,
) -> None:
    bo, wu = await phone_of("bo"), await phone_of("wu")
    code = await pass_of_a_walk_in(bo)
    refused = []
    for tried in (code, "ZZZZZZZZ"):
        answer = await wu.push([wu.operation("arrival", make_id(), scanned(tried, BINJIANG))])
        refused.append({**answer.json()["except"][0], "n": 0})
    assert refused[0] == refused[1]
    assert refused[0]["code"] == "not_found"


async def test_fields_of_the_wrong_kind_are_refused_and_break_nothing(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    broken = [
        bo.operation("arrival", make_id(), {**scanned("x"), "pass": 7, "customer_id": ["x"]}),
        bo.operation("customer", make_id(), customer(phone=139)),
        bo.operation("customer", make_id(), customer(store_id={"a": 1})),
        bo.operation("follow_up", make_id(), {"customer_id": None}),
    ]
    answer = (await bo.push(*[[each] for each in broken])).json()
    assert [each["code"] for each in answer["except"]] == ["invalid"] * 4
