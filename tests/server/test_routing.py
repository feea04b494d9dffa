"""Who gets the next lead in a store that runs, by its rules, and who is told why not.

`test_routing_choice.py` has the choice itself.
"""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import update

from server.db import Database
from server.identity.tables import devices
from tests.cast import ORG, RENMIN
from tests.conftest import MovableClock, SignIn
from tests.server.shop import Shop, new_id


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
    assert answer.json()["eligible"] == [
        {"staff_id": "bo", "name": "薄", "load": held, "may": True}
    ]
    skipped = {each["staff_id"]: (each["code"], each["may"]) for each in answer.json()["skipped"]}
    assert skipped["chen"] == ("leave", False)


async def test_a_manager_can_give_a_lead_to_somebody_whose_turn_it_is_not(
    shop: Shop, sign_in: SignIn
) -> None:
    """Who let two offers pass may be standing beside the manager now."""
    await routing(shop, open_cap=1)
    full_id, other_id = await scan(shop, 1), await scan(shop, 2)
    lead = (await shop.rows("lead", offered_to=other_id))[0]
    lin = await sign_in("lin")
    answer = await lin.get(f"/api/leads/{lead.id}/candidates")
    passed_by = {each["staff_id"]: each for each in answer.json()["skipped"]}
    assert passed_by[full_id]["code"] == "full"
    assert passed_by[full_id]["may"]
    unit = ("reassignment", new_id(), {"lead_id": lead.id, "to_id": full_id})
    assert await shop.push("lin", unit) == []
    await shop.settle()
    assert len(await shop.rows("lead", offered_to=full_id)) == 2


async def test_a_lead_out_of_reach_has_no_candidates(shop: Shop, sign_in: SignIn) -> None:
    await shop.scan()
    lead = await shop.row("lead")
    for who in ("bo", "wu", "xia"):
        client = await sign_in(who)
        assert (await client.get(f"/api/leads/{lead.id}/candidates")).status_code == 404
    assert RENMIN in lead.body["store_id"]


# The store's rules, live


async def routing(shop: Shop, **rules: Any) -> None:
    await shop.change(RENMIN, routing=rules)


async def scan(shop: Shop, n: int, **more: Any) -> str | None:
    """Customer `n` scans; whose offer it became."""
    shop.clock.advance(seconds=1)
    await shop.scan(phone=f"1391000{n:04}", **more)
    await shop.settle()
    lead = (await shop.rows("lead"))[-1]
    to_id: str | None = lead.body["offered_to"]
    return to_id


async def codes(shop: Shop) -> dict[str, str]:
    """The reason card of the newest lead."""
    lead = (await shop.rows("lead"))[-1]
    return {each["staff_id"]: each["code"] for each in lead.body["reasons"]}


async def test_weights_are_shares(shop: Shop) -> None:
    await routing(shop, people={"bo": {"weight": 3}})
    shares = Counter([await scan(shop, n) for n in range(8)])
    assert shares == {"bo": 6, "chen": 2}


async def test_a_person_with_a_share_of_nothing_gets_their_own_customers_only(shop: Shop) -> None:
    await routing(shop, people={"bo": {"weight": 0}})
    assert {await scan(shop, n) for n in range(4)} == {"chen"}
    assert (await codes(shop))["bo"] == "no_share"


async def test_a_cap_on_open_leads_counts_what_was_offered_and_what_is_held(shop: Shop) -> None:
    await routing(shop, open_cap=1)
    got = [await scan(shop, n) for n in range(3)]
    assert sorted(map(str, got[:2])) == ["bo", "chen"]
    assert got[2] == "lin"
    assert await codes(shop) == {"bo": "full", "chen": "full"}
    offer = (await shop.rows("offer", to_id="bo"))[0]
    await shop.accept("bo", offer)
    assert await scan(shop, 3) == "lin", "accepted is open still"
    lead_id = offer.body["lead_id"]
    await shop.push("lin", ("closing", new_id(), {"lead_id": lead_id, "reason": "no_need"}))
    assert await scan(shop, 4) == "bo"


