"""What people ask for: receiving, accepting, reassigning, closing. Judged on the present."""

from datetime import datetime
from typing import Any

from server.customers.register import PASS_KEY, make_pass, settle_arrival
from server.leads import offers, opportunities
from server.leads.figures import annotate
from server.leads.offers import stored
from server.leads.presence import come_back
from server.stores.calendar import calendar_of
from sync import Author, Ledger, Refusal, Row, is_fresh

COLLISION = "collision"
"""The kind of deadline that looks whether two people registered one customer."""
ATTEMPTS, ATTEMPT_DAYS = 3, 2
HEADS = ("manager", "area", "admin")


def register(arrival: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """A registration typed by staff: its card, and the lead it opens or rings.

    With the author receiving (`me`), the unit brings the lead. The worker looks again in a moment,
    so that an arrival whose lead never came still gets a clock.
    """
    customer = stored(ledger, arrival.root)
    settled = settle_arrival(ledger, arrival, customer, not is_fresh(customer), by_staff=True)
    reception = arrival.body.get("reception") or "none"
    if reception == "me" and ledger.is_alias(arrival.body.get("customer_id") or ""):
        ledger.schedule(COLLISION, arrival.id, ledger.now)
    key = offers.open_key(customer.id, arrival.body["store_id"])
    if reception == "me" and arrival.body.get("lead_id") and ledger.key("open_lead", key) is None:
        ledger.schedule("arrival", arrival.id, ledger.now)
        return None
    offers.open_or_ring(
        ledger,
        arrival,
        customer,
        reception=reception,
        receiver_id=arrival.body.get("receiver_id"),
        author=author.staff_id,
        card=settled.card,
    )
    return None


def receive(lead: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """A lead that a phone opens: its author is receiving the customer. No offer and no clock.

    Until the acceptance in the same unit is judged it waits to be routed like any other.
    """
    arrival = stored(ledger, lead.body["arrival_id"])
    if arrival.entity != "arrival" or not is_fresh(arrival):
        return Refusal("not_found", "arrival_id")
    if ledger.resolve(lead.body["customer_id"]) != arrival.root:
        return Refusal("invalid", "customer_id")
    if lead.body["store_id"] != arrival.body["store_id"]:
        return Refusal("invalid", "store_id")
    if not receives_at(author, lead.body["store_id"]):
        return Refusal("not_eligible")
    ledger.change(lead, customer_id=arrival.root)
    card = ledger.key(PASS_KEY, make_pass(ledger.org, arrival.id))
    offers.begin(ledger, lead, arrival, stored(ledger, arrival.root), card)
    ledger.change(arrival, opened_lead_id=lead.id)
    ledger.schedule("route", lead.id, ledger.now)
    return None


def accept(acceptance: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Store.md 6. An acceptance may come late and count, as long as nobody else was first."""
    lead = ledger.row(acceptance.body["lead_id"])
    cited = ledger.find(acceptance.body.get("offer_id"))
    if lead is None or lead.entity != "lead" or not concerns(cited, lead):
        return Refusal("not_found", "lead_id")
    if lead.body["holder_id"] == author.staff_id:
        return None
    if stands_in(acceptance, lead, ledger):
        ledger.change(acceptance, standing="stand_in")
        return None
    if refusal := why_not_accept(acceptance, lead, ledger, author):
        return refusal
    is_reception = cited is None and is_received_by(lead, author)
    if not is_reception and lead.body["offered_to"] != author.staff_id:
        ledger.change(lead, reasons=card_of(acceptance, cited, author))
    offers.accept(ledger, lead, author.staff_id, cited, acceptance)
    come_back(ledger, author.staff_id)
    if is_reception:
        count_reception(acceptance, lead, ledger, author)
    return None


def card_of(acceptance: Row, cited: Row | None, author: Author) -> list[dict[str, Any]]:
    """Of a lead that is somebody else's by now: that of the offer taken late, or of taking over."""
    if cited is not None and cited.body.get("reasons"):
        card: list[dict[str, Any]] = cited.body["reasons"]
        return card
    taken = {"staff_id": author.staff_id, "code": "reassigned", "by_id": author.staff_id}
    return [{**taken, "at": acceptance.at}]


def concerns(cited: Row | None, lead: Row) -> bool:
    """Whoever sees an offer need not see its lead, and learns nothing about any other lead."""
    if cited is None:
        return True
    return cited.entity == "offer" and cited.body["lead_id"] == lead.id


def stands_in(acceptance: Row, lead: Row, ledger: Ledger) -> bool:
    """A reception of a customer whose lead a colleague holds: recorded, and the lead stays theirs.

    Refusing it would cost the registration in the same unit; the arrival has rung the holder.
    """
    named = acceptance.body["lead_id"]
    is_own_reception = acceptance.body.get("offer_id") is None and ledger.is_alias(named)
    return is_own_reception and lead.body["holder_id"] is not None


def why_not_accept(acceptance: Row, lead: Row, ledger: Ledger, author: Author) -> Refusal | None:
    if lead.body["state"] == "closed":
        return Refusal("not_open")
    cited = ledger.find(acceptance.body.get("offer_id"))
    if lead.body["holder_id"] is not None:
        return why_taken(acceptance, lead, is_theirs=cited is not None and answers(cited, author))
    if cited is not None:
        return None if answers(cited, author) else Refusal("not_eligible")
    is_reception = ledger.is_alias(acceptance.body["lead_id"]) or is_received_by(lead, author)
    if is_reception and receives_at(author, lead.body["store_id"]):
        return None
    named = (lead.body["offered_to"], lead.body["responsible_id"])
    return None if author.staff_id in named else Refusal("not_eligible")


def why_taken(acceptance: Row, lead: Row, is_theirs: bool) -> Refusal:
    """Too late to have it, but whoever accepted their offer before an escalation did answer."""

    def tell_late(ledger: Ledger, author: Author) -> None:
        annotate(ledger, lead, "acceptance", acceptance, acceptance.at)

    when = lead.body["accepted_at"]
    late = tell_late if is_theirs else None
    return Refusal("taken", who=lead.body["holder_id"], when=when, aftermath=late)


def answers(cited: Row, author: Author) -> bool:
    """An offer to this person, not used up. One that has moved on still counts."""
    return bool(cited.body["state"] != "accepted" and cited.body["to_id"] == author.staff_id)


def is_received_by(lead: Row, author: Author) -> bool:
    return is_fresh(lead) and lead.author == author.staff_id


def count_reception(acceptance: Row, lead: Row, ledger: Ledger, author: Author) -> None:
    """It counts in the store's fairness, and an owner who was not there is told."""
    ledger.change(lead, self_received=True, routed_at=ledger.now)
    ledger.schedule("turn", acceptance.id, ledger.now)
    owner_id = stored(ledger, lead.root).body.get("owner_id")
    if owner_id and owner_id != author.staff_id:
        offers.tell(ledger, "owner_told", lead, owner_id)


def reassign(reassignment: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """To oneself: taken over at once. To another: a new offer, a new clock for accepting it.

    The first follow-up stays due when it was.
    """
    lead, to_id = ledger.row(reassignment.body["lead_id"]), reassignment.body["to_id"]
    if lead is None or lead.entity != "lead":
        return Refusal("not_found", "lead_id")
    if not heads(author, lead):
        return Refusal("forbidden")
    if lead.body["state"] == "closed":
        return Refusal("not_open")
    if to_id == author.staff_id:
        offers.accept(ledger, lead, to_id, fact=reassignment)
        give_reason(ledger, reassignment, lead)
        return None
    person = ledger.row(to_id)
    if person is None or not can_receive(person, lead.body["store_id"]):
        return Refusal("not_eligible", "to_id")
    offers.reopen(ledger, lead, to_id)
    ledger.schedule("offer", reassignment.id, ledger.now)
    return None


def give_reason(ledger: Ledger, reassignment: Row, lead: Row) -> None:
    """The card of a lead that somebody moved: who to whom and when, and none of the skipped."""
    ledger.change(lead, reasons=[reason_of(reassignment)])


def reason_of(reassignment: Row) -> dict[str, Any]:
    """`by_id` themselves: they took it over. `from_id`: whoever handed over, or `from_left`."""
    body = reassignment.body
    moved = {name: body[name] for name in ("from_id", "from_left") if body.get(name)}
    named = {"staff_id": body["to_id"], "code": "reassigned"}
    return {**named, "by_id": reassignment.author, "at": reassignment.at, **moved}


def close(closing: Row, ledger: Ledger, author: Author) -> Refusal | None:
    lead, reason = ledger.row(closing.body["lead_id"]), closing.body["reason"]
    if lead is None or lead.entity != "lead":
        return Refusal("not_found", "lead_id")
    if lead.body["state"] == "closed":
        return Refusal("not_open")
    is_head = heads(author, lead)
    if not is_head and (reason == "test" or lead.body["holder_id"] != author.staff_id):
        return Refusal("forbidden")
    if reason == "unreachable" and not is_head and not was_tried(lead, ledger):
        return Refusal("too_few_attempts", "reason")
    offers.close(ledger, lead, reason)
    if reason == opportunities.BECAME:
        opportunities.begin(ledger, stored(ledger, lead.root))
    return None


def was_tried(lead: Row, ledger: Ledger) -> bool:
    """Store.md 7: three calls that nobody answered, over two days."""
    attempts = lead.body.get("attempts") or []
    zone = calendar_of(stored(ledger, lead.body["store_id"]).body).zone
    days = {datetime.fromtimestamp(at / 1000, zone).date() for at in attempts}
    return len(attempts) >= ATTEMPTS and len(days) >= ATTEMPT_DAYS


def heads(author: Author, lead: Row) -> bool:
    if author.role == "manager":
        return lead.body["store_id"] in author.store_ids
    return author.role in HEADS


def receives_at(author: Author, store_id: str) -> bool:
    return author.accepts_leads and store_id in author.store_ids


def can_receive(person: Row, store_id: str) -> bool:
    if person.entity != "staff" or store_id not in person.body["store_ids"]:
        return False
    return person.body["state"] == "active" and bool(person.body["accepts_leads"])
