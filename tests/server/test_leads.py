"""Store.md 1 to 3 and 6: reception, one open lead, returning customers, accepting."""

import pytest

from server.db import Database
from sync import Refused
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock, PhoneOf
from tests.server.deeds import register, say
from tests.server.shop import SUN, ZHAO, Shop, new_id


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def offered(shop: Shop) -> str:
    """A customer has scanned; returns who got the offer."""
    await shop.scan()
    await shop.settle()
    to_id: str = (await shop.offer()).body["to_id"]
    return to_id


async def test_a_scan_opens_a_lead_with_a_name_on_it_before_anything_is_routed(shop: Shop) -> None:
    await shop.scan()
    lead = await shop.lead()
    assert (lead["state"], lead["responsible_id"], lead["is_known"]) == ("waiting", "lin", False)
    assert lead["received_at"] == shop.clock()


async def test_who_left_no_name_goes_by_the_masked_number_until_somebody_asked(
    shop: Shop, phone_of: PhoneOf
) -> None:
    await shop.scan(name="")
    await shop.settle()
    for row in (await shop.row("lead"), await shop.offer()):
        assert (row.body["name"], row.body["phone_masked"]) == ("", "139 **** 0002")
    lin, customer = await phone_of("lin"), await shop.row("customer")
    patch = lin.operation("customer", customer.id, {"name": "孙伟"}, base=customer.seq)
    assert "except" not in (await lin.push([patch])).json()
    assert (await shop.lead())["name"] == "孙伟"
    await shop.scan(phone=ZHAO)
    assert [row.body["name"] for row in await shop.rows("lead")] == ["孙伟", "孙先生"]
    assert "phone_masked" not in (await shop.rows("lead"))[1].body


async def test_a_second_scan_rings_the_holder_and_makes_no_second_lead(shop: Shop) -> None:
    holder = await offered(shop)
    await shop.accept(holder, await shop.offer())
    await shop.wait(seconds=30)
    await shop.scan()
    await shop.settle()
    lead = await shop.lead()
    assert (lead["arrivals"], lead["rung_at"]) == (2, shop.clock())
    assert await shop.told("ring") == [holder]
    assert len(await shop.rows("customer")) == 1
    assert len(await shop.rows("offer")) == 1


async def test_a_scan_at_night_is_counted_and_rings_nobody(shop: Shop) -> None:
    holder = await offered(shop)
    await shop.accept(holder, await shop.offer())
    await shop.wait(hours=13)
    await shop.scan()
    await shop.settle()
    assert (await shop.lead())["arrivals"] == 2
    assert await shop.told("ring") == []


async def test_three_scans_in_a_minute_ring_once(shop: Shop) -> None:
    holder = await offered(shop)
    for _ in range(3):
        await shop.wait(seconds=5)
        await shop.scan()
    assert await shop.told("ring") == [holder]


async def test_a_scan_at_another_store_opens_a_lead_there(shop: Shop) -> None:
    await offered(shop)
    await shop.scan(store=BINJIANG)
    await shop.settle()
    assert len(await shop.rows("lead")) == 2
    assert (await shop.offer(to_id="wu")).body["is_known"]
    assert f"desk:{BINJIANG}" in (await shop.row("lead", store_id=BINJIANG)).scopes


async def test_whoever_waits_at_two_stores_waits_at_one_when_the_other_is_done(
    shop: Shop,
) -> None:
    await shop.scan()
    await shop.scan(store=BINJIANG)
    await shop.settle()
    lead, other = [await shop.row("lead", store_id=each) for each in (RENMIN, BINJIANG)]
    await shop.accept("wu", await shop.offer(to_id="wu"))
    closing = ("closing", new_id(), {"lead_id": other.id, "reason": "no_need"})
    assert await shop.push("wu", closing) == []
    customer = await shop.row("customer")
    assert customer.body["open_lead_id"] == lead.id
    refused = await shop.push("lin", ("deletion", new_id(), {"row_id": customer.id}))
    assert [each.code for each in refused if isinstance(each, Refused)] == ["open_lead"]


async def test_an_arrival_after_closing_opens_a_new_lead(shop: Shop) -> None:
    holder = await offered(shop)
    await shop.accept(holder, await shop.offer())
    lead = await shop.row("lead")
    closing = {"lead_id": lead.id, "reason": "no_need"}
    assert await shop.push(holder, ("closing", new_id(), closing)) == []
    await shop.wait(minutes=1)
    await shop.scan()
    assert [row.body["state"] for row in await shop.rows("lead")] == ["closed", "waiting"]


