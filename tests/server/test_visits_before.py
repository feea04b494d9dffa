"""What somebody's earlier check-ins say of the next: how far one gets, and which ones count."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.cast import RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id
from tests.server.held import Holder
from tests.server.test_customers import send
from tests.server.test_visits import visit
from tests.server.test_visits_doubts import BEIJING, check_in

PhoneOf = Callable[[str], Awaitable[Phone]]
DEGREE_M = 111_195
HOUR_MS = 3_600_000


def north(metres: float) -> dict[str, Any]:
    return {"lat": 31.2304 + metres / DEGREE_M}


async def is_too_fast(phone: Phone, **fields: Any) -> bool:
    return "too_fast" in (await check_in(phone, **fields)).body["reasons"]


async def take_back(phone: Phone, visit_id: str, void: bool = True) -> None:
    assert await send(phone, "correction", {"fact_id": visit_id, "void": void}) is None


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("metres", "minutes", "accuracy_m", "expected"),
    [
        (300_000, 30, 20, True),
        (300_000, 53, 20, False),
        (20_000, 1, 20, True),
        (20_000, 4, 20, False),
        (900, 0.1, 20, False),
        (1_500, 0.1, 20, True),
        (1_500, 0.1, 300, False),
        (1_000_000, 55, 20, True),
        (1_000_000, 65, 20, False),
    ],
)
async def test_no_train_is_faster_than_350_km_an_hour_no_plane_than_1000_and_doubt_is_no_way(
    phone_of: PhoneOf,
    clock: MovableClock,
    metres: float,
    minutes: float,
    accuracy_m: float,
    expected: bool,
) -> None:
    bo = await phone_of("bo")
    await check_in(bo, accuracy_m=accuracy_m)
    clock.advance(minutes=minutes)
    assert await is_too_fast(bo, **north(metres), accuracy_m=accuracy_m) is expected


async def test_one_wrong_reading_costs_the_next_check_in_nothing(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    assert not await is_too_fast(bo)
    clock.advance(minutes=10)
    assert await is_too_fast(bo, **BEIJING)
    clock.advance(minutes=10)
    assert not await is_too_fast(bo, **north(9))
    clock.advance(minutes=10)
    assert await is_too_fast(bo, **BEIJING, accuracy_m=21)


async def test_two_that_fit_one_another_show_that_the_one_before_them_was_wrong(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    assert not await is_too_fast(bo, **BEIJING)
    clock.advance(minutes=10)
    assert await is_too_fast(bo)
    clock.advance(minutes=10)
    assert not await is_too_fast(bo, **north(500))
    clock.advance(minutes=10)
    assert await is_too_fast(bo, **BEIJING, accuracy_m=21)
    clock.advance(minutes=1)
    assert not await is_too_fast(bo, **north(800))


async def test_one_that_was_taken_back_is_none_to_compare_with_and_the_one_before_it_is(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    wrong = await check_in(bo, **BEIJING)
    await take_back(bo, wrong.id)
    clock.advance(minutes=1)
    assert not await is_too_fast(bo)
    clock.advance(minutes=1)
    again = await check_in(bo, **north(5))
    await take_back(bo, again.id)
    clock.advance(minutes=1)
    assert await is_too_fast(bo, **BEIJING, accuracy_m=21)
    await take_back(bo, again.id, void=False)
    clock.advance(minutes=1)
    assert not await is_too_fast(bo, **north(8))


async def test_one_is_taken_back_by_its_author_within_the_day_and_by_nobody_else_of_the_shop_floor(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    first, second = await check_in(bo), await check_in(bo, **north(3))
    gone = {"fact_id": first.id, "void": True}
    assert (await send(chen, "correction", gone))["code"] in ("not_found", "forbidden")
    clock.advance(hours=23)
    assert await send(bo, "correction", gone) is None
    assert (await Holder(lin).pull()).rows[first.id].body["void"] is True
    clock.advance(hours=2)
    late = {"fact_id": second.id, "void": True}
    assert (await send(bo, "correction", late))["code"] == "late"


async def test_one_that_comes_late_from_another_phone_is_not_the_last(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    slow, bo = await phone_of("bo"), await phone_of("bo")
    written = clock()
    older = visit(slow, store_id=RENMIN, **BEIJING)
    clock.advance(hours=5)
    await check_in(bo)
    late = slow.operation("visit", make_id(), older, t=written)
    assert "except" not in (await slow.push([late])).json()
    clock.advance(minutes=1)
    assert await is_too_fast(bo, **BEIJING, accuracy_m=21)


async def test_how_long_somebody_stayed_is_true_where_one_of_two_phones_is_an_hour_fast(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, other = await phone_of("bo"), await phone_of("bo")
    here = await check_in(bo)
    clock.advance(minutes=20)
    fast = clock() + HOUR_MS
    left = other.operation("departure", make_id(), {"visit_id": here.id}, t=fast)
    assert "except" not in (await other.push([left], sent_at=fast)).json()
    assert (await Holder(bo).pull()).rows[here.id].body["dwell_s"] == 20 * 60
