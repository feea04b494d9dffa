"""Each week a manager walks past the store's codes: what hangs there is ours, or is reported."""

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from server.config import Config
from server.db import Database
from server.stores.posters import Poster, sign
from server.stores.queries import hang_poster
from server.stores.tables import posters
from tests.cast import BINJIANG, CODE, ORG, RENMIN
from tests.conftest import MovableClock, PhoneOf
from tests.phone import Phone
from tests.server.deeds import make_id
from tests.server.held import Holder
from tests.server.shop import Shop
from tests.server.test_customers import send

POSTERS = f"/api/stores/{RENMIN}/posters"


@pytest.fixture
async def codes(database: Database, clock: MovableClock, xinju: str) -> list[Poster]:
    """Door and till, hung the week before; and the door of the other store."""
    clock.advance(days=-3)
    places = [(RENMIN, "门口", 1), (RENMIN, "收银台", 2), (BINJIANG, "门口", 3)]
    made = [
        await database.transact(
            lambda connection, at=at: hang_poster(  # type: ignore[misc]
                connection, ORG, CODE, at[0], at[1], bytes([at[2]]) * 10, clock()
            )
        )
        for at in places
    ]
    clock.advance(days=3)
    return made


def link(config: Config, poster: Poster) -> str:
    return f"{config.origin}/r/{sign(config.keys, poster)}"


async def found(phone: Phone, text: str, **more: Any) -> Any:
    """What the phone is told of a check, or the verdict that came back."""
    id = make_id()
    fields = {"store_id": RENMIN, "text": text, **more}
    answer = await phone.push([phone.operation("code_check", id, fields)])
    if exceptions := answer.json().get("except"):
        return exceptions[0]["code"]
    return (await Holder(phone).pull()).rows[id].body["verdict"]


async def line(client: httpx.AsyncClient) -> tuple[int, int]:
    stores = (await client.get("/api/boards")).json()["stores"]
    (own,) = [each for each in stores if each["store_id"] == RENMIN]
    return own["codes_unchecked"], own["codes_foreign"]


async def test_a_week_is_done_when_every_code_was_found_and_late_after_its_first_open_day(
    codes: list[Poster],
    phone_of: PhoneOf,
    lin: httpx.AsyncClient,
    qiao: httpx.AsyncClient,
    config: Config,
    clock: MovableClock,
) -> None:
    phone, (door, till, _) = await phone_of("lin"), codes
    assert await line(qiao) == (0, 0)
    assert await found(phone, link(config, door), poster_id=door.id, position="门口") == "ours"
    told = (await lin.get(POSTERS)).json()
    assert told["check"] == {
        "since": clock() - 10.5 * 3_600_000,
        "due_at": clock() + 13.5 * 3_600_000,
    }
    seen = {each["id"]: (each["checked_at"], each["checked_by"]) for each in told["posters"]}
    assert seen == {door.id: (clock(), "lin"), till.id: (None, None)}
    clock.advance(days=1)
    assert await line(qiao) == (1, 0)
    # What is printed below the picture says nothing of the picture: another may be pasted over it.
    for typed in (till.id.upper(), f"{config.origin}/p/{till.id}"):
        assert await found(phone, typed, poster_id=till.id) == "typed"
    assert await line(qiao) == (1, 0)
    assert await found(phone, link(config, till), poster_id=till.id) == "ours"
    assert await line(qiao) == (0, 0)
    # What is hung within the week need not be looked for before the next.
    assert (await lin.post(POSTERS, json={"position": "二楼"})).status_code == 201
    assert await line(qiao) == (0, 0)
    clock.advance(days=7)
    assert await line(qiao) == (3, 0)


