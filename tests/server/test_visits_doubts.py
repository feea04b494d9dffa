"""What makes a position hard to believe, what stands in for one, and who has the last word."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update

from server.config import Config
from server.db import Database
from server.rows.tables import keys
from server.stores.posters import Poster, sign
from server.stores.queries import hang_poster
from server.stores.tables import posters
from tests.cast import BINJIANG, CODE, ORG, RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id, register
from tests.server.held import Got, Holder
from tests.server.test_customers import send
from tests.server.test_visits import visit

PhoneOf = Callable[[str], Awaitable[Phone]]
BEIJING = {"lat": 39.9042, "lng": 116.4074}
HANDSET = "0123456789abcdef"


async def check_in(phone: Phone, **fields: Any) -> Got:
    """The visit as its author's phone has it back. A position of its own each time."""
    id = make_id()
    assert await send(phone, "visit", visit(phone, **{"store_id": RENMIN, **fields}), id) is None
    return (await Holder(phone).pull()).rows[id]


def judged(got: Got) -> tuple[str, list[str]]:
    return got.body["grade"], got.body["reasons"]


async def hang(
    database: Database, store_id: str, byte: bytes, staff_id: str | None = None
) -> Poster:
    return await database.transact(
        lambda connection: hang_poster(
            connection, ORG, CODE, store_id, "门口", byte * 10, 1_795_000_000_000, staff_id
        )
    )


