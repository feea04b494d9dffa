"""A store's rules as its manager sees them: changed, refused, rehearsed; and the month's report."""

from collections import Counter
from typing import Any

import httpx
import pytest

from server.db import Database
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock, SignIn
from tests.server.shop import Shop, new_id

RULES = f"/api/stores/{RENMIN}/routing"
REHEARSAL = f"{RULES}/rehearsal"
FAIRNESS = f"/api/stores/{RENMIN}/fairness"


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def test_a_store_without_rules_has_the_defaults(lin: httpx.AsyncClient) -> None:
    assert (await lin.get(RULES)).json() == {"rules": {}, "followed": True, "faults": []}


async def test_a_manager_changes_some_rules_and_the_others_stay(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await lin.patch(RULES, json={"open_cap": 9, "people": {"bo": {"weight": 2}}})
    answer = await lin.patch(RULES, json={"seniors": ["chen"], "senior_tiers": ["A"]})
    wanted = {
        "open_cap": 9,
        "people": {"bo": {"weight": 2}},
        "seniors": ["chen"],
        "senior_tiers": ["A"],
    }
    assert answer.json() == {"rules": wanted}
    assert (await lin.get(RULES)).json()["rules"] == wanted
    [store] = [row for row in await shop.rows("store") if row.id == RENMIN]
    assert store.body["routing"] == wanted
    await lin.patch(RULES, json={"people": None, "seniors": None, "senior_tiers": None})
    assert (await lin.get(RULES)).json()["rules"] == {"open_cap": 9}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({"open_cap": 0}, "invalid", "open_cap"),
        ({"open_cap": "many"}, "invalid", "open_cap"),
        ({"people": {"bo": {"weight": -1}}}, "invalid", "people[...].weight"),
        ({"people": {"bo": {"day_cap": 0}}}, "invalid", "people[...].day_cap"),
        ({"people": {"bo": {"luck": 7}}}, "invalid", "luck"),
        ({"luck": 7}, "invalid", "luck"),
        ({"senior_score": 101}, "invalid", "senior_score"),
        ({"reach_min": 1}, "invalid", "reach_min"),
        ({"people": {"ghost": {"weight": 1}}}, "unknown_person", "people.ghost"),
        ({"people": {"wu": {"weight": 1}}}, "unknown_person", "people.wu"),
        ({"seniors": ["wu"]}, "unknown_person", "seniors.wu"),
        ({"people": {"bo": {"weight": 0}, "chen": {"weight": 0}}}, "names_nobody", "people"),
        ({"needs": [{"skill": "橱柜"}]}, "nobody_has_skill", "needs.橱柜"),
    ],
)
async def test_rules_that_cannot_be_are_refused_with_the_reason_and_nothing_changes(
    lin: httpx.AsyncClient, wish: dict[str, Any], code: str, field: str
) -> None:
    for path, send in ((RULES, lin.patch), (REHEARSAL, lin.post)):
        answer = await send(path, json=wish)
        assert answer.status_code == 400
        assert answer.json()["error"] == {"code": code, "field": field}
    assert (await lin.get(RULES)).json()["rules"] == {}


async def test_no_rules_at_all_are_no_rules(lin: httpx.AsyncClient) -> None:
    for body in ("[]", "7", "null", "{", '{"people": []}'):
        headers = {"content-type": "application/json"}
        answer = await lin.patch(RULES, content=body, headers=headers)
        assert answer.status_code == 400


