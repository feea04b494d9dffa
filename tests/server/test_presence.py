"""Two unanswered offers in a row: no more of them until a sign of life or the next day."""

import pytest

from server.db import Database
from sync import Refused, Row, desk_scope, staff_scope
from tests.cast import RENMIN
from tests.conftest import MovableClock
from tests.server.shop import Shop, new_id


@pytest.fixture
async def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    """Bo alone takes leads, so that each offer is his."""
    shop = Shop(database, clock)
    await shop.change("chen", state="leave")
    return shop


async def miss(shop: Shop, n: int) -> None:
    await shop.scan(phone=f"1390000100{n}")
    await shop.settle()
    await shop.wait(minutes=31)


async def presence(shop: Shop, who: str = "bo") -> Row | None:
    return next(iter(await shop.rows("presence", staff_id=who)), None)


async def is_away(shop: Shop, who: str = "bo") -> bool:
    held = await presence(shop, who)
    return (
        held is not None and held.body["away_at"] is not None and held.body["until"] > shop.clock()
    )


async def offered_next(shop: Shop) -> str:
    await shop.scan(phone="13900001999")
    await shop.settle()
    return str((await shop.rows("offer"))[-1].body["to_id"])


async def tap(shop: Shop, who: str) -> str | None:
    held = await presence(shop)
    assert held is not None
    for each in await shop.push(who, ("attendance", new_id(), {"presence_id": held.id})):
        assert isinstance(each, Refused)
        return each.code
    return None


async def test_one_unanswered_offer_says_nothing(shop: Shop) -> None:
    await miss(shop, 1)
    assert not await is_away(shop)
    assert await offered_next(shop) == "bo"


async def test_two_unanswered_offers_in_a_row_mark_a_person_away(shop: Shop) -> None:
    await miss(shop, 1)
    await miss(shop, 2)
    assert await is_away(shop)
    assert await offered_next(shop) == "lin", "the manager at once: nobody else is there"
    reasons = (await shop.rows("lead"))[-1].body["reasons"]
    assert {"staff_id": "bo", "code": "away"} in reasons


async def test_whoever_is_away_is_told_once_and_the_store_sees_it(shop: Shop) -> None:
    for n in range(3):
        await miss(shop, n)
    assert await shop.told("away") == ["bo"]
    held = await presence(shop)
    assert held is not None
    assert held.scopes == (desk_scope(RENMIN), staff_scope("bo"))
    assert len(held.body["missed_ids"]) == 2


async def test_two_offers_of_one_moment_count_once(shop: Shop) -> None:
    await shop.scan(phone="13900001001")
    await shop.scan(phone="13900001002")
    await shop.settle()
    await shop.wait(minutes=31)
    assert not await is_away(shop)


async def test_an_acceptance_between_two_unanswered_offers_starts_the_count_anew(
    shop: Shop,
) -> None:
    await miss(shop, 1)
    await shop.scan(phone="13900001555")
    await shop.settle()
    offer = (await shop.rows("offer"))[-1]
    assert await shop.accept("bo", offer) == []
    await miss(shop, 2)
    assert not await is_away(shop)


async def test_accepting_late_is_a_sign_of_life(shop: Shop) -> None:
    await miss(shop, 1)
    await miss(shop, 2)
    offer = (await shop.rows("offer", to_id="bo"))[-1]
    assert await shop.accept("bo", offer) == []
    assert not await is_away(shop)
    assert await offered_next(shop) == "bo"


async def test_receiving_a_customer_is_a_sign_of_life(shop: Shop) -> None:
    await miss(shop, 1)
    await miss(shop, 2)
    assert await shop.receive("bo", "13900001777") == []
    await shop.settle()
    assert not await is_away(shop)


async def test_a_tap_brings_a_person_back(shop: Shop) -> None:
    await miss(shop, 1)
    await miss(shop, 2)
    assert await tap(shop, "bo") is None
    assert not await is_away(shop)
    assert await offered_next(shop) == "bo"


async def test_nobody_taps_for_another(shop: Shop) -> None:
    await miss(shop, 1)
    await miss(shop, 2)
    assert await tap(shop, "lin") == "forbidden"
    assert await tap(shop, "chen") == "not_found"
    assert await is_away(shop)


async def test_the_next_day_begins_anew(shop: Shop) -> None:
    await miss(shop, 1)
    await miss(shop, 2)
    await shop.wait(hours=24)
    assert not await is_away(shop)
    assert await offered_next(shop) == "bo"
    await shop.wait(minutes=31)
    assert not await is_away(shop), "one today"


async def test_the_last_offer_of_yesterday_and_the_first_of_today_are_not_in_a_row(
    shop: Shop,
) -> None:
    await miss(shop, 1)
    await shop.wait(hours=24)
    await miss(shop, 2)
    assert not await is_away(shop)


async def test_whoever_was_off_shift_let_nothing_pass(shop: Shop) -> None:
    evening = {RENMIN: {"hours": [[[20 * 60, 22 * 60]]] * 7}}
    await shop.change("bo", shifts=evening)
    for n in range(2):
        await shop.scan(phone=f"1390000100{n}", rep_id="bo")
        await shop.settle()
        await shop.wait(minutes=31)
    assert await presence(shop) is None


async def test_with_a_colleague_there_the_next_lead_goes_to_them(shop: Shop) -> None:
    await miss(shop, 1)
    await miss(shop, 2)
    await shop.change("chen", state="active")
    assert await offered_next(shop) == "chen"
