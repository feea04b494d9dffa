"""Corrections: a fact never changes, another one stands for it (law 17)."""

from typing import Annotated, Any

import msgspec

from sync import OWN_ENTRY_MS, Author, Entity, Ledger, Refusal, Row, check_creation

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
    refusal = why_not_theirs(fact, row, author) or find_unfit(fact, row, ledger, author)
    if refusal is not None:
        return refusal
    ledger.change(fact, corrected_by=row.id, void=bool(row.body.get("void")))
    return ledger.entities[fact.entity].corrected(fact, ledger, author)


def why_not_theirs(fact: Row, row: Row, author: Author) -> Refusal | None:
    """Its author within a day, by the time the correction was written; managers at any time."""
    if author.acts_as(CORRECTORS, False):
        return None
    if fact.author != author.staff_id:
        return Refusal("forbidden")
    return Refusal("late") if row.at - fact.received_at > OWN_ENTRY_MS else None


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
    is_stores = "store_id" in fact.body and not fact.body.get("customer_id")
    return [] if is_stores else [fact.root]


entities = [
    Entity(
        name="correction",
        kind="fact",
        shape=CorrectionFields,
        parent=("fact_id",),
        trees=fact_tree,
        effects=correct,
    )
]
