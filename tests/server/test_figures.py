"""Store.md 16: three figures of a lead, and evidence that comes late."""

from typing import Any

import pytest

from server.db import Database
from sync import Exceptional, Refused, Row
from tests.conftest import MovableClock
from tests.server.contact import contact
from tests.server.shop import Shop, new_id

MINUTE_MS = 60_000


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def figures(shop: Shop) -> tuple[int | None, int | None, int | None]:
    lead = await shop.lead()
    return lead.get("wait_s"), lead.get("responsibility_s"), lead["no_signal_s"]


async def accept(shop: Shop, who: str, offer: Row, minutes_ago: int = 0) -> list[Exceptional]:
    fields = {"lead_id": offer.body["lead_id"], "offer_id": offer.id}
    captured_at = shop.clock() - minutes_ago * MINUTE_MS
    return [*await shop.push(who, ("acceptance", new_id(), fields), captured_at=captured_at)]


async def follow(shop: Shop, who: str, minutes_ago: int = 0, **steps: Any) -> None:
    lead = await shop.row("lead")
    fields = {
        "customer_id": lead.root,
        **contact(**(steps or {"greeting": "met", "needs": "clear"})),
    }
    captured_at = shop.clock() - minutes_ago * MINUTE_MS
    unit = ("follow_up", new_id(), fields)
    assert await shop.push(who, unit, captured_at=captured_at) == []


async def tell_late(shop: Shop, who: str, minutes: int, **steps: Any) -> None:
    """Told now, of a contact that was so many minutes ago."""
    lead = await shop.row("lead")
    told = contact(**(steps or {"greeting": "met", "needs": "clear"}))
    fields = {"customer_id": lead.root, **told, "lag_s": minutes * 60}
    assert await shop.push(who, ("follow_up", new_id(), fields)) == []


