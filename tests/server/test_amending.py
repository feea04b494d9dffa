"""What a clerk typed is theirs to put right until the store closes, with all that follows."""

from typing import Any

import pytest
from starlette.applications import Starlette

from server.db import Database
from tests.cast import RENMIN
from tests.conftest import MovableClock, PhoneOf
from tests.phone import Phone
from tests.server.deeds import arrival, customer, make_id, register, say
from tests.server.held import Holder
from tests.server.shop import Shop

RIGHT = {"name": "孙玮", "salutation": "孙女士", "phone": "139 0000 0009", "need": "只要餐桌"}


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


class Entered:
    """A registration as the front desk sends it: the customer and the arrival in one unit."""

    def __init__(self, by: Phone, **fields: Any) -> None:
        self.by, self.id, self.customer_id = by, make_id(), make_id()
        typed = {name: fields.pop(name) for name in ("name", "phone") if name in fields}
        told = arrival(self.customer_id, **typed, **fields)
        self.unit = [
            by.operation("customer", self.customer_id, customer(**typed)),
            by.operation("arrival", self.id, told),
        ]

    async def send(self) -> "Entered":
        assert (await self.by.push(self.unit)).status_code == 200
        return self

    async def correct(self, by: Phone | None = None, /, **fields: Any) -> Any:
        return await say(by or self.by, "correction", fact_id=self.id, fields=fields)


async def test_a_clerks_correction_reaches_the_record_the_card_the_lead_and_the_offer(
    phone_of: PhoneOf, shop: Shop
) -> None:
    xia, lin = await phone_of("xia"), await phone_of("lin")
    wrong = await Entered(xia).send()
    await shop.settle()
    assert await wrong.correct(**RIGHT) is None
    held = await Holder(lin).pull()
    body = held.rows[wrong.customer_id].body
    assert [body[name] for name in RIGHT] == ["孙玮", "孙女士", "+8613900000009", "只要餐桌"]
    assert (body["pinyin"], body["phone_valid"]) == ("sunwei", True)
    for row in (held.one("lead"), held.one("offer")):
        assert [row.body[name] for name in ("name", "salutation", "need")] == [
            "孙玮",
            "孙女士",
            "只要餐桌",
        ]
    # The original stays, beside it who put it right, and when.
    assert (held.rows[wrong.id].body["name"], held.rows[wrong.id].body["differs"]) == (
        "孙伟",
        False,
    )
    told = held.rows[held.rows[wrong.id].body["corrected_by"]]
    assert (told.meta[0], told.meta[1], told.body["fields"]["phone"]) == (
        "xia",
        shop.clock(),
        "+8613900000009",
    )
    at_desk = await Holder(xia).pull()
    card = at_desk.one("arrival_card").body
    assert [card[name] for name in ("name_masked", "phone_masked", "need")] == [
        "孙**",
        "139 **** 0009",
        "只要餐桌",
    ]
    assert at_desk.of("customer") == at_desk.of("arrival") == at_desk.of("correction") == []
    # The old number is nobody's, the new one is known.
    again = await Entered(xia, phone=RIGHT["phone"]).send()
    assert (await Holder(lin).pull()).rows[again.id].root == wrong.customer_id
    fresh = await Entered(xia).send()
    assert (await Holder(lin).pull()).rows[fresh.id].root == fresh.customer_id
    assert (held.agrees(), at_desk.agrees()) == (True, True)


async def test_the_last_correction_counts_alone_and_brings_the_first_number_back(
    phone_of: PhoneOf,
) -> None:
    xia, lin = await phone_of("xia"), await phone_of("lin")
    entered = await Entered(xia).send()
    assert await entered.correct(phone=RIGHT["phone"]) is None
    assert await entered.correct(name="孙玮") is None
    body = (await Holder(lin).pull()).rows[entered.customer_id].body
    assert (body["name"], body["phone"]) == ("孙玮", "+8613900000001")
    assert await register(lin, phone=RIGHT["phone"])


async def test_what_somebody_wrote_since_stays_and_the_clerks_word_is_kept_beside_it(
    phone_of: PhoneOf,
) -> None:
    xia, lin = await phone_of("xia"), await phone_of("lin")
    entered = await Entered(xia).send()
    row = (await Holder(lin).pull()).rows[entered.customer_id]
    patch = lin.operation("customer", row.id, {"name": "孙薇"}, base=row.version)
    assert "except" not in (await lin.push([patch])).json()
    assert await entered.correct(name="孙玮", need="只要餐桌") is None
    assert await entered.correct(name="孙玮", need="餐桌和餐椅") is None
    held = await Holder(lin).pull()
    body = held.rows[entered.customer_id].body
    assert (body["name"], body["need"]) == ("孙薇", "餐桌和餐椅")
    kept = held.one("conflict").body
    assert (kept["field"], kept["value_now"], kept["value_other"], kept["by_other"]) == (
        "name",
        "孙薇",
        "孙玮",
        "xia",
    )