async def test_what_became_wrong_with_rules_since_is_told(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await lin.patch(RULES, json={"seniors": ["bo"]})
    await shop.change("bo", store_ids=[BINJIANG])
    told = (await lin.get(RULES)).json()
    assert told["faults"] == [{"code": "unknown_person", "field": "seniors.bo"}]
    await shop.change(RENMIN, routing={"from": "a later version"})
    assert (await lin.get(RULES)).json()["followed"] is False


async def test_only_whoever_leads_the_store_sees_and_changes_its_rules(sign_in: SignIn) -> None:
    for who in ("lin", "qiao", "hua"):
        client = await sign_in(who)
        assert (await client.patch(RULES, json={"open_cap": 9})).status_code == 200
        assert (await client.post(REHEARSAL, json={})).status_code == 200
        assert (await client.get(FAIRNESS)).status_code == 200
    for who in ("bo", "xia", "wu"):
        client = await sign_in(who)
        answers = [
            await client.get(RULES),
            await client.patch(RULES, json={"open_cap": 9}),
            await client.post(REHEARSAL, json={}),
            await client.get(FAIRNESS),
        ]
        assert {answer.status_code for answer in answers} == {404}
    lin = await sign_in("lin")
    for store in (BINJIANG, "store-nowhere", "bo"):
        path = f"/api/stores/{store}/routing"
        assert (await lin.get(path)).status_code == 404
        assert (await lin.patch(path, json={})).status_code == 404


# The rehearsal


async def leads(shop: Shop, count: int, first: int = 0) -> None:
    for n in range(first, first + count):
        await shop.scan(phone=f"1392000{n:04}")
        await shop.settle()
        shop.clock.advance(seconds=30)


async def close_all(shop: Shop) -> None:
    for lead in await shop.rows("lead"):
        if lead.body["state"] != "closed":
            fields = {"lead_id": lead.id, "reason": "no_need"}
            await shop.push("lin", ("closing", new_id(), fields))


def by_person(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    return {each["staff_id"]: each for each in answer.json()["people"]}


async def test_a_rehearsal_of_the_rules_that_stand_moves_nothing(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await lin.patch(RULES, json={"people": {"bo": {"weight": 3}}})
    await leads(shop, 12)
    answer = await lin.post(REHEARSAL, json={})
    told = by_person(answer)
    assert {id: (each["had"], each["would"]) for id, each in told.items()} == {
        "bo": (9, 9),
        "chen": (3, 3),
    }
    assert all(not each["gained"] and not each["lost"] for each in told.values())
    assert answer.json()["leads"] == 12


async def test_a_rehearsal_foretells_what_the_changed_rules_then_do(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await leads(shop, 8)
    wish = {"people": {"bo": {"weight": 3}}}
    told = by_person(await lin.post(REHEARSAL, json=wish))
    assert (told["bo"]["had"], told["bo"]["would"]) == (4, 6)
    assert told["bo"]["gained"] == told["chen"]["lost"]
    assert told["bo"]["gained"]["fairest"] - told["bo"]["lost"].get("fairest", 0) == 2
    assert (await lin.get(RULES)).json()["rules"] == {}, "nothing was changed"
    await close_all(shop)
    await lin.patch(RULES, json=wish)
    await leads(shop, 8, first=8)
    since = [row.body["to_id"] for row in await shop.rows("offer")][8:]
    assert Counter(since) == {"bo": told["bo"]["would"], "chen": told["chen"]["would"]}


async def test_a_rehearsal_says_by_which_code_leads_go_and_how_many_nobody_could_have(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await leads(shop, 6)
    answer = await lin.post(REHEARSAL, json={"open_cap": 2})
    told = by_person(answer)
    assert told["bo"]["would"] == told["chen"]["would"] == 2
    assert told["bo"]["lost"] == told["chen"]["lost"] == {"full": 1}
    unassigned = answer.json()["unassigned"]
    assert unassigned == {"would": 2, "codes": {"full": 4}}
    await close_all(shop)


async def test_a_rehearsal_leaves_receptions_where_they_were(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await shop.receive("bo", phone="13920009999")
    await shop.settle()
    await leads(shop, 1)
    told = by_person(await lin.post(REHEARSAL, json={}))
    assert {id: (each["had"], each["would"]) for id, each in told.items()} == {
        "bo": (1, 1),
        "chen": (1, 1),
    }


async def test_leads_of_more_than_a_month_ago_are_not_rehearsed(
    sign_in: SignIn, shop: Shop
) -> None:
    await leads(shop, 2)
    shop.clock.advance(days=31)
    lin = await sign_in("lin")
    assert (await lin.post(REHEARSAL, json={})).json()["leads"] == 0


# The month's report


async def test_the_report_shows_each_persons_part_beside_what_they_were_entitled_to(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await shop.receive("bo", phone="13920009999")
    await shop.settle()
    await leads(shop, 5)
    for offer in await shop.rows("offer", to_id="chen"):
        await shop.accept("chen", offer)
    answer = await lin.get(FAIRNESS, params={"month": "2026-11"})
    assert answer.json()["month"] == "2026-11"
    told = by_person(answer)
    assert told["bo"] == {
        "staff_id": "bo",
        "name": "薄",
        "weight": 1,
        "offered": 2,
        "accepted": 0,
        "self_received": 1,
        "received": 3,
        "entitled": 3.0,
        "deviation": 0.0,
        "share": 0.5,
        "entitled_share": 0.5,
    }
    assert (told["chen"]["offered"], told["chen"]["accepted"]) == (3, 3)
    assert told["chen"]["deviation"] == 0


async def test_whoever_was_not_there_was_entitled_to_nothing(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    await shop.change("chen", state="leave")
    await leads(shop, 4)
    await shop.change("chen", state="active")
    await leads(shop, 4, first=4)
    told = by_person(await lin.get(FAIRNESS))
    assert (told["bo"]["entitled"], told["chen"]["entitled"]) == (6.0, 2.0)
    assert all(abs(each["deviation"]) <= 1 for each in told.values())


async def test_a_month_ends_with_the_stores_own_midnight(
    lin: httpx.AsyncClient, shop: Shop
) -> None:
    shop.clock.advance(days=7, hours=11)
    await leads(shop, 2)
    shop.clock.advance(days=1)
    november = await lin.get(FAIRNESS, params={"month": "2026-11"})
    assert (november.json()["leads"], (await lin.get(FAIRNESS)).json()["leads"]) == (2, 0)
    assert sum(each["entitled"] for each in november.json()["people"]) == 2


@pytest.mark.one_database
@pytest.mark.parametrize("month", ["2026-13", "November", "2026", "0000-01", "2026-11-01"])
async def test_a_month_that_is_none_is_refused(lin: httpx.AsyncClient, month: str) -> None:
    answer = await lin.get(FAIRNESS, params={"month": month})
    assert answer.json()["error"] == {"code": "invalid", "field": "month"}
