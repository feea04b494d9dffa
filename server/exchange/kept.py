"""Rows of the exchange itself: kept refusals with their acknowledgement, and conflicts."""

import msgspec

from sync import Author, Entity, Ledger, Refusal, Row, scopes_of, staff_scope


class AcknowledgementFields(msgspec.Struct, forbid_unknown_fields=True):
    refusal_id: str


def place_refusal(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(staff_scope(row.author)) if row.author else ()


def drop_refusal(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Its author has decided: the refused content leaves every phone, and stays in the log."""
    refusal = ledger.row(row.body["refusal_id"])
    if refusal is None or refusal.entity != "refusal" or refusal.author != author.staff_id:
        return Refusal("not_found", "refusal_id")
    ledger.delete(refusal)
    ledger.delete(row)
    return None


refusal = Entity(name="refusal", kind="server", place=place_refusal)
conflict = Entity(name="conflict", kind="server")
acknowledgement = Entity(
    name="acknowledgement",
    kind="fact",
    shape=AcknowledgementFields,
    parent=("refusal_id",),
    effects=drop_refusal,
)

entities = [refusal, conflict, acknowledgement]