async def test_a_cap_on_a_day_ends_with_the_stores_day(shop: Shop) -> None:
    await routing(shop, people={"bo": {"day_cap": 1}, "chen": {"day_cap": 2}})
    got = [await scan(shop, n) for n in range(4)]
    assert Counter(got) == {"bo": 1, "chen": 2, "lin": 1}
    assert await codes(shop) == {"bo": "full_today", "chen": "full_today"}
    shop.clock.advance(days=1)
    assert await scan(shop, 5) in ("bo", "chen")


async def test_a_burst_within_one_tick_keeps_to_the_caps(shop: Shop) -> None:
    await routing(shop, open_cap=2)
    for n in range(6):
        await shop.scan(phone=f"1391000{n:04}")
    await shop.settle()
    shares = Counter(row.body["to_id"] for row in await shop.rows("offer"))
    assert shares == {"bo": 2, "chen": 2, "lin": 2}


async def test_leads_that_need_a_skill_go_to_whoever_has_it(shop: Shop) -> None:
    await routing(shop, needs=[{"skill": "橱柜", "sources": ["poster"]}])
    await shop.change("chen", skills=["橱柜"])
    assert {await scan(shop, n) for n in range(3)} == {"chen"}
    assert (await codes(shop))["bo"] == "lacks_skill"


async def test_skilled_leads_do_not_make_others_be_owed_any(shop: Shop) -> None:
    await routing(shop, needs=[{"skill": "橱柜", "sources": ["poster"]}])
    await shop.change("chen", skills=["橱柜"])
    for n in range(6):
        await scan(shop, n)
    await routing(shop)
    assert Counter([await scan(shop, n) for n in range(6, 10)]) == {"bo": 2, "chen": 2}


async def test_a_customer_of_the_best_tier_goes_to_a_senior(shop: Shop) -> None:
    await routing(shop, seniors=["chen"], senior_tiers=["A"])
    assert await scan(shop, 0) == "bo"
    offer = await shop.offer()
    await shop.accept("bo", offer)
    lead_id = offer.body["lead_id"]
    await shop.push("lin", ("closing", new_id(), {"lead_id": lead_id, "reason": "no_need"}))
    await shop.change(offer.body["customer_id"], tier="A", owner_id=None)
    assert await scan(shop, 0) == "chen"
    assert await codes(shop) == {"chen": "senior", "bo": "not_senior"}


async def test_whoever_is_off_shift_is_skipped_and_whoever_begins_in_time_is_not(
    shop: Shop,
) -> None:
    late, soon = [[[15 * 60, 22 * 60]]] * 7, [[[10 * 60 + 45, 22 * 60]]] * 7
    await shop.change("bo", shifts={RENMIN: {"hours": late}})
    await shop.change("chen", shifts={RENMIN: {"hours": soon}})
    assert {await scan(shop, n) for n in range(3)} == {"chen"}
    assert (await codes(shop))["bo"] == "off_shift"


async def test_a_dated_shift_comes_before_the_weeks(shop: Shop) -> None:
    off = {"hours": [[]] * 7, "openings": {"2026-11-23": [[600, 840]]}}
    await shop.change("bo", shifts={RENMIN: off})
    await shop.change("chen", state="travel")
    assert await scan(shop, 0) == "bo"
    assert (await codes(shop))["chen"] == "travelling"
    shop.clock.advance(hours=5)
    assert await scan(shop, 1) == "lin"


async def test_at_night_the_planned_name_is_of_somebody_on_at_opening(shop: Shop) -> None:
    late = [[[15 * 60, 22 * 60]]] * 7
    await shop.change("bo", shifts={RENMIN: {"hours": late}})
    shop.clock.advance(hours=12.5)
    await shop.scan()
    await shop.settle()
    assert (await shop.lead())["responsible_id"] == "chen"


