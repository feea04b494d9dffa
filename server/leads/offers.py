"""What can become of a lead: opened, rung, offered, moved on, accepted, closed. Pure."""

from typing import Any

from server.customers import pool_card
from server.customers.consent import SERVICE
from server.customers.customer import name_open_leads, open_lead_ids
from server.customers.phone import mask
from server.leads.clock import RUNGS, Ladder, climb, first_follow_up_due, patience_of
from server.leads.figures import annotate, count_no_signal, count_responsibility
from server.notify.knowing import ask_anew
from server.stores.calendar import calendar_of
from sync import Ledger, Row, derive_id, is_fresh

RING_PAUSE_MS = 60_000
UNANSWERED = ("waiting", "offered")
SHOWN_RUNGS = ("nudge_at", "next_at", "escalate_at")
WITHDRAWN = "withdrawn"
"""Why a lead was closed whose customer took back their consent."""
LADDER_KINDS = (*(kind for kind, _ in RUNGS), "route", "personal")


def open_key(customer_id: str, store_id: str) -> str:
    return f"{customer_id}|{store_id}"


def open_or_ring(
    ledger: Ledger,
    arrival: Row,
    customer: Row,
    *,
    reception: str,
    receiver_id: str | None,
    author: str | None,
    card: Row | None = None,
) -> Row:
    """The lead of an arrival: the open one of this customer and store, rung again, or a new one.

    A colleague named as receiver, or nobody (`none`), is a deadline due now: the worker makes the
    offer or routes the lead within seconds, in a transaction of its own.
    """
    key = open_key(customer.id, arrival.body["store_id"])
    held = ledger.key("open_lead", key)
    if held is not None:
        lead = ring(ledger, held, arrival)
    else:
        lead = open_lead(ledger, arrival, customer, card)
        ledger.schedule("route", lead.id, ledger.now)
    ledger.change(arrival, opened_lead_id=lead.id)
    if reception == "colleague" and receiver_id:
        call_colleague(ledger, lead, arrival, receiver_id)
    return lead


def call_colleague(ledger: Ledger, lead: Row, arrival: Row, receiver_id: str) -> None:
    """They get the lead if nobody has it yet; else they stand in, and their phone says for whom."""
    if lead.body["state"] in UNANSWERED:
        ledger.cancel("route", lead.id)
        ledger.schedule("offer", arrival.id, ledger.now)
    elif receiver_id != lead.body["holder_id"]:
        tell(ledger, "ring", lead, receiver_id, arrival.id)


def open_lead(ledger: Ledger, arrival: Row, customer: Row, card: Row | None) -> Row:
    body = {
        "customer_id": customer.id,
        "store_id": arrival.body["store_id"],
        "arrival_id": arrival.id,
        "need": arrival.body.get("need") or "",
    }
    id = derive_id("lead", arrival.id)
    lead = ledger.create("lead", id, customer.id, body, author=arrival.author, at=arrival.at)
    ledger.claim("open_lead", open_key(customer.id, body["store_id"]), lead)
    begin(ledger, lead, arrival, customer, card)
    return lead


def begin(ledger: Ledger, lead: Row, arrival: Row, customer: Row, card: Row | None) -> None:
    """Everything a new lead knows before anybody has it. Its name is the store's until routed."""
    store = stored(ledger, lead.body["store_id"]).body
    known = not is_fresh(customer)
    ledger.change(
        lead,
        **NOBODY_YET,
        need=lead.body.get("need") or arrival.body.get("need") or "",
        responsible_id=first_name(store, customer.body.get("owner_id"), arrival.author),
        received_at=ledger.now,
        captured_at=arrival.at,
        first_follow_up_due_at=first_follow_up_due(calendar_of(store), ledger.now),
        **call_customer(customer.body if known else arrival.body, arrival.body),
        source=arrival.body.get("source") or "",
        position=arrival.body.get("position") or "",
        is_known=known,
        card_id=card.id if card else None,
        **({"rep_id": arrival.body["rep_id"]} if arrival.body.get("rep_id") else {}),
    )
    ledger.change(lead, **count_no_signal(lead))
    name_open_leads(customer, [lead.id, *open_lead_ids(customer)], ledger)
    pool_card.leave(ledger, customer, None)
    ledger.schedule("first_follow_up", lead.id, lead.body["first_follow_up_due_at"])
    show_on_card(ledger, lead)


