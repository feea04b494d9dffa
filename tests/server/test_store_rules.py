"""What happens in a store, paragraph by paragraph, where it is about leads: each has its tests.

RULES names them, so that none goes missing unnoticed; those that stand nowhere else are here.
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
from tests.server.shop import SUN, ZHAO, Shop, new_id

HERE = Path(__file__).parent

RULES: dict[str, dict[str, tuple[str, ...]]] = {
    "the life of a lead": {
        "test_store_rules": (
            "test_a_lead_waits_is_offered_accepted_contacted_and_closed",
            "test_whoever_takes_over_or_moves_a_lead_stands_on_its_card_with_the_time",
            "test_whoever_was_escalated_to_and_accepts_has_taken_over_and_a_late_one_was_chosen",
        ),
        "test_handover": ("test_the_card_and_the_history_of_a_held_lead_say_who_left_it_to_whom",),
        "test_left_behind": (
            "test_whoever_leads_the_store_is_told_that_second_once_and_until_it_is_handed_over",
            "test_a_customer_who_comes_back_does_not_wait_for_whoever_left",
        ),
        "test_leads": (
            "test_only_managers_close_as_test_and_only_the_holder_closes_otherwise",
            "test_a_closed_lead_cannot_be_accepted",
        ),
    },
    "1 reception": {
        "test_leads": (
            "test_receiving_oneself_is_one_unit_without_offer_or_clock",
            "test_receiving_oneself_needs_the_right_to_receive_at_that_store",
            "test_a_reception_by_a_colleague_is_an_offer_to_that_person",
            "test_a_reception_by_nobody_is_routed",
        ),
        "test_routing": ("test_a_customer_received_in_person_counts_in_the_fairness",),
        "test_routing_rules": (
            "test_the_report_shows_each_persons_part_beside_what_they_were_entitled_to",
        ),
    },
    "2 one open lead": {
        "test_leads": (
            "test_a_second_scan_rings_the_holder_and_makes_no_second_lead",
            "test_an_arrival_after_closing_opens_a_new_lead",
            "test_a_scan_at_another_store_opens_a_lead_there",
        ),
        "test_store_rules": ("test_a_second_scan_leaves_the_clock_as_it_was",),
    },
    "3 returning customer": {
        "test_leads": (
            "test_a_known_phone_goes_to_its_owner_and_makes_no_second_customer",
            "test_an_absent_owner_is_told_and_keeps_the_customer",
            "test_receiving_a_colleagues_customer_leaves_the_lead_and_rings_its_holder",
        ),
    },
    "4 closed hours": {
        "test_deadlines": (
            "test_received_at_ten_to_closing_escalates_at_twenty_past_opening",
            "test_at_night_nothing_rings_and_a_name_is_planned",
            "test_with_nobody_planned_the_night_lead_carries_the_managers_name",
            "test_who_is_eligible_is_decided_again_at_opening",
        ),
        "test_hours_changed": (
            "test_hours_in_which_the_store_was_closed_never_count_whatever_it_says_of_them_later",
        ),
        "test_calendar": (
            "test_a_customer_received_ten_minutes_before_closing_is_promised_twenty_past_opening",
        ),
        "test_register_page": ("test_the_page_promises_a_time_in_store_hours",),
    },
    "5 ladder": {
        "test_escalation": (
            "test_an_unanswered_offer_is_nudged_at_fifteen_minutes",
            "test_an_unanswered_offer_moves_to_the_next_person_at_twenty_minutes",
            "test_an_unanswered_offer_is_warned_about_at_twenty_five_minutes",
            "test_an_unanswered_offer_reaches_the_manager_at_thirty_minutes",
            "test_an_unanswered_offer_reaches_the_area_manager_at_sixty_minutes",
            "test_escalation_never_goes_to_whoever_missed_it",
            "test_the_person_on_duty_comes_before_the_manager",
            "test_an_absent_manager_is_skipped",
            "test_where_the_manager_was_first_the_area_manager_follows_at_thirty",
        ),
        "test_store_heads": (
            "test_another_manager_and_deputy_are_named_and_the_next_escalation_is_theirs",
            "test_a_manager_who_leaves_is_followed_by_the_deputy",
        ),
        "test_store_rules": (
            "test_receiving_leads_is_a_flag_that_clerks_and_managers_may_have",
            "test_with_everybody_else_absent_the_ladder_ends_at_the_admin",
        ),
        "test_pauses": (
            "test_the_rungs_still_to_come_move_by_the_pause_and_then_go_on",
            "test_whoever_it_was_escalated_to_says_that_they_know_and_nothing_stops",
        ),
        "test_presence": ("test_two_unanswered_offers_in_a_row_mark_a_person_away",),
        "test_exactly_once": (
            "test_three_workers_whose_clocks_step_by_an_hour_fire_each_rung_once",
        ),
    },
    "6 acceptance offline": {
        "test_leads": (
            "test_a_late_acceptance_counts_while_nobody_else_has_accepted",
            "test_an_acceptance_after_somebody_elses_is_refused_as_taken",
            "test_an_escalation_that_fired_stays_when_the_acceptance_comes_late",
        ),
        "test_figures": (
            "test_an_acceptance_that_comes_late_annotates_the_escalations_and_rewrites_nothing",
        ),
    },
    "7 first follow-up": {
        "test_deadlines": (
            "test_the_first_follow_up_is_due_after_a_day_whoever_holds_the_lead",
            "test_a_first_follow_up_due_on_a_closed_day_is_due_an_hour_after_opening",
        ),
        "test_leads": ("test_a_manager_reassigns_and_the_first_follow_up_stays_due",),
        "test_followups": (
            "test_an_unanswered_call_leaves_the_lead_waiting_for_contact",
            "test_reception_with_greeting_and_needs_is_the_first_contact",
        ),
        "test_store_rules": (
            "test_an_attempt_does_not_stop_the_first_follow_up_and_a_contact_does",
            "test_three_attempts_over_two_days_allow_unreachable_and_a_manager_needs_none",
        ),
    },
    "8 effective contact": {
        "test_followups_steps": (
            "test_contact_is_effective_when_somebody_answered_and_something_was_said",
            "test_the_stepper_keeps_the_best_result_in_any_order",
        ),
    },
    "11 personal code": {
        "test_routing": (
            "test_a_personal_code_rings_its_owner_for_ten_store_minutes",
            "test_the_code_of_a_leaver_or_of_somebody_on_leave_is_the_stores",
        ),
        "test_routing_choice": (
            "test_a_personal_code_is_its_owners_also_off_shift_and_after_the_customers_owner",
        ),
        "test_personal_codes": ("test_a_known_customers_owner_comes_before_the_code",),
        "test_store_rules": (
            "test_the_minutes_of_a_personal_code_stand_still_while_the_store_is_closed",
        ),
    },
    "12 silent is not neglected": {
        "test_pool": (
            "test_who_does_not_answer_is_released_and_falls_a_tier",
            "test_who_was_never_tried_goes_back_after_a_warning_and_the_manager_is_told",
            "test_nobody_loses_a_customer_while_they_are_away",
        ),
        "test_pool_rules": (
            "test_two_weeks_without_an_answer_despite_two_attempts_release",
            "test_two_weeks_without_an_attempt_take_back",
        ),
    },
    "13 cadence of an untiered customer": {
        "test_cadence": (
            "test_an_untiered_customer_is_due_after_three_days_as_b_is",
            "test_a_tier_that_changed_since_the_contact_counts_in_the_morning",
        ),
        "test_store_rules": ("test_a_new_customer_has_no_tier_and_a_day_for_the_first_contact",),
    },
    "14 refusal": {
        "test_register": (
            "test_without_consent_nothing_is_stored_and_the_page_says_what_to_do",
            "test_nobody_agrees_to_marketing_for_a_known_customer",
        ),
        "test_customers": ("test_no_arrival_without_the_customers_consent",),
    },
    "15 clerk": {
        "test_register": ("test_the_counter_sees_a_card_that_names_nobody_in_full",),
        "test_customers": (
            "test_a_clerk_registers_for_the_store_and_keeps_nobody",
            "test_a_clerk_writes_no_remarks_and_changes_no_profile",
        ),
        "test_leaks_public": ("test_no_door_searches_or_exports",),
        "test_store_rules": (
            "test_a_clerks_phone_holds_masked_cards_of_the_store_and_no_customer",
        ),
    },
    "16 late sync": {
        "test_leads": ("test_the_clock_runs_from_receipt_and_the_card_says_when_it_was_captured",),
        "test_figures": (
            "test_the_three_figures_come_with_their_facts",
            "test_a_registration_that_was_on_its_way_counts_for_the_network_not_for_the_store",
        ),
        "test_store_rules": ("test_a_reception_that_comes_late_starts_no_clock",),
    },
}


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
