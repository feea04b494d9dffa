"""A reception of somebody who leaves no data: where, when, who received and what for. Never a
customer, never a lead, no clock; a store counts them beside its registrations."""

import re
from typing import Annotated, Any

import msgspec

from server.customers.shapes import Id
from sync import Author, Entity, Ledger, Refusal, Row, desk_scope, scopes_of, staff_scope

AT_COUNTERS = frozenset({"rep", "clerk", "manager"})
NUMBER = re.compile(r"1[3-9]\d{9}")
BETWEEN_DIGITS = re.compile(r"[\s.\-]+")


class WalkInFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """There is no field for who it was, and none is to be added."""

    store_id: Id
    receiver_id: Id
    need: Annotated[str, msgspec.Meta(max_length=200)] | None = None


def check_words(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    """Whoever said no to a number being kept is not to have it kept among the words."""
    need = BETWEEN_DIGITS.sub("", fields.get("need") or "")
    return Refusal("invalid", "need") if NUMBER.search(need) else None


def check_place(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """One's own store's, and received by somebody of it."""
    store_id, receiver_id = row.body["store_id"], row.body["receiver_id"]
    if not author.reports_from(store_id):
        return Refusal("forbidden", "store_id")
    receiver = ledger.find(receiver_id)
    if receiver_id == author.staff_id or is_at(receiver, store_id):
        return None
    return Refusal("invalid", "receiver_id")


def is_at(person: Row | None, store_id: str) -> bool:
    if person is None or person.entity != "staff":
        return False
    return store_id in (person.body.get("store_ids") or ())


def place(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(staff_scope(row.author or ""), desk_scope(root.id))


walk_in = Entity(
    name="walk_in",
    kind="fact",
    shape=WalkInFields,
    create_roles=AT_COUNTERS,
    parent=("store_id",),
    under=frozenset({"store"}),
    references=("store_id", "receiver_id"),
    prepare=check_words,
    effects=check_place,
    correctable=frozenset(),
    place=place,
)