def call_customer(person: dict[str, Any], arrival: dict[str, Any]) -> dict[str, str]:
    """The words for a customer; whoever left no name goes by the masked number."""
    name, salutation, number = (
        str(person.get(field) or arrival.get(field) or "")
        for field in ("name", "salutation", "phone")
    )
    called = {"name": name, "salutation": salutation}
    return called if name or salutation else {**called, "phone_masked": mask(number)}


def first_name(store: dict[str, Any], *others: str | None) -> str:
    """Who answers for a lead that nobody has been offered yet."""
    heads = (store.get("manager_id"), store.get("deputy_id"), store.get("area_id"))
    return next((staff_id for staff_id in (*heads, *others) if staff_id), "")


NOBODY_YET: dict[str, Any] = {
    "state": "waiting",
    "holder_id": None,
    "offer_id": None,
    "offered_to": None,
    "routed_at": None,
    "accepted_at": None,
    "contacted_at": None,
    "closed_at": None,
    "close_reason": None,
    "self_received": False,
    "clock": None,
    "escalated_at": None,
    "escalated_to": None,
    "level": None,
    "arrivals": 1,
    "rung_at": None,
    "reasons": [],
    "missed_ids": [],
}


def ring(ledger: Ledger, lead: Row, arrival: Row) -> Row:
    """The customer is back: tell whoever has the lead, once a minute at most, never while closed.

    There is no second clock.
    """
    rung_at = lead.body["rung_at"]
    store = stored(ledger, lead.body["store_id"]).body
    ledger.change(lead, arrivals=lead.body["arrivals"] + 1, rung_at=ledger.now)
    is_quiet = rung_at is None or ledger.now - rung_at >= RING_PAUSE_MS
    if is_quiet and calendar_of(store).is_open(ledger.now):
        ledger.schedule("ring", arrival.id, ledger.now)
        to_id = lead.body["holder_id"] or lead.body["offered_to"] or lead.body["responsible_id"]
        tell(ledger, "ring", lead, to_id)
    return lead


def start_clock(ledger: Ledger, lead: Row, since: int) -> Ladder | None:
    """Schedules every rung of the ladder, and another look at opening if the store closes first."""
    store = stored(ledger, lead.body["store_id"]).body
    calendar = calendar_of(store)
    put_off_s = lead.body.get("put_off_s") or 0
    closed_s = (lead.body.get("closed_s") or 0) if since == lead.body["received_at"] else 0
    ladder = climb(calendar, since, patience_of(store), put_off_s, closed_s)
    if ladder is None:
        return None
    for kind, field in RUNGS:
        ledger.schedule(kind, lead.id, getattr(ladder, field))
    closes_at = calendar.closes_at(ledger.now)
    if closes_at is not None and closes_at < ladder.escalate_at:
        reopens_at = calendar.next_opening(closes_at)
        if reopens_at is not None:
            ledger.schedule("route", lead.id, reopens_at)
    return ladder


def offer(ledger: Ledger, lead: Row, to_id: str, reason: str) -> Row:
    """One open offer a lead, for one person; the lead's clock starts with the first."""
    if lead.body["clock"] is None:
        ladder = start_clock(ledger, lead, lead.body["received_at"])
        ledger.change(lead, clock=ladder._asdict() if ladder else None)
    customer = stored(ledger, lead.root)
    made = ledger.create(
        "offer",
        derive_id("offer", lead.id, to_id, ledger.now, lead.seq),
        lead.root,
        _offer_body(ledger, lead, customer, to_id, reason),
    )
    ledger.claim("open_offer", lead.id, made)
    ledger.change(
        lead,
        state="offered",
        offer_id=made.id,
        offered_to=to_id,
        responsible_id=to_id,
        routed_at=lead.body["routed_at"] or ledger.now,
    )
    show_on_card(ledger, lead)
    return made


