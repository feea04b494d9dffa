"""Check-ins through a phone's push: who sees them, and what the server makes of the place."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.cast import BINJIANG, RENMIN
from tests.phone import Phone
from tests.server.deeds import register
from tests.server.held import Holder
from tests.server.test_customers import send

PhoneOf = Callable[[str], Awaitable[Phone]]
STORE = {"lat": 31.2304, "lng": 121.4737}


def visit(phone: Phone, **fields: Any) -> dict[str, Any]:
    """At the door of the store, a good fix a second old."""
    return {
        **STORE,
        "accuracy_m": 20,
        "fix_at": phone.clock() - 1000,
        "fix_source": "gps",
        **fields,
    }


async def test_standing_in_the_store_is_verified(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    assert await send(bo, "visit", visit(bo, store_id=RENMIN, lat=31.2310)) is None
    body = (await Holder(bo).pull()).one("visit").body
    assert body["grade"] == "verified"
    assert body["distance_m"] == pytest.approx(67, abs=2)


async def test_a_check_in_a_kilometre_away_is_kept_and_uncertain(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    assert await send(bo, "visit", visit(bo, store_id=RENMIN, lat=31.2404)) is None
    assert (await Holder(bo).pull()).one("visit").body["grade"] == "uncertain"


async def test_an_old_fix_proves_little(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    old = bo.clock() - 11 * 60_000
    assert await send(bo, "visit", visit(bo, store_id=RENMIN, fix_at=old)) is None
    assert (await Holder(bo).pull()).one("visit").body["grade"] == "uncertain"


async def test_a_visit_to_a_store_is_between_the_visitor_and_its_manager(
    phone_of: PhoneOf,
) -> None:
    bo, lin, chen = await phone_of("bo"), await phone_of("lin"), await phone_of("chen")
    await send(bo, "visit", visit(bo, store_id=RENMIN))
    assert len((await Holder(lin).pull()).of("visit")) == 1
    assert (await Holder(chen).pull()).of("visit") == []


async def test_a_visit_to_a_customer_joins_the_tree_without_a_place_to_compare(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    assert await send(bo, "visit", visit(bo, customer_id=id, note="上门量尺")) is None
    held = (await Holder(bo).pull()).one("visit")
    assert held.root == id
    assert (held.body["grade"], held.body["distance_m"]) == ("plausible", None)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lat": 91}, "lat"),
        ({"lng": -181}, "lng"),
        ({"accuracy_m": -1}, "accuracy_m"),
        ({"fix_at": "now"}, "fix_at"),
    ],
)
async def test_a_place_that_is_none_is_refused_by_name(
    phone_of: PhoneOf, fields: dict[str, Any], field: str
) -> None:
    bo = await phone_of("bo")
    refused = await send(bo, "visit", visit(bo, store_id=RENMIN, **fields))
    assert (refused["code"], refused["field"]) == ("invalid", field)


async def test_a_visit_to_nothing_is_refused(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    assert (await send(bo, "visit", visit(bo)))["code"] == "invalid"
    assert (await send(bo, "visit", visit(bo, store_id="no-store")))["code"] == "not_found"


async def test_a_check_in_at_another_store_is_kept(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    assert await send(bo, "visit", visit(bo, store_id=BINJIANG)) is None