async def test_a_number_that_is_somebodys_is_refused_and_a_manager_is_asked(
    phone_of: PhoneOf,
) -> None:
    xia, lin, bo = [await phone_of(name) for name in ("xia", "lin", "bo")]
    zhao = await register(bo, phone="13900000009", name="赵敏")
    entered = await Entered(xia).send()
    refused = await entered.correct(phone="13900000009")
    assert (refused["code"], refused["field"]) == ("phone_taken", "phone")
    held = await Holder(lin).pull()
    assert held.rows[entered.customer_id].body["phone"] == "+8613900000001"
    assert "corrected_by" not in held.rows[entered.id].body
    pair = held.one("candidate").body
    assert (pair["why"], {pair["one"]["id"], pair["other"]["id"]}) == (
        "phone_taken",
        {entered.customer_id, zhao},
    )


async def test_a_mistyped_number_that_was_another_customers_leaves_their_record_alone(
    phone_of: PhoneOf,
) -> None:
    xia, lin, bo = [await phone_of(name) for name in ("xia", "lin", "bo")]
    zhao = await register(bo, phone="13900000001", name="赵敏")
    entered = await Entered(xia).send()
    assert await entered.correct(phone="13900000009") is None
    held = await Holder(bo).pull()
    assert held.rows[zhao].body["phone"] == "+8613900000001"
    (kept,) = [row for row in held.of("conflict") if row.body["field"] == "phone"]
    assert (kept.body["value_other"], kept.body["from_id"]) == (
        "+8613900000009",
        entered.customer_id,
    )
    assert await say(lin, "unmerge", alias_id=entered.customer_id, phone="record") is None
    held = await Holder(lin).pull()
    assert held.rows[zhao].body["phone"] == "+8613900000001"
    assert held.rows[entered.customer_id].body["phone"] == "+8613900000009"
    assert held.rows[entered.id].root == entered.customer_id


async def test_another_colleague_is_called_instead_and_nobody_means_whose_turn_it_is(
    phone_of: PhoneOf, shop: Shop
) -> None:
    xia, bo = await phone_of("xia"), await phone_of("bo")
    entered = await Entered(xia, reception="colleague", receiver_id="bo").send()
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "bo"
    assert await entered.correct(receiver_id="chen") is None
    await shop.settle()
    assert [row.body["to_id"] for row in await shop.rows("offer", state="open")] == ["chen"]
    assert (await Holder(xia).pull()).one("arrival_card").body["receiver_id"] == "chen"
    assert (await Holder(bo).pull()).one("offer").body["state"] == "withdrawn"
    assert await entered.correct(reception="none", receiver_id=None) is None
    assert (await shop.lead())["state"] == "waiting"
    await shop.settle()
    assert (await shop.lead())["state"] == "offered"
    assert (await entered.correct(reception="me"))["field"] == "reception"


async def test_after_closing_it_goes_to_the_manager_who_may_let_it_through(
    phone_of: PhoneOf, clock: MovableClock, app: Starlette
) -> None:
    xia, lin = await phone_of("xia"), await phone_of("lin")
    entered = await Entered(xia).send()
    # Half past ten in the morning; the store closes at ten in the evening.
    clock.advance(hours=11, minutes=29)
    in_time = xia.operation("correction", make_id(), {"fact_id": entered.id, "fields": {}})
    clock.advance(minutes=2)
    assert "except" not in (await xia.push([in_time])).json()
    assert (await entered.correct(name="孙玮"))["code"] == "after_closing"
    refusal = (await Holder(lin).pull()).one("refusal")
    assert (refusal.body["state"], refusal.body["store_ids"]) == ("asked", [RENMIN])
    assert await say(lin, "release", refusal_id=refusal.id, choice="apply") is None
    while await app.state.worker.tick(clock()):
        pass
    held = await Holder(lin).pull()
    assert held.rows[entered.customer_id].body["name"] == "孙玮"
    assert held.of("refusal") == []
    assert (await Holder(xia).pull()).one("release").body["outcome"] == "applied"


@pytest.mark.one_database
async def test_only_what_was_typed_is_put_right_and_an_arrival_is_not_unsaid(
    phone_of: PhoneOf,
) -> None:
    xia = await phone_of("xia")
    entered = await Entered(xia).send()
    wrong: list[dict[str, Any]] = [{"store_id": RENMIN}, {"consents": []}, {"phone": 5}]
    for fields in wrong:
        assert (await entered.correct(**fields))["code"] == "invalid"
    refused = await say(xia, "correction", fact_id=entered.id, void=True) or {}
    assert (refused["code"], refused["field"]) == ("invalid", "void")
