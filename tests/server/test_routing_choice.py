"""Of these people, who gets the lead, and by which reason each of the others does not. Pure."""

from typing import Any

from server.leads.eligibility import Ask, Candidate
from server.leads.routing import Reason, duty_chain, route
from server.leads.turns import LEAD, Turn


def person(staff_id: str, owed: int = 0, last_at: int = 0, **more: Any) -> Candidate:
    """`owed`: whole leads; below zero for somebody who has had them already."""
    turn = Turn(last_at=last_at, balance=owed * LEAD)
    values = {"name": staff_id, "state": "active", "accepts_leads": True, **more}
    return Candidate(staff_id=staff_id, turn=turn, **values)


def test_whoever_is_owed_most_is_next() -> None:
    assert route([person("bo", -1), person("chen")], Ask()).staff_id == "chen"


def test_of_two_who_are_owed_the_same_the_one_who_waited_longest_is_next() -> None:
    assert route([person("bo", 0, 50), person("chen", 0, 90)], Ask()).staff_id == "bo"


def test_the_owner_comes_before_fairness() -> None:
    chosen = route([person("bo", -9), person("chen")], Ask(owner_id="bo"))
    assert chosen == ("bo", (Reason("bo", "owner"),))


def test_everybody_who_is_skipped_has_a_reason() -> None:
    ask = Ask(until=100, owner_id="wu", missed=frozenset(["lin"]), skills=frozenset(["全屋定制"]))
    people = [
        person("bo", state="leave"),
        person("gu", state="travel"),
        person("chen", state="left"),
        person("wu", in_store=False),
        person("xia", accepts_leads=False),
        person("lin"),
        person("he", shift_at=101),
        person("shi", shift_at=None),
        person("ma", is_reachable=False),
        person("tang", open_leads=3, open_cap=3),
        person("fei", today=2, day_cap=2),
        person("ke", weight=0),
        person("yu"),
    ]
    assert route(people, ask) == (
        None,
        (
            Reason("bo", "leave"),
            Reason("gu", "travelling"),
            Reason("chen", "left"),
            Reason("wu", "other_store"),
            Reason("xia", "not_accepting"),
            Reason("lin", "missed"),
            Reason("he", "off_shift"),
            Reason("shi", "off_shift"),
            Reason("ma", "unreachable"),
            Reason("tang", "full"),
            Reason("fei", "full_today"),
            Reason("ke", "no_share"),
            Reason("yu", "lacks_skill"),
        ),
    )


def test_a_shift_that_begins_before_the_answer_is_due_is_soon_enough() -> None:
    assert route([person("bo", shift_at=100)], Ask(until=100)).staff_id == "bo"


def test_an_owner_is_not_asked_for_skills_nor_for_a_share() -> None:
    ask = Ask(owner_id="bo", skills=frozenset(["橱柜"]), for_seniors=True)
    people = [person("bo", weight=0), person("chen", skills=frozenset(["橱柜"]), is_senior=True)]
    assert route(people, ask).staff_id == "bo"


def test_an_owner_who_is_full_leaves_the_customer_to_a_stand_in() -> None:
    people = [person("bo", open_leads=1, open_cap=1), person("chen")]
    assert route(people, Ask(owner_id="bo")).reasons == (
        Reason("chen", "fairest"),
        Reason("bo", "full"),
    )


def test_a_personal_code_is_its_owners_also_off_shift_and_after_the_customers_owner() -> None:
    people = [person("bo", shift_at=None), person("chen", 1)]
    assert route(people, Ask(rep_id="bo")).reasons == (Reason("bo", "personal"),)
    assert route(people, Ask(rep_id="bo", owner_id="chen")).staff_id == "chen"


def test_the_personal_code_of_somebody_who_left_is_the_stores() -> None:
    people = [person("bo", state="left"), person("chen")]
    assert route(people, Ask(rep_id="bo")).staff_id == "chen"


def test_the_best_leads_go_to_seniors_and_the_others_are_told_so() -> None:
    people = [person("bo", 5), person("chen", is_senior=True)]
    assert route(people, Ask(for_seniors=True)).reasons == (
        Reason("chen", "senior"),
        Reason("bo", "not_senior"),
    )
    assert route(people, Ask()).staff_id == "bo"


def test_with_no_senior_there_the_customer_does_not_wait_for_one() -> None:
    people = [person("bo"), person("chen", is_senior=True, state="leave")]
    assert route(people, Ask(for_seniors=True)).reasons == (
        Reason("bo", "fairest"),
        Reason("chen", "leave"),
    )


def test_the_duty_chain_names_each_person_once() -> None:
    store = {"deputy_id": "lin", "manager_id": "lin", "area_id": "qiao"}
    assert duty_chain(store, ["hua", "qiao"]) == ["lin", "qiao", "hua"]