def _offer_body(
    ledger: Ledger, lead: Row, customer: Row, to_id: str, reason: str
) -> dict[str, Any]:
    clock = lead.body["clock"] or {}
    told = ("need", "name", "salutation", "source", "position", "is_known", "captured_at")
    return {
        "lead_id": lead.id,
        "customer_id": customer.id,
        "store_id": lead.body["store_id"],
        "to_id": to_id,
        "state": "open",
        "offered_at": ledger.now,
        **{field: clock.get(field) for field in SHOWN_RUNGS},
        "nudged_at": None,
        "is_owner": customer.body.get("owner_id") == to_id,
        "tier": customer.body.get("tier"),
        "reason": reason,
        "reasons": lead.body["reasons"],
        **{field: lead.body[field] for field in (*told, "phone_masked") if field in lead.body},
    }


def withdraw(ledger: Ledger, lead: Row, state: str = "withdrawn") -> None:
    """Ends the open offer, as `missed` if the person let its time pass."""
    held = ledger.find(lead.body["offer_id"])
    if held is not None and held.body["state"] == "open":
        ledger.change(held, state=state)
        ledger.release("open_offer", lead.id)
    missed = [lead.body["offered_to"]] if state == "missed" else []
    ledger.change(lead, offer_id=None, offered_to=None, missed_ids=lead.body["missed_ids"] + missed)


def accept(
    ledger: Ledger,
    lead: Row,
    staff_id: str,
    cited: Row | None = None,
    fact: Row | None = None,
) -> None:
    """The lead is theirs: clocks stop, later offers end, an unowned customer gets an owner.

    `fact`: what took it. If that came late, escalations meanwhile say so and stay.
    """
    for made in (cited, ledger.find(lead.body["offer_id"])):
        if made is not None and made.body["to_id"] == staff_id:
            ledger.change(made, state="accepted")
    withdraw(ledger, lead)
    ledger.release("open_offer", lead.id)
    release_holder(ledger, lead)
    ledger.change(
        lead,
        state="contacted" if lead.body["contacted_at"] else "accepted",
        holder_id=staff_id,
        responsible_id=staff_id,
        accepted_at=lead.body["accepted_at"] or ledger.now,
    )
    stop_clock(ledger, lead)
    count_responsibility(ledger, lead, fact.at if fact else ledger.now)
    if fact is not None:
        annotate(ledger, lead, "acceptance", fact, fact.at)
    customer = stored(ledger, lead.root)
    ledger.change(customer, holder_ids=sorted([*customer.body.get("holder_ids", []), staff_id]))
    if customer.body.get("owner_id") is None:
        change_owner(ledger, customer, staff_id)
    show_on_card(ledger, lead)


def close(ledger: Ledger, lead: Row, reason: str) -> None:
    withdraw(ledger, lead)
    release_holder(ledger, lead)
    ledger.change(lead, state="closed", closed_at=ledger.now, close_reason=reason)
    ledger.release("open_lead", open_key(lead.root, lead.body["store_id"]))
    stop_clock(ledger, lead)
    ledger.cancel("first_follow_up", lead.id)
    customer = stored(ledger, lead.root)
    held = open_lead_ids(customer)
    if lead.id in held:
        name_open_leads(customer, [id for id in held if id != lead.id], ledger)
        pool_card.come_back(ledger, customer)
    show_on_card(ledger, lead)


