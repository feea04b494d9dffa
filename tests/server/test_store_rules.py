"""What happens in a store, paragraph by paragraph, where it is about leads: each has its tests.

`paragraphs.py` names them, so that none goes missing unnoticed; those that stand nowhere else are
here.
"""

import ast
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from server.clock import DAY_MS
from server.db import Database
from sync import Refused, Row
from tests.cast import RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.contact import contact
from tests.server.held import Holder
from tests.server.paragraphs import RULES
from tests.server.shop import SUN, ZHAO, Shop, new_id

HERE = Path(__file__).parent


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


def names_in(module: str) -> set[str]:
    tree = ast.parse((HERE / f"{module}.py").read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


@pytest.mark.parametrize("paragraph", RULES)
def test_every_paragraph_about_leads_has_its_tests(paragraph: str) -> None:
    missing = {
        name
        for module, names in RULES[paragraph].items()
        for name in names
        if name not in names_in(module)
    }
    assert missing == set()


async def follow(shop: Shop, who: str, lead: Row, **steps: Any) -> None:
    fields = {"customer_id": lead.root, **contact(**steps)}
    assert await shop.push(who, ("follow_up", new_id(), fields)) == []


async def test_a_lead_waits_is_offered_accepted_contacted_and_closed(shop: Shop) -> None:
    states = []

    async def look() -> None:
        states.append((await shop.lead())["state"])

    await shop.scan()
    await look()
    await shop.settle()
    await look()
    offer, lead = await shop.offer(), await shop.row("lead")
    who = offer.body["to_id"]
    await shop.accept(who, offer)
    await look()
    await follow(shop, who, lead, greeting="met", needs="clear")
    await look()
    await shop.push(who, ("closing", new_id(), {"lead_id": lead.id, "reason": "no_need"}))
    await look()
    assert states == ["waiting", "offered", "accepted", "contacted", "closed"]
    assert (await shop.lead())["close_reason"] == "no_need"


Card = list[dict[str, Any]]


@pytest.mark.one_database
async def test_whoever_takes_over_or_moves_a_lead_stands_on_its_card_with_the_time(
    shop: Shop,
) -> None:
    await shop.scan()
    await shop.settle()
    lead, moved = await shop.row("lead"), {"code": "reassigned", "at": shop.clock()}

    async def card_after(who: str, to_id: str) -> Card:
        await shop.push(who, ("reassignment", new_id(), {"lead_id": lead.id, "to_id": to_id}))
        await shop.settle()
        card: Card = (await shop.lead())["reasons"]
        return card

    assert await card_after("lin", "chen") == [{**moved, "staff_id": "chen", "by_id": "lin"}]
    assert (await shop.offer()).body["reasons"] == (await shop.lead())["reasons"]
    assert await card_after("lin", "lin") == [{**moved, "staff_id": "lin", "by_id": "lin"}]


@pytest.mark.one_database
async def test_whoever_was_escalated_to_and_accepts_has_taken_over_and_a_late_one_was_chosen(
    shop: Shop,
) -> None:
    for phone in (SUN, ZHAO):
        await shop.scan(phone)
    await shop.settle()
    first, second = await shop.rows("offer", state="open")
    await shop.wait(minutes=21)
    await shop.accept(first.body["to_id"], first)
    await shop.wait(minutes=10)
    await shop.push("lin", ("acceptance", new_id(), {"lead_id": second.body["lead_id"]}))
    cards = {row.id: row.body["reasons"] for row in await shop.rows("lead")}
    assert cards[first.body["lead_id"]] == first.body["reasons"]
    taken = {"staff_id": "lin", "code": "reassigned", "by_id": "lin", "at": shop.clock()}
    assert cards[second.body["lead_id"]] == [taken]


async def test_a_second_scan_leaves_the_clock_as_it_was(shop: Shop) -> None:
    await shop.scan()
    await shop.settle()
    before = await shop.lead()
    await shop.wait(minutes=10)
    await shop.scan()
    await shop.settle()
    after = await shop.lead()
    assert after["arrivals"] == 2
    assert after["clock"] == before["clock"]
    await shop.wait(minutes=20)
    assert await shop.told("escalated") == ["lin"]


@pytest.mark.parametrize("who", ["xia", "lin"])
async def test_receiving_leads_is_a_flag_that_clerks_and_managers_may_have(
    shop: Shop, who: str
) -> None:
    for rep in ("bo", "chen"):
        await shop.change(rep, accepts_leads=False)
    await shop.change(who, accepts_leads=True)
    await shop.scan()
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == who
    assert await shop.rows("escalation") == []


async def test_with_everybody_else_absent_the_ladder_ends_at_the_admin(shop: Shop) -> None:
    for who in ("lin", "qiao"):
        await shop.change(who, state="leave")
    await shop.scan()
    await shop.settle()
    await shop.wait(minutes=30)
    assert await shop.told("escalated") == ["hua"]
    assert (await shop.lead())["level"] == "admin"


async def test_an_attempt_does_not_stop_the_first_follow_up_and_a_contact_does(shop: Shop) -> None:
    for phone in ("13900001001", "13900001002"):
        assert await shop.receive("bo", phone) == []
    called, met = await shop.rows("lead")
    await follow(shop, "bo", called, greeting="no_answer")
    await follow(shop, "bo", met, greeting="met", needs="clear")
    await shop.wait(hours=24)
    late = await shop.rows("escalation", reason="first_follow_up")
    assert [row.body["lead_id"] for row in late] == [called.id]


async def test_a_reception_that_comes_late_starts_no_clock(shop: Shop) -> None:
    captured_at = shop.clock() - 2 * 3600 * 1000
    await shop.push("bo", *shop.reception("bo"), captured_at=captured_at)
    await shop.settle()
    lead = await shop.lead()
    assert (lead["state"], lead["clock"], lead["no_signal_s"]) == ("accepted", None, 7200)
    await shop.wait(hours=2)
    assert await shop.rows("escalation", store_id=RENMIN) == []


async def close(shop: Shop, who: str, lead: Row) -> str | None:
    fields = {"lead_id": lead.id, "reason": "unreachable"}
    for each in await shop.push(who, ("closing", new_id(), fields)):
        assert isinstance(each, Refused)
        return each.code
    return None


async def test_three_attempts_over_two_days_allow_unreachable_and_a_manager_needs_none(
    shop: Shop,
) -> None:
    for phone in ("13900001001", "13900001002"):
        assert await shop.receive("bo", phone) == []
    called, other = await shop.rows("lead")
    for _ in range(3):
        await follow(shop, "bo", called, greeting="no_answer")
    assert await close(shop, "bo", called) == "too_few_attempts", "all on one day"
    await shop.wait(hours=23)
    await follow(shop, "bo", called, greeting="no_answer")
    assert await close(shop, "bo", called) is None
    assert await close(shop, "bo", other) == "too_few_attempts"
    assert await close(shop, "lin", other) is None


@pytest.mark.one_database
async def test_a_new_customer_has_no_tier_and_a_day_for_the_first_contact(shop: Shop) -> None:
    assert await shop.receive("bo") == []
    lead = await shop.row("lead")
    assert (await shop.row("customer")).body.get("tier") is None
    assert lead.body["first_follow_up_due_at"] == shop.clock() + DAY_MS
    assert lead.body.get("next_due_at") is None, "the cadence begins with the first contact"
    await follow(shop, "bo", lead, greeting="met", needs="clear")
    assert (await shop.lead())["next_due_at"] is not None


@pytest.mark.one_database
async def test_the_minutes_of_a_personal_code_stand_still_while_the_store_is_closed(
    shop: Shop,
) -> None:
    await shop.wait(hours=11, minutes=25)
    await shop.scan(rep_id="bo")
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "bo", "at five to ten in the evening"
    await shop.wait(hours=12, minutes=9)
    assert (await shop.offer()).body["to_id"] == "bo", "at four past ten in the morning"
    await shop.wait(minutes=1)
    assert (await shop.offer()).body["to_id"] == "chen"


@pytest.mark.one_database
async def test_a_clerks_phone_holds_masked_cards_of_the_store_and_no_customer(
    shop: Shop, phone_of: Callable[[str], Awaitable[Phone]]
) -> None:
    await shop.scan(name="孙大伟")
    await shop.settle()
    offer = await shop.offer()
    await shop.accept(offer.body["to_id"], offer)
    await follow(shop, offer.body["to_id"], await shop.row("lead"), greeting="met", needs="clear")
    held = await Holder(await phone_of("xia")).pull()
    kinds = {row.entity for row in held.rows.values()}
    assert kinds - {"organisation", "store", "staff", "script"} == {"arrival_card"}
    card = held.one("arrival_card").body
    assert (card["state"], card["receiver_id"]) == ("contacted", offer.body["to_id"])
    assert "大伟" not in str(card)
    assert SUN not in str(card)
