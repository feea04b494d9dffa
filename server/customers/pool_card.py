"""A customer whom nobody owns, as the store may see them: masked once and for all, never the notes.

Each stay in the pool has a card of its own. The customer's row names the card while it hangs.
"""

from typing import Any, Literal

from server.customers.agreement import has_withdrawn
from server.customers.names import mask_name
from server.customers.phone import mask
from sync import Entity, Ledger, Row, Wanted, derive_id, scopes_of, store_scope

POOL_KEY = "pool_card"
"""Finds a card by its id, also one that was taken down: who comes too late learns who was first."""

Why = Literal["no_answer", "no_attempt", "released", "imported"]


def enter(ledger: Ledger, customer: Row, why: Why) -> Row:
    body = customer.body
    id = derive_id("pool_card", customer.id, customer.seq, ledger.now)
    told: dict[str, Any] = {
        "customer_id": customer.id,
        "store_id": body["store_id"],
        "name_masked": mask_name(body.get("name") or body.get("salutation") or ""),
        "phone_masked": mask(body.get("phone") or ""),
        "need": body.get("need") or "",
        "tier": body.get("tier"),
        "why": why,
        "pooled_at": ledger.now,
        "former_id": body.get("former_id"),
        "taken_by": None,
        "taken_at": None,
    }
    card = ledger.create("pool_card", id, id, told)
    ledger.claim(POOL_KEY, id, card)
    ledger.change(customer, pool_card_id=id, pooled_at=ledger.now, pooled_why=why)
    return card


def leave(ledger: Ledger, customer: Row, by: str | None) -> None:
    """Takes the card down, if one hangs. `by`: who has the customer now, if anybody."""
    card = ledger.find(customer.body.get("pool_card_id"))
    if card is None:
        return
    ledger.change(card, taken_by=by, taken_at=ledger.now)
    ledger.delete(card)
    ledger.change(customer, pool_card_id=None)


def come_back(ledger: Ledger, customer: Row) -> None:
    """Whoever was in the pool before and still belongs to nobody hangs there again."""
    body = customer.body
    is_free = not (body.get("owner_id") or body.get("open_lead_id") or body.get("pool_card_id"))
    if is_free and not has_withdrawn(customer) and body.get("pooled_at") and not customer.deleted:
        enter(ledger, customer, body["pooled_why"])


def place(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(store_scope(row.body["store_id"]))


def name_customer(row: Row, stores: frozenset[str]) -> Wanted:
    return Wanted(ids=[row.body["customer_id"], row.body["store_id"]])


pool_card = Entity(name="pool_card", kind="server", neighbours=name_customer, place=place)