async def test_a_known_phone_goes_to_its_owner_and_makes_no_second_customer(shop: Shop) -> None:
    owner = await offered(shop)
    await shop.accept(owner, await shop.offer())
    lead = await shop.row("lead")
    await shop.push(owner, ("closing", new_id(), {"lead_id": lead.id, "reason": "no_need"}))
    for _ in range(2):
        await shop.wait(minutes=5)
        await shop.scan(name="赵女士")
        await shop.settle()
        offer = await shop.offer()
        assert (offer.body["to_id"], offer.body["is_owner"]) == (owner, True)
        await shop.accept(owner, offer)
        closing = {"lead_id": offer.body["lead_id"], "reason": "no_need"}
        await shop.push(owner, ("closing", new_id(), closing))
    assert len(await shop.rows("customer")) == 1
    assert (await shop.row("customer")).body["name"] == "孙先生"


async def test_an_absent_owner_is_told_and_keeps_the_customer(shop: Shop) -> None:
    owner = await offered(shop)
    await shop.accept(owner, await shop.offer())
    lead = await shop.row("lead")
    await shop.push(owner, ("closing", new_id(), {"lead_id": lead.id, "reason": "no_need"}))
    await shop.change(owner, state="leave")
    await shop.wait(minutes=5)
    await shop.scan()
    await shop.settle()
    offer = await shop.offer()
    stand_in = offer.body["to_id"]
    assert stand_in != owner
    assert {"staff_id": owner, "code": "leave"} in (await shop.rows("lead"))[-1].body["reasons"]
    assert await shop.told("owner_told") == [owner]
    await shop.accept(stand_in, offer)
    customer = (await shop.row("customer")).body
    assert (customer["owner_id"], customer["holder_ids"]) == (owner, [stand_in])


# Accepting


async def test_the_first_to_accept_an_unowned_customer_owns_it_and_sees_it(shop: Shop) -> None:
    who = await offered(shop)
    assert f"staff:{who}" not in (await shop.row("customer")).scopes
    assert await shop.accept(who, await shop.offer()) == []
    customer, lead = await shop.row("customer"), await shop.row("lead")
    assert (customer.body["owner_id"], customer.body["holder_ids"]) == (who, [who])
    assert f"staff:{who}" in customer.scopes
    assert f"staff:{who}" in lead.scopes
    assert (lead.body["state"], lead.body["holder_id"]) == ("accepted", who)
    assert (await shop.row("offer")).body["state"] == "accepted"


async def test_a_late_acceptance_counts_while_nobody_else_has_accepted(shop: Shop) -> None:
    first = await offered(shop)
    cited = await shop.offer()
    await shop.wait(minutes=22)
    second = (await shop.offer()).body["to_id"]
    assert await shop.accept(first, cited) == []
    assert (await shop.lead())["holder_id"] == first
    assert (await shop.row("offer", to_id=first)).body["state"] == "accepted"
    assert (await shop.row("offer", to_id=second)).body["state"] == "withdrawn"
    await shop.wait(hours=1)
    assert await shop.rows("escalation", level="manager") == []


async def test_an_acceptance_after_somebody_elses_is_refused_as_taken(shop: Shop) -> None:
    first = await offered(shop)
    cited = await shop.offer()
    await shop.wait(minutes=22)
    second = await shop.offer()
    await shop.accept(second.body["to_id"], second)
    taken_at = shop.clock()
    await shop.wait(minutes=5)
    assert await shop.accept(first, cited) == [
        Refused(
            2 if first == second.body["to_id"] else 1, "taken", None, second.body["to_id"], taken_at
        )
    ]
    assert (await shop.lead())["holder_id"] == second.body["to_id"]


async def test_an_escalation_that_fired_stays_when_the_acceptance_comes_late(shop: Shop) -> None:
    first = await offered(shop)
    cited = await shop.offer()
    await shop.wait(minutes=31)
    assert await shop.accept(first, cited) == []
    lead = await shop.lead()
    assert (lead["holder_id"], lead["responsible_id"]) == (first, first)
    assert (lead["level"], lead["escalated_to"]) == ("manager", "lin")
    assert len(await shop.rows("escalation", level="manager")) == 1


async def test_nobody_accepts_an_offer_that_was_made_to_another(shop: Shop) -> None:
    first = await offered(shop)
    other = ({"bo", "chen"} - {first}).pop()
    outcome = await shop.accept(other, await shop.offer())
    assert [each.code for each in outcome if isinstance(each, Refused)] == ["not_found"]
    assert (await shop.lead())["state"] == "offered"