async def test_shifts_that_cannot_be_read_cost_no_customer(shop: Shop) -> None:
    await shop.change("bo", shifts={RENMIN: {"hours": "always"}})
    await shop.change("chen", state="leave")
    assert await scan(shop, 0) == "bo"


async def test_only_a_store_that_asks_skips_whose_phone_is_silent(
    shop: Shop, phone_of: Any
) -> None:
    await phone_of("bo")
    assert {await scan(shop, n) for n in range(2)} == {"bo", "chen"}
    await routing(shop, reach_min=30)
    assert await scan(shop, 2) == "lin", "bo's phone has not been heard yet"
    await hear(shop, "bo")
    assert await scan(shop, 3) == "bo"
    assert (await codes(shop))["chen"] == "unreachable"
    shop.clock.advance(minutes=31)
    assert await scan(shop, 4) == "lin"
    await shop.change("chen", chat=True)
    assert await scan(shop, 5) == "chen"


async def hear(shop: Shop, who: str) -> None:
    heard = update(devices).where(devices.c.org_id == ORG, devices.c.staff_id == who)
    statement = heard.values(last_seen_at=shop.clock())
    await shop.database.transact(lambda connection: connection.execute(statement))


async def test_rules_that_cannot_be_read_cost_no_customer(shop: Shop) -> None:
    await shop.change(RENMIN, routing={"open_cap": "many", "from": "a later version"})
    assert await scan(shop, 0) in ("bo", "chen")


async def test_rules_that_leave_nobody_hand_the_lead_to_the_manager_with_the_reasons(
    shop: Shop,
) -> None:
    await routing(shop, people={"bo": {"weight": 0}, "chen": {"weight": 0}, "ghost": {"weight": 9}})
    assert await scan(shop, 0) == "lin"
    assert await codes(shop) == {"bo": "no_share", "chen": "no_share"}


async def test_a_person_with_a_cap_of_nothing_is_skipped_as_full(shop: Shop) -> None:
    await shop.change("bo", cap=0)
    assert {await scan(shop, n) for n in range(3)} == {"chen"}
    assert (await codes(shop))["bo"] == "full"


# Personal codes


async def scan_personal(shop: Shop, who: str, n: int = 0) -> str | None:
    return await scan(shop, n, rep_id=who)


async def test_a_personal_code_rings_its_owner_for_ten_store_minutes(shop: Shop) -> None:
    await shop.change("bo", shifts={RENMIN: {"hours": [[]] * 7}})
    assert await scan_personal(shop, "bo") == "bo"
    assert (await codes(shop))["bo"] == "personal"
    await shop.wait(minutes=9, seconds=59)
    assert (await shop.lead())["offered_to"] == "bo"
    await shop.wait(seconds=1)
    assert (await shop.lead())["offered_to"] == "chen"
    assert (await shop.row("offer", to_id="bo")).body["state"] == "missed"


async def test_an_accepted_personal_lead_stays_where_it_is(shop: Shop) -> None:
    await scan_personal(shop, "bo")
    await shop.accept("bo", await shop.offer())
    await shop.wait(minutes=15)
    assert (await shop.lead())["holder_id"] == "bo"
    assert await shop.rows("escalation") == []


async def test_with_nobody_else_there_a_personal_lead_stays_with_its_person(shop: Shop) -> None:
    await shop.change("chen", state="leave")
    await scan_personal(shop, "bo")
    await shop.wait(minutes=10)
    assert (await shop.lead())["offered_to"] == "bo"


async def test_the_code_of_a_leaver_or_of_somebody_on_leave_is_the_stores(shop: Shop) -> None:
    await shop.change("bo", state="left")
    assert await scan_personal(shop, "bo", 1) == "chen"
    await shop.change("bo", state="leave")
    assert await scan_personal(shop, "bo", 2) == "chen"


async def test_a_stores_own_wait_for_personal_codes_counts(shop: Shop) -> None:
    await routing(shop, personal_wait_min=2)
    assert await scan_personal(shop, "bo") == "bo"
    await shop.wait(minutes=2)
    assert (await shop.lead())["offered_to"] == "chen"
