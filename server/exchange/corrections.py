"""Corrections: a fact never changes, another one stands for it (law 17)."""

from functools import partial
from typing import Annotated, Any

import msgspec

from server.customers.customer import find_keys
from server.exchange.kept import ask_about
from server.stores.calendar import calendar_of
from sync import (
    OWN_ENTRY_MS,
    Author,
    Entity,
    Key,
    Ledger,
    Refusal,
    Row,
    beside,
    check_creation,
    kept_unit,
)

CLERK = "clerk"
CORRECTORS = frozenset({"manager", "admin"})


class CorrectionFields(msgspec.Struct, forbid_unknown_fields=True):
    """`fields` is everything that is to differ from the original; `void` takes the fact back."""

    fact_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    fields: dict[str, Any] = msgspec.field(default_factory=dict)
    void: bool = False
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


def correct(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """The last accepted one stands. What was derived from the fact is derived anew."""
    fact = ledger.row(row.body["fact_id"])
    if fact is None or ledger.entities[fact.entity].correctable is None:
        return Refusal("invalid", "fact_id")
    refusal = why_not_theirs(fact, row, ledger, author) or find_unfit(fact, row, ledger, author)
    if refusal is not None:
        return refusal
    row.scopes = ledger.scopes_of(fact)
    ledger.change(fact, corrected_by=row.id, void=bool(row.body.get("void")))
    return ledger.entities[fact.entity].corrected(fact, ledger, author)


def why_not_theirs(fact: Row, row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Its author within a day, by the time the correction was written, and a clerk what they wrote
    at a store until it closes; managers at any time."""
    if author.acts_as(CORRECTORS, False):
        return None
    if fact.author != author.staff_id:
        return Refusal("forbidden")
    if row.at - fact.received_at > OWN_ENTRY_MS:
        return Refusal("late")
    store = ledger.find(fact.body.get("store_id")) if author.role == CLERK else None
    if store is None or row.at <= calendar_of(store.body).ends_day(fact.received_at):
        return None
    return Refusal("after_closing", aftermath=partial(ask_manager, row.id))


def ask_manager(id: str, ledger: Ledger, author: Author) -> None:
    """Who went home at closing need not ask: what they saw too late is put before the manager."""
    for refusal in ledger.rows_of("refusal"):
        if refusal.body["row_id"] == id and refusal.device == author.device:
            ask_about(kept_unit(refusal, ledger) or [], "", ledger, author)


def find_unfit(fact: Row, row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """What would stand must be as good as what was written, and hang where it hangs."""
    entity, changed = ledger.entities[fact.entity], row.body.get("fields", {})
    if row.body.get("void"):
        return Refusal("invalid", "fields") if changed else None
    for field in changed:
        if field not in (entity.correctable or ()):
            return Refusal("invalid", field)
    own = entity.shape.__struct_encode_fields__ if entity.shape else ()
    whole = {name: value for name, value in {**fact.body, **changed}.items() if name in own}
    if fault := check_creation(entity, whole):
        return Refusal("invalid", fault.field)
    return entity.prepare(whole, ledger, author) if changed else None


def fact_tree(fact: Row, ledger: Ledger) -> list[str]:
    """A customer's; a store's is years of its days, and nothing of it is read."""
    root = ledger.row(fact.root)
    return [] if root is None or root.entity == "store" else [fact.root]


def wanted_keys(fields: dict[str, Any]) -> list[Key]:
    """A registration may be put right with a number that somebody has."""
    return find_keys(fields.get("fields") or {})


entities = [
    Entity(
        name="correction",
        kind="fact",
        shape=CorrectionFields,
        parent=("fact_id",),
        keys=wanted_keys,
        trees=fact_tree,
        effects=correct,
        place=beside,
    )
]
