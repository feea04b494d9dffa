"""Receptions of people who leave no data: kept as a number and a need, and nothing else."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id
from tests.server.held import Holder
from tests.server.test_customers import send

PhoneOf = Callable[[str], Awaitable[Phone]]
RECEIVED = {"store_id": RENMIN, "receiver_id": "bo", "need": "想看沙发"}


async def test_a_walk_in_is_its_authors_and_the_managers_and_opens_nothing(
    phone_of: PhoneOf,
) -> None:
    xia, lin, bo, wu = [await phone_of(name) for name in ("xia", "lin", "bo", "wu")]
    assert await send(xia, "walk_in", RECEIVED) is None
    for phone, count in ((xia, 1), (lin, 1), (bo, 0), (wu, 0)):
        assert len((await Holder(phone).pull()).of("walk_in")) == count
    at_lin = await Holder(lin).pull()
    assert at_lin.one("walk_in").body == RECEIVED
    kinds = ("customer", "arrival", "arrival_card", "lead", "offer", "notice")
    assert [row for kind in kinds for row in at_lin.of(kind)] == []


@pytest.mark.one_database
async def test_a_walk_in_names_nobody_and_is_of_ones_own_store(phone_of: PhoneOf) -> None:
    async def judged(by: Phone, /, **fields: Any) -> tuple[str, str]:
        refused = await send(by, "walk_in", {**RECEIVED, **fields})
        return refused["code"], refused["field"]

    xia, hua = await phone_of("xia"), await phone_of("hua")
    for field in ("name", "phone", "photo_id", "customer_id"):
        assert await judged(xia, **{field: "x"}) == ("unknown_field", field)
    for number in ("13800001234", "138 0000 1234", "加微信138-0000-1234"):
        assert await judged(xia, need=number) == ("invalid", "need")
    assert await judged(xia, receiver_id="wu") == ("invalid", "receiver_id")
    assert await judged(xia, receiver_id=RENMIN) == ("invalid", "receiver_id")
    assert await judged(xia, store_id=BINJIANG) == ("forbidden", "store_id")
    assert (await send(hua, "walk_in", RECEIVED))["code"] == "forbidden"
    assert await send(xia, "walk_in", {**RECEIVED, "need": "预算 200000-300000"}) is None


async def test_a_wrong_entry_is_taken_back_by_its_author_until_the_store_closes(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    xia, bo, lin = [await phone_of(name) for name in ("xia", "bo", "lin")]
    for _ in range(3):
        await send(xia, "walk_in", RECEIVED)
    one, two, three = [row.id for row in (await Holder(xia).pull()).of("walk_in")]
    assert (await send(bo, "correction", {"fact_id": one, "void": True}))["code"] == "not_found"
    changed = {"fact_id": one, "fields": {"need": "138 0000 1234"}}
    assert (await send(xia, "correction", changed))["code"] == "invalid"
    assert await send(xia, "correction", {"fact_id": one, "void": True}) is None
    board = await lin.client.get(f"/api/boards/{RENMIN}")
    assert board.json()["walk_ins"] == 2

    # Half past ten in the morning; the store closes at ten in the evening.
    clock.advance(hours=11, minutes=29)
    in_time = xia.operation("correction", make_id(), {"fact_id": two, "void": True})
    clock.advance(minutes=2)
    assert "except" not in (await xia.push([in_time])).json()
    taken_back = {"fact_id": three, "void": True}
    assert (await send(xia, "correction", taken_back))["code"] == "after_closing"
    assert await send(lin, "correction", {"fact_id": three, "void": True}) is None