async def test_nobody_is_in_two_towns_within_the_hour_but_a_train_may_be_taken(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    assert judged(await check_in(bo)) == ("verified", ["inside"])
    clock.advance(minutes=30)
    assert (await check_in(chen, lat=31.2306)).body["grade"] == "verified"
    far = await check_in(bo, **BEIJING)
    assert judged(far) == ("uncertain", ["outside", "too_fast"])
    clock.advance(minutes=30)
    assert judged(await check_in(bo, lat=31.2302)) == ("verified", ["inside"])
    clock.advance(hours=5)
    assert judged(await check_in(bo, **BEIJING, accuracy_m=21)) == ("uncertain", ["outside"])


async def test_a_position_said_twice_to_the_last_digit_is_doubted_but_one_reading_may_serve_twice(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    fix_at = bo.clock() - 1000
    await check_in(bo, fix_at=fix_at)
    clock.advance(minutes=1)
    assert (await check_in(bo, fix_at=fix_at)).body["reasons"] == ["inside"]
    assert judged(await check_in(bo)) == ("plausible", ["inside", "same_point"])
    assert judged(await check_in(chen, fix_at=fix_at)) == ("plausible", ["inside", "same_point"])
    assert judged(await check_in(bo, lat=31.2303, accuracy_m=0)) == (
        "plausible",
        ["inside", "too_exact"],
    )


async def test_two_people_on_one_phone_are_noticed_unless_the_phone_went_from_hand_to_hand(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    await check_in(bo, handset=HANDSET)
    assert (await check_in(bo, handset=HANDSET, lat=31.2302)).body["reasons"] == ["inside"]
    clock.advance(minutes=2)
    assert judged(await check_in(chen, handset=HANDSET, lat=31.2305)) == (
        "plausible",
        ["inside", "shared_device"],
    )
    clock.advance(hours=12)
    assert (await check_in(bo, handset=HANDSET, lat=31.2306)).body["reasons"] == ["inside"]


async def test_the_code_on_the_wall_stands_in_for_a_position_that_cannot_be_had(
    phone_of: PhoneOf,
    database: Database,
    config: Config,
    poster: Poster,
    clock: MovableClock,
) -> None:
    bo = await phone_of("bo")
    nothing = {"lat": None, "lng": None, "accuracy_m": None, "fix_at": None, "fix_source": "none"}
    assert judged(await check_in(bo, **nothing)) == ("uncertain", ["no_fix"])
    walled = await check_in(bo, **nothing, wall_code=sign(config.keys, poster))
    assert judged(walled) == ("plausible", ["no_fix", "wall_code"])
    typed = await check_in(bo, accuracy_m=190, lat=31.2314, wall_code=poster.id.upper())
    assert judged(typed) == ("verified", ["edge", "wall_code"])
    clock.advance(hours=1)
    gone = await check_in(bo, lat=31.2504, wall_code=poster.id)
    assert judged(gone) == ("uncertain", ["outside", "wall_code"])
    theirs, own = (
        await hang(database, BINJIANG, b"\x07"),
        await hang(database, RENMIN, b"\x08", "bo"),
    )
    forged = sign(("another key",), poster)
    for code in (theirs.id, own.id, forged, "?"):
        refused = await check_in(bo, **nothing, wall_code=code)
        assert judged(refused) == ("uncertain", ["no_fix", "wrong_code"]), code
    ending = update(posters).values(ends_at=clock() + 1)
    await database.transact(lambda connection: connection.execute(ending))
    assert (await check_in(bo, **nothing, wall_code=poster.id)).body["reasons"][1] == "wall_code"
    clock.advance(minutes=1)
    assert (await check_in(bo, **nothing, wall_code=poster.id)).body["reasons"][1] == "wrong_code"
    await database.transact(
        lambda connection: connection.execute(update(posters).values(ends_at=None, revoked_at=1))
    )
    assert (await check_in(bo, **nothing, wall_code=poster.id)).body["reasons"][1] == "wrong_code"


async def test_a_position_in_the_datum_of_a_map_is_kept_as_received_and_measured_as_it_is(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    shifted = {"lat": 31.228458, "lng": 121.478223}
    said = await check_in(bo, **shifted, datum="gcj02")
    assert judged(said) == ("verified", ["inside"])
    assert said.body["distance_m"] <= 1
    assert (said.body["lat"], said.body["datum"]) == (31.228458, "gcj02")
    unsaid = await check_in(bo, **shifted, accuracy_m=21)
    assert judged(unsaid) == ("plausible", ["other_datum"])
    assert 400 < unsaid.body["distance_m"] < 600


@pytest.mark.one_database
async def test_half_a_position_is_none_and_what_only_the_server_says_is_refused(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    for field in ("lat", "lng", "accuracy_m", "fix_at"):
        half = visit(bo, store_id=RENMIN, **{field: None})
        assert (await send(bo, "visit", half))["field"] == field
    for field in ("grade", "reasons", "dwell_s", "rounded"):
        refused = await send(bo, "visit", visit(bo, store_id=RENMIN, **{field: "x"}))
        assert (refused["code"], refused["field"]) == ("server_field", field)


async def test_leaving_says_how_long_somebody_stayed_once_and_a_moment_is_only_remarked(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    first = await check_in(bo)
    assert (await send(chen, "departure", {"visit_id": first.id}))["code"] == "not_found"
    clock.advance(minutes=35)
    assert await send(bo, "departure", {"visit_id": first.id}) is None
    clock.advance(hours=3)
    assert await send(bo, "departure", {"visit_id": first.id}) is None
    brief = await check_in(bo, lat=31.2303)
    clock.advance(seconds=100)
    assert await send(bo, "departure", {"visit_id": brief.id}) is None
    held = (await Holder(bo).pull()).rows
    assert held[first.id].body["dwell_s"] == 35 * 60
    assert held[first.id].body["reasons"] == ["inside"]
    assert held[brief.id].body["dwell_s"] == 100
    assert judged(held[brief.id]) == ("verified", ["inside", "brief"])


async def test_a_second_check_in_elsewhere_needs_no_leaving(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    await check_in(bo)
    clock.advance(hours=1)
    customer_id = await register(bo)
    assert judged(await check_in(bo, store_id=None, customer_id=customer_id, lat=31.24)) == (
        "plausible",
        ["no_place"],
    )


async def test_a_picture_lifts_nothing_and_the_manager_has_the_last_word(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin, chen = await phone_of("bo"), await phone_of("lin"), await phone_of("chen")
    far = await check_in(bo, lat=31.2604)
    picture = {
        "subject_id": far.id,
        "kind": "visit",
        "sha256": hashlib.sha256(b"door").hexdigest(),
        "bytes": 4,
        "width": 4,
        "height": 3,
    }
    assert await send(bo, "photo", picture) is None
    assert judged((await Holder(bo).pull()).rows[far.id]) == ("uncertain", ["outside"])
    word = {"visit_id": far.id, "choice": "confirm", "note": "我在场"}
    assert (await send(bo, "attestation", word))["code"] == "forbidden"
    assert (await send(chen, "attestation", word))["code"] == "forbidden"
    assert await send(lin, "attestation", word) is None
    held = (await Holder(bo).pull()).rows[far.id]
    assert judged(held) == ("verified", ["outside", "confirmed"])
    assert held.body["attested_by"] == "lin"
    assert await send(lin, "attestation", {**word, "choice": "doubt"}) is None
    held = (await Holder(bo).pull()).rows[far.id]
    assert judged(held) == ("uncertain", ["outside", "doubted"])
    mine = await check_in(lin, lat=31.2305)
    assert (await send(lin, "attestation", {**word, "visit_id": mine.id}))["code"] == "forbidden"


async def test_a_day_without_signal_is_judged_in_one_push_visit_by_visit(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    morning = visit(bo, store_id=RENMIN)
    first = bo.operation("visit", make_id(), morning)
    clock.advance(minutes=20)
    second = bo.operation("visit", make_id(), visit(bo, store_id=BINJIANG, **BEIJING))
    third = bo.operation("visit", make_id(), visit(bo, store_id=RENMIN))
    assert "except" not in (await bo.push([first], [second], [third])).json()
    held = (await Holder(bo).pull()).rows
    assert [held[each["i"]].body["reasons"] for each in (first, second, third)] == [
        ["inside"],
        ["outside", "too_fast"],
        ["inside", "same_point"],
    ]


@pytest.mark.one_database
async def test_visits_of_the_past_are_found_by_their_keys_alone(
    phone_of: PhoneOf, database: Database
) -> None:
    bo = await phone_of("bo")
    id = (await check_in(bo, handset=HANDSET)).id
    async with database.read() as connection:
        held = (await connection.execute(keys.select().where(keys.c.row_id == id))).all()
    assert {row.kind for row in held} == {"last_visit", "visit_point", "visit_handset"}