async def test_an_acceptance_of_what_cannot_be_a_lead_is_refused_and_no_fault(shop: Shop) -> None:
    who = await offered(shop)
    for named in ("张", "no\nbody", "nobody"):
        fields = {"lead_id": named, "offer_id": (await shop.offer()).id}
        (refused,) = await shop.push(who, ("acceptance", new_id(), fields))
        assert isinstance(refused, Refused)
        assert (refused.code, refused.field) == ("not_found", "lead_id")


async def test_accepting_twice_changes_nothing(shop: Shop) -> None:
    who = await offered(shop)
    offer = await shop.offer()
    await shop.accept(who, offer)
    await shop.wait(minutes=5)
    assert await shop.accept(who, offer) == []
    assert (await shop.lead())["accepted_at"] == shop.clock() - 5 * 60_000


async def test_who_was_relieved_of_a_lead_cannot_take_it_back_with_the_old_offer(
    shop: Shop,
) -> None:
    holder = await offered(shop)
    old = await shop.offer()
    await shop.accept(holder, old)
    other = ({"bo", "chen"} - {holder}).pop()
    unit = ("reassignment", new_id(), {"lead_id": old.body["lead_id"], "to_id": other})
    await shop.push("lin", unit)
    await shop.settle()
    outcome = await shop.accept(holder, old)
    assert [each.code for each in outcome if isinstance(each, Refused)] == ["not_eligible"]


async def test_a_closed_lead_cannot_be_accepted(shop: Shop) -> None:
    who = await offered(shop)
    offer = await shop.offer()
    closing = {"lead_id": offer.body["lead_id"], "reason": "test"}
    assert await shop.push("lin", ("closing", new_id(), closing)) == []
    outcome = await shop.accept(who, offer)
    assert [each.code for each in outcome if isinstance(each, Refused)] == ["not_open"]


# Reception


async def test_receiving_oneself_is_one_unit_without_offer_or_clock(shop: Shop) -> None:
    assert await shop.receive("bo") == []
    await shop.wait(hours=2)
    lead = await shop.lead()
    assert (lead["state"], lead["holder_id"], lead["self_received"]) == ("accepted", "bo", True)
    assert lead["clock"] is None
    assert await shop.rows("offer") == []
    assert await shop.rows("escalation") == []
    assert (await shop.row("customer")).body["owner_id"] == "bo"
    assert (await shop.row("arrival_card")).body["receiver_id"] == "bo"


async def test_receiving_oneself_needs_the_right_to_receive_at_that_store(shop: Shop) -> None:
    refused = await shop.receive("xia")
    assert [each.code for each in refused if isinstance(each, Refused)] == [
        "unit",
        "unit",
        "not_eligible",
        "unit",
    ]
    assert await shop.rows("customer") == []


