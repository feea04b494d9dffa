"""Store.md 7 and 13: after the first contact the tier says when the next one is due; each morning
one notice for each person, and one for whoever runs the store."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.db import Database
from server.exchange.entities import ENTITIES
from server.pool.rounds import plan_rounds
from sync import Row
from tests.cast import RENMIN, ZONE
from tests.conftest import MovableClock
from tests.server.contact import contact
from tests.server.shop import Shop, new_id

MET = {"greeting": "met", "needs": "clear"}
DEEP = {**MET, "proposal": "revise", "objection": "resolved"}


@pytest.fixture
async def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    """A Monday, noon."""
    clock.now = at("2026-11-23 12:00")
    return Shop(database, clock)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


async def receive(shop: Shop, who: str = "bo", phone: str = "13900001000", **steps: Any) -> Row:
    """Somebody receives a customer and talks to them; returns the lead."""
    known = {row.id for row in await shop.rows("lead")}
    assert await shop.receive(who, phone) == []
    (lead,) = [row for row in await shop.rows("lead") if row.id not in known]
    await touch(shop, lead, who, **(steps or MET))
    return await shop.row("lead", arrival_id=lead.body["arrival_id"])


async def touch(shop: Shop, lead: Row, who: str = "bo", **steps: Any) -> None:
    fields = {"customer_id": lead.root, **contact(**steps)}
    assert await shop.push(who, ("follow_up", new_id(), fields)) == []


async def due_at(shop: Shop) -> int:
    return int((await shop.row("lead")).body["next_due_at"])


async def go(shop: Shop, text: str) -> None:
    shop.clock.now = at(text)
    await shop.settle()


async def digests(shop: Shop, kind: str = "digest") -> list[dict[str, Any]]:
    return [row.body for row in await shop.rows("notice", kind=kind)]


async def test_an_untiered_customer_is_due_after_three_days_as_b_is(shop: Shop) -> None:
    lead = await receive(shop)
    assert lead.body["next_due_at"] == at("2026-11-26 12:00")
    await shop.change(lead.root, tier="B")
    await touch(shop, lead, **MET)
    assert await due_at(shop) == at("2026-11-26 12:00")


async def test_an_a_customer_is_due_within_a_day_and_then_every_three(shop: Shop) -> None:
    lead = await receive(shop, greeting="no_answer")
    await shop.change(lead.root, tier="A")
    await touch(shop, lead, **DEEP)
    assert await due_at(shop) == at("2026-11-24 12:00")
    shop.clock.now = at("2026-11-24 11:00")
    await touch(shop, lead, **MET)
    assert await due_at(shop) == at("2026-11-27 11:00")


async def test_an_a_customer_is_due_for_a_deep_talk_a_week_after_the_last(shop: Shop) -> None:
    lead = await receive(shop, greeting="no_answer")
    await shop.change(lead.root, tier="A")
    await touch(shop, lead, **DEEP)
    for day in ("2026-11-25 12:00", "2026-11-28 12:00"):
        shop.clock.now = at(day)
        await touch(shop, lead, **MET)
    assert await due_at(shop) == at("2026-11-30 12:00")
    await touch(shop, lead, **DEEP)
    assert await due_at(shop) == at("2026-12-01 12:00")


async def test_what_was_agreed_goes_before_the_rule_but_not_before_an_a_customers(
    shop: Shop,
) -> None:
    friday = at("2026-12-04 15:00")
    lead = await receive(shop, **MET, revisit_at=friday)
    assert lead.body["next_due_at"] == friday
    await shop.change(lead.root, tier="A")
    await touch(shop, lead, **MET, revisit_at=friday)
    assert await due_at(shop) == at("2026-11-26 12:00")


async def test_a_lead_without_a_contact_has_no_next_time_and_an_attempt_is_none(shop: Shop) -> None:
    lead = await receive(shop, greeting="no_answer")
    assert lead.body.get("next_due_at") is None


async def test_what_falls_due_on_a_closed_day_is_due_when_the_store_opens(shop: Shop) -> None:
    await shop.change(RENMIN, closures=["2026-11-26"])
    assert (await receive(shop)).body["next_due_at"] == at("2026-11-27 10:00")


async def test_due_leads_are_one_notice_for_each_person_at_opening(shop: Shop) -> None:
    for n in range(3):
        await receive(shop, phone=f"1390000100{n}")
    await receive(shop, "chen", phone="13900001009")
    await go(shop, "2026-11-26 09:59")
    assert await digests(shop) == []
    await go(shop, "2026-11-26 10:00")
    told = {body["to_id"]: (body["overdue"], body["today"]) for body in await digests(shop)}
    assert told == {"bo": (0, 3), "chen": (0, 1)}
    await go(shop, "2026-11-26 21:00")
    assert len(await digests(shop)) == 2
    await go(shop, "2026-11-27 10:00")
    later = {body["to_id"]: (body["overdue"], body["today"]) for body in (await digests(shop))[2:]}
    assert later == {"bo": (3, 0), "chen": (1, 0)}


async def test_whoever_runs_the_store_gets_one_with_everybodys_counts(shop: Shop) -> None:
    await receive(shop)
    await receive(shop, "chen", phone="13900001009")
    await go(shop, "2026-11-26 10:00")
    (told,) = await digests(shop, "team_digest")
    assert (told["to_id"], told["overdue"], told["today"], told["frozen"]) == ("lin", 0, 2, 0)
    assert [each["staff_id"] for each in told["people"]] == ["bo", "chen"]


async def test_nobody_is_reminded_of_what_was_touched_or_closed_in_time(shop: Shop) -> None:
    kept = await receive(shop)
    done = await receive(shop, phone="13900001001")
    shop.clock.now = at("2026-11-25 12:00")
    await touch(shop, kept, **MET)
    await shop.push("lin", ("closing", new_id(), {"lead_id": done.id, "reason": "no_need"}))
    await go(shop, "2026-11-26 10:00")
    assert await digests(shop) + await digests(shop, "team_digest") == []


async def test_reminders_wait_while_a_person_is_on_leave_and_the_manager_sees_how_many(
    shop: Shop,
) -> None:
    await receive(shop)
    await shop.change("bo", state="leave")
    await go(shop, "2026-11-26 10:00")
    assert await digests(shop) == []
    (told,) = await digests(shop, "team_digest")
    assert (told["overdue"], told["today"], told["frozen"]) == (0, 0, 1)
    await shop.change("bo", state="active")
    await go(shop, "2026-11-27 10:00")
    assert [body["to_id"] for body in await digests(shop)] == ["bo"]


async def test_nothing_is_said_while_the_store_is_closed(shop: Shop) -> None:
    await receive(shop)
    await shop.change(RENMIN, closures=["2026-11-27"])
    await go(shop, "2026-11-26 10:00")
    assert len(await digests(shop)) == 1
    await go(shop, "2026-11-27 20:00")
    assert len(await digests(shop)) == 1
    await go(shop, "2026-11-28 10:00")
    assert len(await digests(shop)) == 2


async def test_mornings_that_passed_while_nobody_looked_are_told_once(shop: Shop) -> None:
    await receive(shop)
    shop.clock.now = at("2026-11-24 12:00")
    await receive(shop, phone="13900001001")
    await go(shop, "2026-11-28 12:00")
    await shop.wait(minutes=5)
    (told,) = await digests(shop)
    assert (told["overdue"], told["today"]) == (2, 0)
    assert len(await digests(shop, "team_digest")) == 1


async def test_a_morning_that_became_a_closed_one_is_told_at_the_next_opening(shop: Shop) -> None:
    await receive(shop)
    await shop.change(RENMIN, closures=["2026-11-26"])
    await go(shop, "2026-11-26 12:00")
    assert await digests(shop) == []
    await go(shop, "2026-11-27 10:00")
    assert len(await digests(shop)) == 1


async def test_a_tier_that_changed_since_the_contact_counts_in_the_morning(shop: Shop) -> None:
    await receive(shop)
    lead = await receive(shop, phone="13900001001", **MET, revisit_at=at("2026-12-20 12:00"))
    await shop.change(lead.root, tier="A")
    await go(shop, "2026-11-26 10:00")
    assert (await digests(shop))[0]["overdue"] == 1
    fresh = [row for row in await shop.rows("lead") if row.id == lead.id]
    assert fresh[0].body["next_due_at"] == at("2026-11-24 12:00")


async def test_an_absent_managers_deputy_is_told(shop: Shop) -> None:
    await shop.change(RENMIN, deputy_id="xia")
    await shop.change("lin", state="leave")
    await receive(shop)
    await go(shop, "2026-11-26 10:00")
    assert [body["to_id"] for body in await digests(shop, "team_digest")] == ["xia"]


# Opportunities


async def becomes_opportunity(shop: Shop, lead: Row, who: str = "bo") -> None:
    closing = {"lead_id": lead.id, "reason": "opportunity"}
    assert await shop.push(who, ("closing", new_id(), closing)) == []


async def opportunity_due_at(shop: Shop) -> int | None:
    (person,) = await shop.rows("customer")
    due: int | None = person.body.get("opportunity_due_at")
    return due


async def test_an_opportunity_is_due_every_two_days_where_a_lead_is_every_three(
    shop: Shop,
) -> None:
    lead = await receive(shop)
    assert lead.body["next_due_at"] == at("2026-11-26 12:00")
    assert await opportunity_due_at(shop) is None
    await becomes_opportunity(shop, lead)
    assert await opportunity_due_at(shop) == at("2026-11-25 12:00")
    shop.clock.now = at("2026-11-24 15:00")
    await touch(shop, lead, greeting="no_answer")
    assert await opportunity_due_at(shop) == at("2026-11-25 12:00"), "an attempt is no touch"
    await touch(shop, lead, **MET)
    assert await opportunity_due_at(shop) == at("2026-11-26 15:00")


async def test_what_was_agreed_goes_before_the_two_days_but_not_with_an_a_customer(
    shop: Shop,
) -> None:
    lead = await receive(shop)
    await becomes_opportunity(shop, lead)
    friday = at("2026-11-27 11:00")
    await touch(shop, lead, **MET, revisit_at=friday)
    assert await opportunity_due_at(shop) == friday
    await shop.change(lead.root, tier="A")
    await touch(shop, lead, **MET, revisit_at=friday)
    assert await opportunity_due_at(shop) == at("2026-11-25 12:00")


async def test_an_opportunity_is_in_its_owners_morning_until_there_is_to_be_no_contact(
    shop: Shop,
) -> None:
    lead = await receive(shop)
    await becomes_opportunity(shop, lead)
    await go(shop, "2026-11-24 10:00")
    assert await digests(shop) == []
    await go(shop, "2026-11-25 10:00")
    (told,) = await digests(shop)
    assert (told["to_id"], told["overdue"], told["today"]) == ("bo", 0, 1)
    (team,) = await digests(shop, "team_digest")
    assert team["people"] == [{"staff_id": "bo", "overdue": 0, "today": 1}]
    await touch(shop, lead, **MET, no_more=True)
    assert await opportunity_due_at(shop) is None
    await go(shop, "2026-11-28 10:00")
    assert len(await digests(shop)) == 1


async def test_a_lead_closed_for_another_reason_is_no_opportunity(shop: Shop) -> None:
    lead = await receive(shop)
    closing = {"lead_id": lead.id, "reason": "no_need"}
    assert await shop.push("bo", ("closing", new_id(), closing)) == []
    assert await opportunity_due_at(shop) is None
    await go(shop, "2026-11-27 10:00")
    assert await digests(shop) == []


async def test_an_opportunity_whose_customer_is_back_waits_for_the_new_lead(shop: Shop) -> None:
    lead = await receive(shop)
    await becomes_opportunity(shop, lead)
    shop.clock.now = at("2026-11-24 12:00")
    await shop.scan(phone="13900001000")
    await shop.settle()
    offer = await shop.offer()
    assert await shop.accept("bo", offer) == []
    await touch(shop, await shop.row("lead", state="accepted"), **MET)
    assert (await shop.row("lead", state="contacted")).body["next_due_at"] == at("2026-11-27 12:00")
    await go(shop, "2026-11-26 13:00")
    assert await digests(shop) == []


# Who fell silent


async def grow_silent(shop: Shop, phone: str, **fields: Any) -> Row:
    """A customer of Bo's whom nobody talked to since."""
    arrival = ("customer", new_id(), {"store_id": RENMIN, "name": "钱多多", "phone": phone})
    assert await shop.push("bo", arrival) == []
    person = (await shop.rows("customer"))[-1]
    await shop.change(person.id, **{"marketing": True, **fields})
    return person


