"""A registration put right: what follows from it follows anew, in the same transaction. Pure.

Whoever typed it does not see the customer's record (a clerk sees masked cards), so they never write
over what somebody else knows better: that is kept beside it, for whoever has the record.
"""

from collections.abc import Mapping
from typing import Any

from server.customers import customer
from server.customers.names import mask_name
from server.customers.phone import mask
from server.customers.register import differs
from server.leads import offers
from server.leads.offers import stored
from sync import EMPTY, Author, Kept, Ledger, Refusal, Row, derive_id, offer_values, pending_stamp

PROFILE = ("name", "salutation", "phone", "need")
RECEIVED = ("reception", "receiver_id")
CORRECTABLE = frozenset((*PROFILE, *RECEIVED))


def amend(arrival: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """After a correction of it was accepted as sound and in time."""
    correction = stored(ledger, arrival.body["corrected_by"])
    if refusal := why_fixed(arrival, correction):
        return refusal
    said, before = read_anew(arrival, correction, ledger), read_before(arrival, correction, ledger)
    changed = {name: said.get(name) for name in CORRECTABLE if said.get(name) != before.get(name)}
    typed = {name: changed[name] or "" for name in PROFILE if name in changed}
    if "phone" in typed and (refusal := customer.why_suppressed(typed, ledger)):
        return refusal
    if refusal := tell_profile(arrival, correction, typed, ledger, author):
        return refusal
    show_anew(arrival, said, typed, ledger)
    if not changed.keys().isdisjoint(RECEIVED):
        call_anew(arrival, said, before, ledger)
    return None


def why_fixed(arrival: Row, correction: Row) -> Refusal | None:
    """Somebody stood at the counter, and whoever received them with their own hands has the lead:
    neither is unsaid. What customers typed themselves is theirs."""
    if arrival.author is None:
        return Refusal("forbidden")
    if arrival.body["void"]:
        return Refusal("invalid", "void")
    told = told_in(correction)
    is_own = "me" in (arrival.body.get("reception"), told.get("reception"))
    is_moved = not told.keys().isdisjoint(RECEIVED)
    return Refusal("invalid", "reception") if is_own and is_moved else None


def read_anew(arrival: Row, correction: Row, ledger: Ledger) -> dict[str, Any]:
    """The registration as it stands from now on; a number in its one spelling, there too."""
    said = {**arrival.body, **told_in(correction)}
    customer.normalise(said)
    ledger.change(correction, fields={name: said[name] for name in told_in(correction)})
    return said


def read_before(arrival: Row, correction: Row, ledger: Ledger) -> dict[str, Any]:
    """As it stood until now: by the correction before this one, if there is one."""
    earlier = [
        each
        for each in ledger.rows_of("correction")
        if each.body["fact_id"] == arrival.id and each is not correction
    ]
    last = max(enumerate(earlier), key=lambda one: (one[1].born, one[0]), default=None)
    return {**arrival.body, **(told_in(last[1]) if last else {})}


def told_in(correction: Row) -> dict[str, Any]:
    return correction.body.get("fields") or {}


def tell_profile(
    arrival: Row, correction: Row, typed: Mapping[str, Any], ledger: Ledger, author: Author
) -> Refusal | None:
    """What this registration brought into the record is written over; what somebody else has
    written since, or the record it became part of said before, is offered the new value."""
    named = arrival.body.get("customer_id") or ""
    made, person = ledger.own(named), stored(ledger, arrival.root)
    if made is None or not brought(arrival, made):
        return None
    stamp = pending_stamp(max(correction.at, made.at + 1), author.device, author.staff_id)
    own = {} if made is not person else pick_own(arrival, person, typed)
    offered = {name: (value, stamp) for name, value in typed.items() if name not in own}
    write_over(person, own, correction, author, ledger)
    filled = offer_values(person, offered, made.id, (correction.id,), ledger)
    written = {**own, **filled}
    if not written:
        return None
    return ledger.entities["customer"].patch_effects(person, written, ledger, author)


def brought(arrival: Row, made: Row) -> bool:
    """Whether the record came with the registration, in one unit."""
    is_same_push = (made.received_at, made.device) == (arrival.received_at, arrival.device)
    return made.entity == "customer" and made.author == arrival.author and is_same_push


def pick_own(arrival: Row, person: Row, typed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in typed.items()
        if person.stamp(name).author == arrival.author or person.body.get(name) in EMPTY
    }


def write_over(
    person: Row, own: Mapping[str, Any], correction: Row, author: Author, ledger: Ledger
) -> None:
    """The value that stood goes to the history, as with any edit."""
    stamps = dict(person.stamps)
    for name in own:
        held = person.stamp(name)
        ledger.keep(person, Kept(name, person.body.get(name), held, False), "displaced")
        at = max(correction.at, held.at + 1)
        stamps[name] = pending_stamp(at, author.device, author.staff_id)
    ledger.change(person, **own)
    person.stamps = stamps


# What others see of it


def show_anew(
    arrival: Row, said: Mapping[str, Any], typed: Mapping[str, Any], ledger: Ledger
) -> None:
    """The card at the front desk, and the lead and the offer that this registration opened."""
    person = stored(ledger, arrival.root)
    made = ledger.own(said.get("customer_id") or "")
    is_known = made is not person or not brought(arrival, person)
    ledger.change(arrival, differs=is_known and differs(said.get("name") or "", person, ledger))
    card = stored(ledger, derive_id("card", arrival.id))
    ledger.change(
        card,
        name_masked=mask_name(said.get("name") or person.body.get("name") or ""),
        salutation=said.get("salutation") or "",
        phone_masked=mask(said.get("phone") or person.body.get("phone") or ""),
        need=said.get("need") or "",
    )
    lead = ledger.find(arrival.body.get("opened_lead_id"))
    if typed and lead is not None and lead.body["arrival_id"] == arrival.id:
        rename(lead, person, said, typed, ledger)


def rename(
    lead: Row, person: Row, said: Mapping[str, Any], typed: Mapping[str, Any], ledger: Ledger
) -> None:
    called: dict[str, Any] = offers.call_customer(person.body, dict(said))
    if "phone_masked" in lead.body:
        called["phone_masked"] = mask(said.get("phone") or "")
    if "need" in typed:
        called["need"] = typed["need"]
    ledger.change(lead, **called)
    made = ledger.find(lead.body["offer_id"])
    if made is not None:
        ledger.change(made, **called)


def call_anew(
    arrival: Row, said: Mapping[str, Any], before: Mapping[str, Any], ledger: Ledger
) -> None:
    """Another colleague is called instead; without one, whoever's turn it is. A lead that somebody
    has accepted stays theirs: the colleague stands in."""
    lead = ledger.find(arrival.body.get("opened_lead_id"))
    if lead is None or lead.body["state"] == "closed":
        return
    ledger.cancel("offer", arrival.id)
    if said.get("reception") == "colleague" and said.get("receiver_id"):
        offers.call_colleague(ledger, lead, arrival, said["receiver_id"])
    elif lead.body["state"] in offers.UNANSWERED:
        if lead.body["offered_to"] == before.get("receiver_id"):
            offers.withdraw(ledger, lead)
            ledger.change(lead, state="waiting")
        ledger.schedule("route", lead.id, ledger.now)
