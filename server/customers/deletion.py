"""Deleting a customer: a tombstone, by a fact that can be taken back (law 18)."""

from typing import Annotated

import msgspec

from server.customers import customer, pool_card
from server.customers.names import mask_name
from sync import Author, Entity, Ledger, Refusal, Row, desk_scope, scopes_of


class DeletionFields(msgspec.Struct, forbid_unknown_fields=True):
    row_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


def delete(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Nobody who waits can be deleted: their lead is closed first, with a reason. Nor can anybody
    be through an alias, by a manager who does not see them."""
    person = ledger.row(row.body["row_id"])
    if person is None or person.entity != "customer" or author.scopes.isdisjoint(person.scopes):
        return Refusal("not_found", "row_id")
    if refusal := why_waiting(person):
        return refusal
    ledger.change(
        row,
        entity=person.entity,
        store_id=person.body["store_id"],
        name_masked=mask_name(person.body.get("name") or ""),
        void=False,
        corrected_by=None,
    )
    bury(person, author.staff_id, ledger)
    return None


def why_waiting(person: Row) -> Refusal | None:
    is_awaited = person.body.get("open_lead_id") or person.body.get("holder_ids")
    return Refusal("open_lead") if is_awaited else None


def bury(person: Row, by: str | None, ledger: Ledger) -> None:
    """The number is free from now on: whoever comes with it is somebody new. So are the numbers
    of the contacts, and of the records that had become part of this one."""
    records = (person, *former_records(person, ledger))
    of_records = [key for row in records for key in customer.find_keys(row.body)]
    for key in (*of_records, *customer.contact_keys(person, ledger)):
        if ledger.has_key(key) and ledger.key(*key) is person:
            ledger.release(*key)
    pool_card.leave(ledger, person, None)
    ledger.change(person, deleted_by=by, deleted_at=ledger.now)
    ledger.delete(person)


def former_records(person: Row, ledger: Ledger) -> list[Row]:
    """What became part of this record: tombstones in its tree, which must be loaded."""
    rows = (row for row in ledger.loaded() if row.root == person.id and row is not person)
    return [row for row in rows if row.entity == "customer"]


def reconsider(fact: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """A deletion that was voided brings the tree back; its number only if nobody has it since."""
    person = ledger.own(fact.root)
    if person is None:
        return Refusal("not_found", "row_id")
    if not fact.body["void"]:
        if refusal := why_waiting(person):
            return refusal
        bury(person, author.staff_id, ledger)
    elif person.deleted:
        ledger.revive(person)
        ledger.change(person, deleted_by=None, deleted_at=None)
        customer.claim_keys(person, ledger)
        pool_card.come_back(ledger, person)
        for row in former_records(person, ledger):
            customer.claim_free(customer.find_keys(row.body), person, ledger)
    return None


def whole_tree(person: Row, ledger: Ledger) -> list[str]:
    return [person.root]


def place(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(desk_scope(row.body["store_id"]))


deletion = Entity(
    name="deletion",
    kind="fact",
    shape=DeletionFields,
    create_roles=frozenset({"manager"}),
    claim=True,
    parent=("row_id",),
    trees=whole_tree,
    effects=delete,
    correctable=frozenset(),
    corrected=reconsider,
    place=place,
    outlives=True,
)
