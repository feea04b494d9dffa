"""Five steps, one fact: what counts as contact, and what a contact means."""

import pytest

from server.followups.entities import describe_customer, describe_lead
from server.followups.steps import best_steps, is_effective
from tests.server.contact import contact

MONDAY = 1_790_000_000_000


@pytest.mark.parametrize(
    ("steps", "effective"),
    [
        ({"greeting": "met", "needs": "clear"}, True),
        ({"greeting": "met", "objection": "open"}, True),
        ({"greeting": "met"}, False),
        ({"greeting": "no_answer", "needs": "clear"}, False),
        ({"greeting": "skipped", "proposal": "approved"}, False),
    ],
)
def test_contact_is_effective_when_somebody_answered_and_something_was_said(
    steps: dict[str, str], effective: bool
) -> None:
    assert is_effective(contact(**steps)) is effective


def test_the_stepper_keeps_the_best_result_in_any_order() -> None:
    one = contact(greeting="met", needs="clear", proposal="expensive")
    other = contact(greeting="no_answer", needs="partial", proposal="approved")
    best = {"greeting": "met", "needs": "clear", "proposal": "approved", "revisit": "booked"}
    assert best_steps(best_steps({}, one), other) == best
    assert best_steps(best_steps({}, other), one) == best


def test_an_unanswered_call_is_an_attempt_and_stops_no_clock() -> None:
    attempt = contact(greeting="no_answer")
    lead = describe_lead({"state": "accepted", "contacted_at": None}, attempt, MONDAY, MONDAY)
    assert "contacted_at" not in lead
    assert "state" not in lead
    assert "contact_count" not in describe_customer({}, attempt, MONDAY)


def test_an_effective_contact_answers_the_lead_and_counts_for_the_customer() -> None:
    told = contact(greeting="met", needs="clear", revisit_at=MONDAY + 1)
    lead = describe_lead({"state": "accepted", "contacted_at": None}, told, MONDAY, MONDAY)
    assert (lead["state"], lead["contacted_at"]) == ("contacted", MONDAY)
    person = describe_customer({"contact_count": 2}, told, MONDAY)
    assert (person["contact_count"], person["last_contact_at"]) == (3, MONDAY)
    assert (person["next_at"], person["next_kind"]) == (MONDAY + 1, "revisit")


def test_a_report_that_comes_late_moves_nothing_back() -> None:
    late = contact(greeting="met", needs="clear", revisit_at=MONDAY - 1)
    held = {"followed_at": MONDAY, "last_contact_at": MONDAY, "next_at": 7, "contact_count": 1}
    person = describe_customer(held, late, MONDAY - 5)
    assert "next_at" not in person
    assert person["last_contact_at"] == MONDAY
    assert person["contact_count"] == 2