async def test_a_code_that_is_not_ours_is_told_from_every_other_and_reaches_the_area_manager(
    codes: list[Poster],
    phone_of: PhoneOf,
    lin: httpx.AsyncClient,
    bo: httpx.AsyncClient,
    wu: httpx.AsyncClient,
    qiao: httpx.AsyncClient,
    config: Config,
) -> None:
    phone, (door, till, other) = await phone_of("lin"), codes
    token = sign(config.keys, door)
    mine = (await bo.post(f"/api/stores/{RENMIN}/personal-codes", json={"staff_id": "bo"})).json()
    assert await found(phone, link(config, other)) == "other_store"
    assert await found(phone, mine["link"]) == "ours"
    assert await found(phone, mine["link"], poster_id=door.id) == "invalid"
    theirs = (
        await wu.post(f"/api/stores/{BINJIANG}/personal-codes", json={"staff_id": "wu"})
    ).json()
    assert await found(phone, theirs["link"]) == "other_store"
    for fake in (
        f"https://evil.example/r/{token}",
        f"{config.origin}.evil.example/r/{token}",
        f"{config.origin}/r/{token[:-1]}",
        "https://evil.example",
        "weixin://pay/1",
    ):
        assert await found(phone, fake, position="门口", note="盖在我们的上面") == "foreign"
    assert await line(qiao) == (0, 5)
    await lin.post(f"{POSTERS}/{door.id}/ending", json={"how": "replace"})
    assert await found(phone, link(config, door)) == "old"
    # A phone that takes one code for another is not believed.
    assert await found(phone, link(config, till), poster_id=door.id) == "invalid"
    assert await found(phone, link(config, till)) == "ours"


async def test_the_codes_of_people_at_work_are_looked_at_each_week_like_those_on_the_walls(
    database: Database,
    phone_of: PhoneOf,
    lin: httpx.AsyncClient,
    bo: httpx.AsyncClient,
    qiao: httpx.AsyncClient,
    clock: MovableClock,
    xinju: str,
) -> None:
    phone, shop = await phone_of("lin"), Shop(database, clock)
    mine = (await bo.post(f"/api/stores/{RENMIN}/personal-codes", json={"staff_id": "bo"})).json()
    clock.advance(days=8)
    assert await line(qiao) == (1, 0)
    await shop.change("bo", state="leave")
    assert await line(qiao) == (0, 0), "nobody can scan it"
    assert (await lin.get(POSTERS)).json()["badges"] == []
    await shop.change("bo", state="active")
    assert await found(phone, mine["id"], poster_id=mine["id"]) == "typed"
    assert await line(qiao) == (1, 0)
    assert await found(phone, mine["link"], poster_id=mine["id"], position="薄") == "ours"
    assert await line(qiao) == (0, 0)
    told = (await lin.get(POSTERS)).json()
    (badge,) = told["badges"]
    assert (badge["id"], badge["position"], badge["link"]) == (mine["id"], "薄", mine["link"])
    assert (badge["checked_at"], badge["checked_by"]) == (clock(), "lin")
    assert told["posters"] == told["old_badges"] == []
    end = {"how": "replace", "grace_days": 0}
    assert (await bo.post(f"{POSTERS}/{mine['id']}/ending", json=end)).is_success
    told = (await lin.get(POSTERS)).json()
    assert [each["id"] for each in told["old_badges"]] == [mine["id"]]
    assert mine["id"] not in {each["id"] for each in told["badges"]}
    assert await found(phone, mine["link"]) == "old"


@pytest.mark.one_database
async def test_a_signature_that_ends_like_a_typed_code_is_still_ours(
    phone_of: PhoneOf, database: Database, config: Config, clock: MovableClock, xinju: str
) -> None:
    made = (
        Poster(ORG, f"{CODE}-{number}", RENMIN, "门口", str(number), None, clock())
        for number in range(10_000, 99_999)
    )
    poster = next(each for each in made if re.search("[-_][^-_]{5}$", sign(config.keys, each)))
    await database.transact(lambda c: c.execute(insert(posters).values(vars(poster))))
    assert await found(await phone_of("lin"), link(config, poster)) == "ours"


@pytest.mark.one_database
async def test_who_does_not_lead_the_store_says_nothing_of_its_codes(
    codes: list[Poster], phone_of: PhoneOf
) -> None:
    fields = {"store_id": RENMIN, "text": "https://evil.example"}
    for who, store, code in (("bo", RENMIN, "forbidden"), ("lin", BINJIANG, "forbidden")):
        said = await send(await phone_of(who), "code_check", {**fields, "store_id": store})
        assert said["code"] == code
    assert await send(await phone_of("qiao"), "code_check", fields) is None
