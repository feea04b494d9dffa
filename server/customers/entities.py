"""The rows of this slice. `arrival` takes its shape from here and its effects from leads."""

from typing import Any

from server.customers import customer
from server.customers.candidates import candidate
from server.customers.contact import contact
from server.customers.deletion import deletion
from server.customers.pool_card import pool_card
from server.customers.shapes import CommentFields, ResolutionFields
from sync import Author, Entity, Ledger, Refusal, Row, beside, scopes_of, store_scope

_WRITERS = frozenset({"rep", "manager"})


def place_card(row: Row, root: Row) -> tuple[str, ...]:
    """Everybody at the store sees the card; it holds nothing that must be masked."""
    return scopes_of(store_scope(row.body["store_id"]))


def check_comment(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    return None if fields["text"].strip() else Refusal("invalid", "text")


def keep_value(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Somebody looked at both values and left the one that won."""
    conflict = ledger.row(row.body["conflict_id"])
    if conflict is None or conflict.entity != "conflict":
        return Refusal("not_found", "conflict_id")
    row.scopes = ledger.scopes_of(conflict)
    if conflict.body["state"] == "open":
        ledger.change(conflict, state="kept")
    return None


comment = Entity(
    name="comment",
    kind="fact",
    shape=CommentFields,
    create_roles=_WRITERS,
    parent=("customer_id",),
    under=frozenset({"customer"}),
    prepare=check_comment,
    correctable=frozenset({"text"}),
)
resolution = Entity(
    name="resolution",
    kind="fact",
    shape=ResolutionFields,
    create_roles=_WRITERS | {"area", "admin"},
    parent=("conflict_id",),
    effects=keep_value,
    place=beside,
)
arrival_card = Entity(name="arrival_card", kind="server", parent=("arrival_id",), place=place_card)

entities = [
    *(customer.entity, contact, comment, resolution),
    *(arrival_card, deletion, candidate, pool_card),
]