async def test_on_the_first_morning_of_a_week_owners_hear_how_many_fell_silent(shop: Shop) -> None:
    await plan_rounds(shop.database, ENTITIES, shop.clock())
    others: list[dict[str, Any]] = [{"marketing": False}, {"owner_id": None}, {}]
    for nth, fields in enumerate([{}, *others]):
        await grow_silent(shop, f"1390000200{nth}", **fields)
    booked = await grow_silent(shop, "13900002009")
    await shop.change(booked.id, next_at=at("2026-12-20 12:00"), next_kind="revisit")
    await shop.change(RENMIN, closures=["2026-11-30"])
    await go(shop, "2026-11-30 12:00")
    assert await digests(shop) == [], "nine on Monday is a quarter of a day short, and closed"
    await go(shop, "2026-12-01 10:00")
    assert await digests(shop) == []
    await shop.change(RENMIN, closures=[])
    await go(shop, "2026-12-07 10:00")
    (told,) = await digests(shop)
    assert (told["to_id"], told["overdue"], told["today"], told["dormant"]) == ("bo", 0, 0, 2)
    (team,) = await digests(shop, "team_digest")
    assert team["people"] == [{"staff_id": "bo", "overdue": 0, "today": 0, "dormant": 2}]
    await go(shop, "2026-12-08 10:00")
    assert len(await digests(shop)) == 1, "once a week"
    await shop.change("bo", state="leave")
    await go(shop, "2026-12-14 10:00")
    assert len(await digests(shop)) == 1, "nobody on leave is reminded"
    assert (await digests(shop, "team_digest"))[-1]["frozen"] == 2