async def evidence(shop: Shop, **fields: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = (await shop.row("escalation", **fields)).body.get(
        "late_evidence", []
    )
    return told


async def test_the_three_figures_come_with_their_facts(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    assert await figures(shop) == (None, None, 0)
    offer = await shop.offer()
    await shop.wait(minutes=3)
    await accept(shop, offer.body["to_id"], offer)
    assert await figures(shop) == (None, 180, 0)
    await shop.wait(minutes=9)
    await follow(shop, offer.body["to_id"])
    assert await figures(shop) == (720, 180, 0)


async def test_an_attempt_is_no_contact_and_the_customer_waits_on(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await accept(shop, offer.body["to_id"], offer)
    await follow(shop, offer.body["to_id"], greeting="no_answer")
    assert (await figures(shop))[0] is None


async def test_a_registration_that_was_on_its_way_counts_for_the_network_not_for_the_store(
    shop: Shop,
) -> None:
    unit = shop.reception("xia", reception="none")
    await shop.push("xia", *unit, captured_at=shop.clock() - 40 * MINUTE_MS)
    await shop.settle()
    offer = await shop.offer()
    await shop.wait(minutes=5)
    await accept(shop, offer.body["to_id"], offer)
    await follow(shop, offer.body["to_id"])
    assert await figures(shop) == (45 * 60, 5 * 60, 40 * 60)


async def test_responsibility_runs_in_store_time_and_the_wait_in_the_customers(shop: Shop) -> None:
    shop.clock.advance(hours=11, minutes=25)
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await shop.wait(hours=12, minutes=15)
    await accept(shop, offer.body["to_id"], offer)
    await follow(shop, offer.body["to_id"])
    wait_s, responsibility_s, _ = await figures(shop)
    assert wait_s == (12 * 60 + 15) * 60
    assert responsibility_s == 15 * 60, "five minutes before closing, ten after opening"


async def test_an_acceptance_that_comes_late_counts_from_when_it_was_given(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await shop.wait(minutes=40)
    await accept(shop, offer.body["to_id"], offer, minutes_ago=32)
    assert (await figures(shop))[1] == 8 * 60


async def test_an_acceptance_that_comes_late_annotates_the_escalations_and_rewrites_nothing(
    shop: Shop,
) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    who = offer.body["to_id"]
    await shop.wait(minutes=20)
    await shop.wait(minutes=20)
    before = {row.id: row.body for row in await shop.rows("escalation")}
    accepted_at = shop.clock() - 18 * MINUTE_MS
    await accept(shop, who, offer, minutes_ago=18)
    (told,) = await evidence(shop, level="manager")
    assert (told["what"], told["by"], told["at"]) == ("acceptance", who, accepted_at)
    assert told["received_at"] == shop.clock()
    assert await evidence(shop, level="next") == [], "that came before it"
    for row in await shop.rows("escalation"):
        kept = {field: value for field, value in row.body.items() if field != "late_evidence"}
        assert kept == before[row.id]


async def test_an_acceptance_in_time_annotates_nothing(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await shop.wait(minutes=40)
    await accept(shop, offer.body["to_id"], offer)
    assert await evidence(shop, level="manager") == []


async def test_whoever_accepted_in_time_and_lost_the_lead_meanwhile_did_answer(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    first = await shop.offer()
    await shop.wait(minutes=31)
    second = await shop.offer()
    await accept(shop, second.body["to_id"], second)
    (refused,) = await accept(shop, first.body["to_id"], first, minutes_ago=19)
    assert isinstance(refused, Refused)
    assert refused.code == "taken"
    (told,) = await evidence(shop, level="next")
    assert told["by"] == first.body["to_id"]
    assert (await shop.lead())["holder_id"] == second.body["to_id"]


async def test_a_contact_that_comes_late_annotates_the_missed_first_follow_up_and_mends_the_wait(
    shop: Shop,
) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await accept(shop, offer.body["to_id"], offer)
    await shop.wait(hours=26)
    await follow(shop, offer.body["to_id"], minutes_ago=26 * 60 - 30)
    (told,) = await evidence(shop, reason="first_follow_up")
    assert (told["what"], told["by"]) == ("contact", offer.body["to_id"])
    assert (await figures(shop))[0] == 30 * 60


async def test_the_earliest_contact_counts_whichever_comes_first(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await accept(shop, offer.body["to_id"], offer)
    await shop.wait(minutes=50)
    await follow(shop, offer.body["to_id"])
    assert (await figures(shop))[0] == 50 * 60
    await follow(shop, offer.body["to_id"], minutes_ago=20)
    assert (await figures(shop))[0] == 30 * 60


async def test_a_reception_in_person_is_answered_at_once(shop: Shop) -> None:
    await shop.receive("bo")
    assert await figures(shop) == (None, 0, 0)
    await follow(shop, "bo")
    assert await figures(shop) == (0, 0, 0)


async def test_a_contact_that_is_told_late_counts_from_when_it_was(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    began_at, who = shop.clock(), offer.body["to_id"]
    await accept(shop, who, offer)
    await shop.wait(hours=30)
    (before,) = await shop.rows("escalation")
    await tell_late(shop, who, 29 * 60)
    contacted_at = began_at + 60 * MINUTE_MS
    lead, person = await shop.lead(), (await shop.row("customer")).body
    assert (lead["contacted_at"], lead["touched_at"]) == (contacted_at, contacted_at)
    assert (person["last_contact_at"], person["followed_at"]) == (contacted_at, contacted_at)
    assert (await figures(shop))[0] == 3600
    (told,) = await evidence(shop)
    assert (told["at"], told["received_at"]) == (contacted_at, shop.clock())
    assert (await shop.row("escalation")).body["at"] == before.body["at"]
    fact = await shop.row("follow_up")
    fixed = {"fact_id": fact.id, "fields": {"lag_s": 0}}
    assert await shop.push("lin", ("correction", new_id(), fixed)) == []
    assert (await shop.lead())["contacted_at"] == shop.clock()


async def test_old_calls_do_not_make_up_for_those_that_were_not_told_in_time(shop: Shop) -> None:
    """Three over two days allow a lead to be closed as unreachable."""
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    await accept(shop, offer.body["to_id"], offer)
    await shop.wait(hours=50)
    for hours in (49, 25, 1):
        await tell_late(shop, offer.body["to_id"], hours * 60, greeting="no_answer")
    lead = await shop.row("lead")
    close = ("closing", new_id(), {"lead_id": lead.id, "reason": "unreachable"})
    (refused,) = await shop.push(offer.body["to_id"], close)
    assert isinstance(refused, Refused)
    assert refused.code == "too_few_attempts"
