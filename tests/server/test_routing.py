"""Who gets the next lead, and who is told why not."""

from collections import Counter

import pytest

from server.db import Database
from server.leads.routing import Candidate, Reason, duty_chain, route
from tests.cast import RENMIN
from tests.conftest import MovableClock, SignIn
from tests.server.shop import Shop


def person(staff_id: str, received: int = 0, last_at: int = 0, **more: object) -> Candidate:
    values = {"name": staff_id, "state": "active", "accepts_leads": True, **more}
    return Candidate(staff_id=staff_id, received=received, last_at=last_at, **values)  # type: ignore[arg-type]


def test_whoever_has_received_least_is_next() -> None:
    assert route([person("bo", 3), person("chen", 2)], None, []).staff_id == "chen"


def test_of_two_who_received_the_same_the_one_who_waited_longest_is_next() -> None:
    assert route([person("bo", 2, 50), person("chen", 2, 90)], None, []).staff_id == "bo"


def test_the_owner_comes_before_fairness() -> None:
    chosen = route([person("bo", 9), person("chen", 0)], "bo", [])
    assert chosen == ("bo", (Reason("bo", "owner"),))


def test_everybody_who_is_skipped_has_a_reason() -> None:
    people = [
        person("bo", state="leave"),
        person("chen", state="left"),
        person("wu", in_store=False),
        person("xia", accepts_leads=False),
        person("lin"),
    ]
    assert route(people, "wu", ["lin"]) == (
        None,
        (
            Reason("bo", "leave"),
            Reason("chen", "left"),
            Reason("wu", "other_store"),
            Reason("xia", "not_accepting"),
            Reason("lin", "missed"),
        ),
    )


def test_the_duty_chain_names_each_person_once() -> None:
    store = {"deputy_id": "lin", "manager_id": "lin", "area_id": "qiao"}
    assert duty_chain(store, ["hua", "qiao"]) == ["lin", "qiao", "hua"]


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def test_ten_leads_are_shared_by_two_people(shop: Shop) -> None:
    for n in range(10):
        await shop.scan(phone=f"1390000{n:04}")
        await shop.settle()
        shop.clock.advance(seconds=1)
    shares = Counter(row.body["to_id"] for row in await shop.rows("offer"))
    assert shares == {"bo": 5, "chen": 5}


async def test_a_customer_received_in_person_counts_in_the_fairness(shop: Shop) -> None:
    await shop.receive("bo", phone="13900000009")
    await shop.settle()
    await shop.scan()
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "chen"


async def test_a_newcomer_does_not_get_every_lead_until_they_have_caught_up(shop: Shop) -> None:
    await shop.change("chen", state="leave")
    for n in range(6):
        await shop.scan(phone=f"1390000{n:04}")
        await shop.settle()
    await shop.change("chen", state="active")
    for n in range(6, 10):
        shop.clock.advance(seconds=1)
        await shop.scan(phone=f"1390000{n:04}")
        await shop.settle()
    shares = Counter(row.body["to_id"] for row in await shop.rows("offer"))
    assert shares == {"bo": 8, "chen": 2}


async def test_the_manager_sees_who_could_take_a_lead_and_why_others_could_not(
    shop: Shop, sign_in: SignIn
) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await shop.accept(offer.body["to_id"], offer)
    await shop.change("chen", state="leave")
    lin = await sign_in("lin")
    lead = await shop.row("lead")
    answer = await lin.get(f"/api/leads/{lead.id}/candidates")
    assert answer.status_code == 200, answer.text
    held = 1 if offer.body["to_id"] == "bo" else 0
    assert answer.json()["eligible"] == [{"staff_id": "bo", "name": "薄", "load": held}]
    assert {"staff_id": "chen", "name": "陈", "code": "leave"} in answer.json()["skipped"]


async def test_a_lead_out_of_reach_has_no_candidates(shop: Shop, sign_in: SignIn) -> None:
    await shop.scan()
    lead = await shop.row("lead")
    for who in ("bo", "wu", "xia"):
        client = await sign_in(who)
        assert (await client.get(f"/api/leads/{lead.id}/candidates")).status_code == 404
    assert RENMIN in lead.body["store_id"]
