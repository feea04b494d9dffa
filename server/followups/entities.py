"""The follow-up: one contact, one channel, five results, written once."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec

from server.customers.shapes import Id
from server.followups.cadence import UNTOUCHED, count_touch, plan_next
from server.followups.library import script
from server.followups.objections import describe_objection, forget_objections
from server.followups.steps import best_steps, contacted_at, is_effective
from server.followups.templates import template
from server.leads import opportunities
from server.leads.figures import annotate, count_wait
from server.leads.offers import show_on_card
from sync import Author, Entity, Ledger, Refusal, Row, standing

Note = Annotated[str, msgspec.Meta(max_length=500)]
ATTEMPTS_KEPT = 20
Milliseconds = Annotated[int, msgspec.Meta(ge=0, lt=1 << 52)]
Lag = Annotated[int, msgspec.Meta(ge=0, le=30 * 24 * 3600)]


class Greeting(msgspec.Struct, forbid_unknown_fields=True):
    result: Literal["met", "no_answer", "skipped"]
    note: Note | None = None


class Needs(msgspec.Struct, forbid_unknown_fields=True):
    result: Literal["clear", "partial", "changed", "skipped"]
    note: Note | None = None


class Proposal(msgspec.Struct, forbid_unknown_fields=True):
    result: Literal["approved", "revise", "expensive", "comparing", "skipped"]
    note: Note | None = None


class Objection(msgspec.Struct, forbid_unknown_fields=True):
    result: Literal["resolved", "open", "none", "skipped"]
    note: Note | None = None


class Revisit(msgspec.Struct, forbid_unknown_fields=True):
    """`at` in ms UTC goes with `booked`, `reason` with `no_contact`."""

    result: Literal["booked", "no_contact"]
    at: Milliseconds | None = None
    reason: Note | None = None
    note: Note | None = None


class FollowUpFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Eight required answers, the most there may be. `*_at` in ms UTC; `lag_s`: how long before
    this was told the contact was, where somebody said so, by the one clock of their phone.

    `answers` by the ids of the template's questions. Whatever became of the template meanwhile, or
    of a question, what was answered stays.
    """

    customer_id: Id
    channel: Literal["store", "phone", "wechat", "visit"]
    greeting: Greeting
    needs: Needs
    proposal: Proposal
    objection: Objection
    revisit: Revisit
    mood: Literal["keen", "watching", "cold", "none"]
    breakthrough: Literal["price", "delivery", "design", "family", "none"]
    started_at: Milliseconds
    ended_at: Milliseconds
    lag_s: Lag = 0
    lead_id: Id | None = None
    template_id: Id | None = None
    answers: Annotated[dict[Id, Note], msgspec.Meta(max_length=40)] | None = None


