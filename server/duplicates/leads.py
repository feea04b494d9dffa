"""What happens to open leads when records come together or apart."""

from collections.abc import Iterator

from server.customers import pool_card
from server.customers.agreement import has_withdrawn
from server.customers.customer import name_open_leads
from server.leads import offers
from server.leads.claims import can_receive
from server.leads.offers import open_key
from sync import Ledger, Row

MERGED = "merged"


def join_leads(ledger: Ledger, gone: Row, into: Row) -> None:
    """One open lead for each customer and store: of two, the younger is closed."""
    for lead in list(open_leads(ledger, gone)):
        store_id = lead.body["store_id"]
        rival = find_lead(ledger, into, store_id)
        if rival is not None:
            younger = max(lead, rival, key=lambda each: (each.body["received_at"], each.id))
            offers.close(ledger, younger, MERGED)
            ledger.change(younger, joined_id=gone.id)
            if younger is lead:
                continue
        ledger.release("open_lead", open_key(gone.id, store_id))
        ledger.claim("open_lead", open_key(into.id, store_id), lead)


def part_leads(ledger: Ledger, into: Row, original: Row) -> None:
    """After the roots were set: each record has the keys of its own leads."""
    for lead in list(open_leads(ledger, original)):
        store_id = lead.body["store_id"]
        ledger.release("open_lead", open_key(into.id, store_id))
        ledger.claim("open_lead", open_key(original.id, store_id), lead)


def wait_again(ledger: Ledger, person: Row, joined_id: str) -> None:
    """Of two leads at one store one was closed when this record was joined: they were two."""
    for lead in list(ledger.rows_of("lead")):
        is_meant = lead.root == person.id and lead.body.get("joined_id") == joined_id
        if is_meant and not has_withdrawn(person):
            ledger.change(lead, joined_id=None)
            if find_lead(ledger, person, lead.body["store_id"]) is None:
                open_again(ledger, lead, person)


def open_again(ledger: Ledger, lead: Row, person: Row) -> None:
    """With whoever had it; else it is routed once more."""
    pool_card.leave(ledger, person, None)
    ledger.claim("open_lead", open_key(person.id, lead.body["store_id"]), lead)
    ledger.schedule("first_follow_up", lead.id, lead.body["first_follow_up_due_at"])
    ledger.change(lead, state="waiting", closed_at=None, close_reason=None, clock=None)
    holder = ledger.find(lead.body["responsible_id"]) if lead.body["accepted_at"] else None
    if holder is not None and can_receive(holder, lead.body["store_id"]):
        state = "contacted" if lead.body["contacted_at"] else "accepted"
        ledger.change(lead, state=state, holder_id=holder.id)
    else:
        ledger.schedule("route", lead.id, ledger.now)
    offers.show_on_card(ledger, lead)


def recount_holders(ledger: Ledger, person: Row) -> None:
    """Who holds an open lead of this customer, and which of them the lists show."""
    held = sorted(open_leads(ledger, person), key=lambda lead: (lead.body["received_at"], lead.id))
    holders = sorted(lead.body["holder_id"] for lead in held if lead.body["holder_id"])
    ledger.change(person, holder_ids=holders)
    name_open_leads(person, [lead.id for lead in held], ledger)


def open_leads(ledger: Ledger, person: Row) -> Iterator[Row]:
    return (
        lead
        for lead in ledger.rows_of("lead")
        if lead.root == person.id and lead.body["state"] != "closed"
    )


def find_lead(ledger: Ledger, person: Row, store_id: str) -> Row | None:
    found = (lead for lead in open_leads(ledger, person) if lead.body["store_id"] == store_id)
    return next(found, None)
