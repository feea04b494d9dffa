"""The follow-up: one contact, one channel, five results, written once."""

from typing import Annotated, Any, Literal

import msgspec

from server.followups.steps import best_steps, is_effective
from server.leads.offers import show_on_card
from sync import Author, Entity, Ledger, Refusal, Row

Note = Annotated[str, msgspec.Meta(max_length=500)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, lt=1 << 52)]


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
    """Eight required answers, the most there may be. `*_at` in ms UTC."""

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
    lead_id: Id | None = None


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
    ledger.change(person, **describe_customer(person, row))
    lead = ledger.find(row.body.get("lead_id") or person.body.get("open_lead_id"))
    if lead is not None and lead.body.get("state") != "closed":
        ledger.change(lead, **describe_lead(lead, row))
        show_on_card(ledger, lead)
    return None


def describe_customer(person: Row, row: Row) -> dict[str, Any]:
    """The customer's fields after this contact. A report that comes late moves nothing back."""
    body, told = person.body, row.body
    fields: dict[str, Any] = {"steps": best_steps(body.get("steps") or {}, told)}
    if is_effective(told):
        fields["last_contact_at"] = max(body.get("last_contact_at") or 0, row.at)
        fields["contact_count"] = (body.get("contact_count") or 0) + 1
    if row.at >= (body.get("followed_at") or 0):
        booked = told["revisit"]["result"] == "booked"
        fields["followed_at"] = row.at
        fields["next_at"] = told["revisit"]["at"] if booked else None
        fields["next_kind"] = "revisit" if booked else None
    return fields


def describe_lead(lead: Row, row: Row) -> dict[str, Any]:
    """An attempt shows in the stepper; only an effective contact answers the lead."""
    body = lead.body
    fields: dict[str, Any] = {"steps": best_steps(body.get("steps") or {}, row.body)}
    if is_effective(row.body):
        fields["contacted_at"] = min(body.get("contacted_at") or row.at, row.at)
        if body.get("state") == "accepted":
            fields["state"] = "contacted"
    return fields


follow_up = Entity(
    name="follow_up",
    kind="fact",
    shape=FollowUpFields,
    create_roles=frozenset({"rep", "manager"}),
    parent=("customer_id",),
    references=("lead_id",),
    prepare=check,
    effects=count,
)
entities = [follow_up]
