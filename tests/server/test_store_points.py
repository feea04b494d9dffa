"""Where a store is: said on the spot or from a map, by whoever leads it, and kept as said."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.stores.geodesy import distance_m, point_of
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id
from tests.server.held import Holder
from tests.server.test_customers import send
from tests.server.test_visits import visit

PhoneOf = Callable[[str], Awaitable[Phone]]
DOOR = {"lat": 31.2404, "lng": 121.4737}
STANDING = {**DOOR, "source": "standing", "accuracy_m": 12, "fixes": 6, "store_id": RENMIN}


async def store_of(phone: Phone, id: str = RENMIN) -> dict[str, Any]:
    return (await Holder(phone).pull()).rows[id].body


async def test_a_manager_who_stands_there_says_where_the_store_is_and_visits_go_by_it(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    lin, bo = await phone_of("lin"), await phone_of("bo")
    assert await send(lin, "store_point", {**STANDING, "fence_m": 80}) is None
    store = await store_of(bo)
    assert (store["point"], store["fence_m"], store["point_at"]) == (DOOR, 80, clock())
    assert await send(bo, "visit", visit(bo, store_id=RENMIN, **DOOR)) is None
    assert (await Holder(bo).pull()).one("visit").body["reasons"] == ["inside"]
    said = (await Holder(lin).pull()).one("store_point")
    assert (said.meta[0], said.body["source"], said.body["fixes"]) == ("lin", "standing", 6)
    assert (await Holder(bo).pull()).of("store_point") == []


@pytest.mark.parametrize(
    ("datum", "source", "point"),
    [
        ("gcj02", "amap", {"lat": 31.2284577, "lng": 121.4782231}),
        ("bd09", "baidu", {"lat": 31.2343106, "lng": 121.4847815}),
        ("wgs84", "gps", {"lat": 31.2304, "lng": 121.4737}),
    ],
)
@pytest.mark.one_database
async def test_a_point_from_a_map_is_kept_as_it_was_said_and_stands_as_it_is(
    phone_of: PhoneOf, datum: str, source: str, point: dict[str, float]
) -> None:
    lin = await phone_of("lin")
    told = {**point, "datum": datum, "source": source, "store_id": RENMIN}
    assert await send(lin, "store_point", told) is None
    held = await Holder(lin).pull()
    said, store = held.one("store_point").body, held.rows[RENMIN].body
    assert {field: said[field] for field in told} == told
    assert said["wgs84"] == store["point"]
    people_square = point_of({"lat": 31.2304, "lng": 121.4737})
    assert distance_m(point_of(store["point"]), people_square) < 0.1


async def test_only_those_who_lead_the_store_say_where_it_is(phone_of: PhoneOf) -> None:
    bo, lin, qiao, hua = [await phone_of(who) for who in ("bo", "lin", "qiao", "hua")]
    assert (await send(bo, "store_point", STANDING))["code"] == "forbidden"
    theirs = {**STANDING, "store_id": BINJIANG}
    assert (await send(lin, "store_point", theirs))["code"] == "forbidden"
    assert await send(qiao, "store_point", theirs) is None
    assert await send(hua, "store_point", {"store_id": RENMIN, "fence_m": 300}) is None
    assert (await store_of(lin))["fence_m"] == 300
    assert (await store_of(lin, BINJIANG))["point"] == DOOR


@pytest.mark.one_database
async def test_what_is_too_coarse_or_half_said_is_refused_by_name(phone_of: PhoneOf) -> None:
    lin = await phone_of("lin")
    faulty: list[tuple[dict[str, Any], str]] = [
        ({**STANDING, "accuracy_m": 101}, "accuracy_m"),
        ({**STANDING, "accuracy_m": None}, "accuracy_m"),
        ({**STANDING, "lng": None}, "lng"),
        ({**STANDING, "source": None}, "source"),
        ({**STANDING, "datum": "mars"}, "datum"),
        ({"store_id": RENMIN}, "lat"),
        ({"store_id": RENMIN, "fence_m": 29}, "fence_m"),
        ({**STANDING, "wgs84": DOOR}, "wgs84"),
    ]
    for told, field in faulty:
        assert (await send(lin, "store_point", told))["field"] == field
    assert (await store_of(lin))["point"] == {"lat": 31.2304, "lng": 121.4737}


@pytest.mark.one_database
async def test_an_older_point_that_comes_late_is_history_at_once(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    lin, qiao = await phone_of("lin"), await phone_of("qiao")
    late = lin.operation("store_point", make_id(), {**STANDING, "lat": 31.25})
    clock.advance(hours=2)
    assert await send(qiao, "store_point", STANDING) is None
    clock.advance(hours=1)
    assert "except" not in (await lin.push([late])).json()
    held = await Holder(lin).pull()
    assert held.rows[RENMIN].body["point"] == DOOR
    assert held.rows[late["i"]].body["wgs84"]["lat"] == 31.25
