"""What happens to open leads when records come together or apart."""

from collections.abc import Iterator

from server.customers.customer import name_open_leads
from server.leads import offers
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