async def test_a_lead_of_something_that_is_no_arrival_is_refused_and_no_fault(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    for named in ("bo", RENMIN):
        opened = {"customer_id": id, "store_id": RENMIN, "arrival_id": named}
        refused = await say(bo, "lead", **opened)
        assert refused is not None
        assert (refused["code"], refused["field"]) == ("not_found", "arrival_id")


async def test_a_reception_by_a_colleague_is_an_offer_to_that_person(shop: Shop) -> None:
    assert await shop.receive("xia", reception="colleague", receiver="chen") == []
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "chen"
    assert (await shop.lead())["reasons"] == [{"staff_id": "chen", "code": "colleague"}]


async def test_a_colleague_who_stands_in_is_told_for_whom(shop: Shop) -> None:
    holder = await offered(shop)
    await shop.accept(holder, await shop.offer())
    other = ({"bo", "chen"} - {holder}).pop()
    await shop.receive("xia", phone=SUN, reception="colleague", receiver=other)
    await shop.settle()
    assert await shop.told("ring") == [holder, other]
    assert (await shop.lead())["holder_id"] == holder


async def test_a_reception_by_nobody_is_routed(shop: Shop) -> None:
    assert await shop.receive("xia", reception="none") == []
    await shop.settle()
    assert (await shop.offer()).body["to_id"] in ("bo", "chen")


async def test_receiving_a_customer_who_waits_takes_the_lead_that_is_open(shop: Shop) -> None:
    first = await offered(shop)
    other = ({"bo", "chen"} - {first}).pop()
    outcome = await shop.receive(other, phone=SUN)
    assert [each for each in outcome if isinstance(each, Refused)] == []
    lead = await shop.lead()
    assert (lead["holder_id"], lead["state"]) == (other, "accepted")
    assert (await shop.row("offer")).body["state"] == "withdrawn"


async def test_receiving_a_colleagues_customer_leaves_the_lead_and_rings_its_holder(
    shop: Shop,
) -> None:
    holder = await offered(shop)
    await shop.accept(holder, await shop.offer())
    other = ({"bo", "chen"} - {holder}).pop()
    outcome = await shop.receive(other, phone=SUN)
    assert [each for each in outcome if isinstance(each, Refused)] == []
    assert (await shop.lead())["holder_id"] == holder
    assert (await shop.row("acceptance", standing="stand_in")).author == other
    assert await shop.told("ring") == [holder]


async def test_an_arrival_whose_lead_never_came_gets_a_clock_all_the_same(shop: Shop) -> None:
    customer, arrival = new_id(), new_id()
    fields = {
        "customer_id": customer,
        "store_id": "store-renmin",
        "source": "staff",
        "reception": "me",
        "lead_id": new_id(),
        "consents": [{"purpose": "service", "version": "1", "how": "verbal"}],
    }
    person = {"store_id": "store-renmin", "name": "赵女士", "phone": ZHAO}
    await shop.push("bo", ("customer", customer, person), ("arrival", arrival, fields))
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "bo", "who registered the customer owns it"


# The manager


async def test_a_manager_takes_over(shop: Shop) -> None:
    await offered(shop)
    await shop.wait(minutes=31)
    lead = await shop.row("lead")
    unit = ("reassignment", new_id(), {"lead_id": lead.id, "to_id": "lin"})
    assert await shop.push("lin", unit) == []
    held = await shop.lead()
    assert (held["holder_id"], held["state"]) == ("lin", "accepted")
    assert [row.body["state"] for row in await shop.rows("offer")] == ["missed", "withdrawn"]


async def test_a_manager_reassigns_and_the_first_follow_up_stays_due(shop: Shop) -> None:
    holder = await offered(shop)
    await shop.accept(holder, await shop.offer())
    before = await shop.row("lead")
    other = ({"bo", "chen"} - {holder}).pop()
    await shop.wait(hours=3)
    unit = ("reassignment", new_id(), {"lead_id": before.id, "to_id": other})
    assert await shop.push("lin", unit) == []
    await shop.settle()
    offer, lead = await shop.offer(), await shop.lead()
    assert offer.body["to_id"] == other
    assert (lead["state"], lead["holder_id"]) == ("offered", None)
    assert lead["clock"]["escalate_at"] == shop.clock() + 30 * 60_000
    assert lead["first_follow_up_due_at"] == before.body["first_follow_up_due_at"]
    assert (await shop.row("customer")).body["holder_ids"] == []
    assert await shop.accept(other, offer) == []
    assert (await shop.row("customer")).body["holder_ids"] == [other]


async def test_a_lead_is_not_reassigned_to_somebody_who_is_not_there(shop: Shop) -> None:
    await offered(shop)
    lead = await shop.row("lead")
    for who in ("wu", "xia"):
        unit = ("reassignment", new_id(), {"lead_id": lead.id, "to_id": who})
        outcome = await shop.push("lin", unit)
        assert [each.code for each in outcome if isinstance(each, Refused)] == ["not_eligible"]


async def test_only_managers_close_as_test_and_only_the_holder_closes_otherwise(shop: Shop) -> None:
    holder = await offered(shop)
    await shop.accept(holder, await shop.offer())
    lead = await shop.row("lead")
    outcome = await shop.push(holder, ("closing", new_id(), {"lead_id": lead.id, "reason": "test"}))
    assert [each.code for each in outcome if isinstance(each, Refused)] == ["forbidden"]
    other = ({"bo", "chen"} - {holder}).pop()
    outcome = await shop.push(
        other, ("closing", new_id(), {"lead_id": lead.id, "reason": "no_need"})
    )
    assert [each.code for each in outcome if isinstance(each, Refused)] == ["not_found"]
    assert (
        await shop.push("lin", ("closing", new_id(), {"lead_id": lead.id, "reason": "test"})) == []
    )
    assert (await shop.row("customer")).body["open_lead_id"] is None


async def test_the_clock_runs_from_receipt_and_the_card_says_when_it_was_captured(
    shop: Shop,
) -> None:
    captured_at = shop.clock()
    unit = shop.reception("xia", reception="none")
    shop.clock.advance(hours=2)
    await shop.push("xia", *unit, captured_at=captured_at)
    await shop.settle()
    lead, offer = await shop.lead(), await shop.offer()
    assert (lead["captured_at"], offer.body["captured_at"]) == (captured_at, captured_at)
    assert lead["received_at"] == shop.clock()
    assert lead["clock"]["escalate_at"] == shop.clock() + 30 * 60_000