def is_unwanted(lead: Row, customer: Row) -> bool:
    """Open, and older than the customer's word that nobody is to contact them."""
    taken_back_at = (customer.body.get("withdrawn") or {}).get(SERVICE)
    if taken_back_at is None or lead.body["state"] == "closed":
        return False
    return bool(lead.at <= taken_back_at)


def release_holder(ledger: Ledger, lead: Row) -> None:
    """`holder_ids` has one entry for each open lead held: two stores need not know each other."""
    customer = stored(ledger, lead.root)
    holders = list(customer.body.get("holder_ids", []))
    if lead.body["holder_id"] in holders:
        holders.remove(lead.body["holder_id"])
        ledger.change(customer, holder_ids=holders)
    ledger.change(lead, holder_id=None)


def change_owner(
    ledger: Ledger, customer: Row, staff_id: str | None, why: pool_card.Why = "released"
) -> None:
    """The one place where a customer changes hands. Who belongs to nobody waits in the pool; `why`
    they come there. Credit is split between two: a third person's customer is theirs alone."""
    pool_card.leave(ledger, customer, staff_id)
    former_id, credits = customer.body.get("owner_id"), customer.body.get("credits")
    over = {name: None for name in WARNING if customer.body.get(name)}
    if credits and staff_id not in credits:
        over["credits"] = None
    ledger.change(customer, owner_id=staff_id, owned_at=ledger.now, **over)
    if staff_id is None:
        ledger.change(customer, former_id=former_id)
        pool_card.enter(ledger, customer, why)


WARNING = ("release_at", "release_why", "warned_at")
"""What an owner was told about losing a customer; the next one begins anew."""


def reopen(ledger: Ledger, lead: Row, to_id: str) -> None:
    """Taken from whoever has it, for a new round that begins with this person's name on it."""
    withdraw(ledger, lead)
    release_holder(ledger, lead)
    stop_clock(ledger, lead)
    ask_anew(ledger, lead)
    fresh_round: dict[str, Any] = {
        "escalated_to": None,
        "level": None,
        "missed_ids": [],
        "clock": None,
        "put_off_s": 0,
    }
    ledger.change(lead, state="waiting", responsible_id=to_id, **fresh_round)
    show_on_card(ledger, lead)


def show_clock(ledger: Ledger, lead: Row) -> None:
    """The open offer counts down to the rungs as they are due now."""
    made = ledger.find(lead.body["offer_id"])
    if made is not None:
        due = {field: lead.body["clock"].get(field) for field in SHOWN_RUNGS}
        ledger.change(made, **due)


def stop_clock(ledger: Ledger, lead: Row) -> None:
    """Whoever put the lead off has what they waited for."""
    for kind in LADDER_KINDS:
        ledger.cancel(kind, lead.id)
    if lead.body.get("snooze"):
        ledger.change(lead, snooze=None)


def tell(ledger: Ledger, kind: str, lead: Row, to_id: str, about: str = "") -> Row:
    """A notice on one person's phone. Its id says what it is about, so none is written twice;
    `about` tells two of a kind apart that fall on the same millisecond."""
    body = {
        "kind": kind,
        "to_id": to_id,
        "lead_id": lead.id,
        "customer_id": lead.root,
        "at": ledger.now,
        "name": lead.body["name"] or lead.body["salutation"],
    }
    id = derive_id("notice", kind, lead.id, to_id, ledger.now, about)
    return ledger.create_once("notice", id, lead.root, body)


def show_on_card(ledger: Ledger, lead: Row) -> None:
    """The clerk's card is a row of its own and follows the lead."""
    card = ledger.find(lead.body.get("card_id"))
    if card is not None:
        receiver_id = lead.body["holder_id"] or lead.body["offered_to"]
        ledger.change(card, lead_id=lead.id, state=lead.body["state"], receiver_id=receiver_id)


def stored(ledger: Ledger, id: str) -> Row:
    """A row that is there because another one names it."""
    row = ledger.row(id)
    assert row is not None, f"{id} is named and missing"
    return row