def check(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    """A next time, or a reason why there is none; the lead is this customer's."""
    revisit = fields["revisit"]
    wanted = "at" if revisit["result"] == "booked" else "reason"
    if not revisit.get(wanted):
        return Refusal("invalid", "revisit")
    if fields["ended_at"] < fields["started_at"]:
        return Refusal("invalid", "ended_at")
    lead, person = ledger.find(fields.get("lead_id")), ledger.row(fields["customer_id"])
    if lead is not None and (lead.entity != "lead" or person is None or lead.root != person.root):
        return Refusal("not_found", "lead_id")
    return None


def count(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """What a contact means for its customer and for the lead that waits for it."""
    person = ledger.row(row.body["customer_id"])
    if person is None or person.entity != "customer":
        return Refusal("not_found", "customer_id")
    at = contacted_at(row, row.body)
    described = describe_customer(person.body, row.body, at)
    ledger.change(person, **described, **describe_objection(person.body, row.body, row, at))
    lead = ledger.find(row.body.get("lead_id") or person.body.get("open_lead_id"))
    if lead is not None and lead.body.get("state") != "closed":
        ledger.change(row, counts_for=lead.id)
        ledger.change(lead, **describe_lead(lead.body, row.body, at, row.at))
        count_wait(ledger, lead)
        if is_effective(row.body):
            annotate(ledger, lead, "contact", row, at)
            plan_next(ledger, lead)
        show_on_card(ledger, lead)
    opportunities.plan(ledger, person)
    return None


def describe_customer(held: Mapping[str, Any], told: dict[str, Any], at: int) -> dict[str, Any]:
    """The customer's fields after this contact. A report that comes late moves nothing back."""
    fields: dict[str, Any] = {"steps": best_steps(held.get("steps") or {}, told)}
    if is_effective(told):
        fields["last_contact_at"] = max(held.get("last_contact_at") or 0, at)
        fields["contact_count"] = (held.get("contact_count") or 0) + 1
    if at >= (held.get("followed_at") or 0):
        booked = told["revisit"]["result"] == "booked"
        fields["followed_at"] = at
        fields["next_at"] = told["revisit"]["at"] if booked else None
        fields["next_kind"] = "revisit" if booked else None
    return fields


def describe_lead(
    held: Mapping[str, Any], told: dict[str, Any], at: int, told_at: int
) -> dict[str, Any]:
    """An attempt shows in the stepper; only an effective contact answers the lead.

    Attempts count from when they were told: three of them allow a lead to be closed, and nobody
    gets there by telling of old ones.
    """
    fields: dict[str, Any] = {"steps": best_steps(held.get("steps") or {}, told)}
    if told["greeting"]["result"] == "no_answer":
        fields["attempts"] = sorted([*(held.get("attempts") or []), told_at])[-ATTEMPTS_KEPT:]
    if is_effective(told):
        fields["contacted_at"] = min(held.get("contacted_at") or at, at)
        fields |= count_touch(held, told, at)
        if held.get("state") == "accepted":
            fields["state"] = "contacted"
    return fields


def recount(person: Row, ledger: Ledger) -> None:
    """From all contacts anew, as they stand now. The customer's whole tree must be loaded."""
    told = [(row, standing(row, ledger)) for row in contacts_of(person, ledger)]
    counted: dict[str, Any] = {**NEVER_MET, **forget_objections(person.body)}
    for row, body in told:
        if body is not None:
            at = contacted_at(row, body)
            objected = describe_objection(counted, body, row, at)
            counted |= describe_customer(counted, body, at) | objected
    ledger.change(person, **counted)
    opportunities.recount(ledger, person)
    for lead in ledger.rows_of("lead"):
        if lead.root == person.id and lead.body.get("state") != "closed":
            recount_lead(lead, told, ledger)


def recount_lead(
    lead: Row, told: Iterable[tuple[Row, dict[str, Any] | None]], ledger: Ledger
) -> None:
    was_met = lead.body.get("state") == "contacted"
    counted: dict[str, Any] = {"steps": {}, "contacted_at": None, "attempts": [], **UNTOUCHED}
    counted["state"] = "accepted" if was_met else lead.body.get("state")
    for row, body in told:
        if body is not None and row.body.get("counts_for") == lead.id:
            counted |= describe_lead(counted, body, contacted_at(row, body), row.at)
    ledger.change(lead, **counted)
    count_wait(ledger, lead)
    plan_next(ledger, lead)
    show_on_card(ledger, lead)


def contacts_of(person: Row, ledger: Ledger) -> list[Row]:
    found = [row for row in ledger.rows_of("follow_up") if row.root == person.id]
    return sorted(found, key=lambda row: (row.at, row.id))


NEVER_MET: dict[str, Any] = {
    "steps": {},
    "last_contact_at": None,
    "contact_count": 0,
    "followed_at": None,
    "next_at": None,
    "next_kind": None,
}


def count_again(fact: Row, ledger: Ledger, author: Author) -> Refusal | None:
    person = ledger.row(fact.root)
    if person is not None and person.entity == "customer":
        recount(person, ledger)
    return None


follow_up = Entity(
    name="follow_up",
    kind="fact",
    shape=FollowUpFields,
    create_roles=frozenset({"rep", "manager"}),
    parent=("customer_id",),
    under=frozenset({"customer"}),
    references=("lead_id",),
    prepare=check,
    effects=count,
    correctable=frozenset(FollowUpFields.__struct_encode_fields__)
    - {"customer_id", "lead_id", "template_id"},
    corrected=count_again,
)
entities = [follow_up, template, script]
