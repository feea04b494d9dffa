"""Bringing two records together. Pure; the whole trees of both must be loaded."""

from server.customers import agreement, customer, pool_card
from server.customers.shapes import CustomerFields
from server.duplicates.leads import join_leads, recount_holders
from server.followups.entities import recount
from server.leads.offers import change_owner
from sync import Ledger, Row, offer_values

OFFERED = tuple(
    field
    for field in CustomerFields.__struct_encode_fields__
    if field not in ("store_id", "source", "phone_fault", "consent_anew")
)
"""What people wrote about a customer and may have written differently."""


def merge(ledger: Ledger, gone: Row, into: Row, fact: Row) -> None:
    """`gone` becomes part of `into`: its values are offered, its tree moves, its id is an alias.

    Its number stays known: whoever registers with it finds the record that is left.
    """
    values = {field: (gone.body.get(field), gone.stamp(field)) for field in OFFERED}
    filled = offer_values(into, values, gone.id, (fact.id,), ledger)
    if "phone" in filled:
        ledger.change(into, phone_fault=gone.body.get("phone_fault"))
    if filled:
        ledger.change(into, **customer.derive(into.body))
    for kind, value in (*customer.find_keys(gone.body), *customer.contact_keys(gone, ledger)):
        if ledger.has_key((kind, value)) and ledger.key(kind, value) is gone:
            ledger.claim(kind, value, into)
    join_leads(ledger, gone, into)
    pool_card.leave(ledger, gone, None)
    move_tree(ledger, gone, into)
    customer.list_contacts(into, ledger, gone.body.get("contact_ids") or ())
    customer.drop_answered(into, gone.id, ledger)
    if into.body.get("owner_id") is None and gone.body.get("owner_id"):
        change_owner(ledger, into, gone.body["owner_id"])
    keep_split(ledger, gone, into)
    merged = {gone.id, *aliases_of(gone), *aliases_of(into)}
    ledger.change(into, merged_ids=sorted(merged))
    agreement.recount(into, ledger)
    recount_holders(ledger, into)
    recount(into, ledger)


def keep_split(ledger: Ledger, gone: Row, into: Row) -> None:
    """Credit that was split goes on where its owner keeps the customer; else it is over."""
    credits, owner_id = gone.body.get("credits"), gone.body.get("owner_id")
    if credits and into.body.get("owner_id") == owner_id and not into.body.get("credits"):
        ledger.change(into, credits=credits)


def aliases_of(person: Row) -> list[str]:
    return person.body.get("merged_ids") or []


def move_tree(ledger: Ledger, gone: Row, into: Row) -> None:
    """Facts keep the id they were written with; only their root follows (law 20)."""
    for row in list(ledger.loaded()):
        if row.root == gone.id:
            ledger.move(row, into)
    ledger.delete(gone)
    ledger.alias(gone.id, into)
