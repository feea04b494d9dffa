"""Others who speak for a customer, and the customer's other numbers: one row each in the tree.

One number is one customer's. A contact's number therefore leads to the customer, like the
customer's own; where another customer has it already both keep what was written, and a person is
asked about the two.
"""

from typing import Annotated, Any

import msgspec

from server.customers import customer
from server.customers.candidates import suggest
from server.customers.shapes import Id, Line40, Line200, PhoneFault
from sync import Author, Entity, Ledger, Policy, Refusal, Row, Wanted

_POLICIES: dict[str, Policy] = {"customer_id": "first", "phone_valid": "server"}


class ContactFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`relation` is a word of the form's (`self`, `spouse`, …) or somebody's own; `removed` takes
    a contact off the list and frees the number."""

    customer_id: Id
    relation: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    name: Line40 = ""
    phone: Line40 = ""
    note: Line200 = ""
    phone_fault: PhoneFault | None = None
    removed: bool = False


def prepare(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    customer.spell_numbers(fields)
    for field in ("relation", "name", "note"):
        if field in fields:
            fields[field] = fields[field].strip()
    if fields.get("relation") == "":
        return Refusal("invalid", "relation")
    return customer.why_suppressed(fields, ledger)


def start(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    person = ledger.row(row.root)
    if person is None or person.entity != "customer":
        return Refusal("not_found", "customer_id")
    ledger.change(row, phone_valid=customer.is_valid(row.body))
    customer.list_contacts(person, ledger, [row.id])
    take_number(row, person, ledger)
    return None


def follow_patch(
    row: Row, fields: dict[str, Any], ledger: Ledger, author: Author
) -> Refusal | None:
    ledger.change(row, phone_valid=customer.is_valid(row.body))
    person = ledger.row(row.root)
    if person is None or person.deleted or not {"phone", "removed"} & fields.keys():
        return None
    before = [each.kept.value for each in ledger.history if is_number_of(row, each)]
    for number in (*before, row.body.get("phone")):
        customer.free_number(number, person, ledger)
    take_number(row, person, ledger)
    return None


def is_number_of(row: Row, entry: Any) -> bool:
    return entry.row is row and entry.kept.field == "phone"


def take_number(row: Row, person: Row, ledger: Ledger) -> None:
    """Nobody is refused for a number, and nobody is merged for one: it may be a family's."""
    if row.body.get("removed"):
        return
    for key in customer.find_keys(row.body):
        held = ledger.key(*key)
        if held is None:
            ledger.claim(*key, person)
        elif held is not person:
            suggest(ledger, person, held, "shared_phone")
            wait_for(person, held, ledger)


def wait_for(person: Row, held: Row, ledger: Ledger) -> None:
    """Whoever gives the number up later finds who else has it."""
    asked = held.body.get("asked_ids") or []
    if person.id not in asked:
        ledger.change(held, asked_ids=sorted([*asked, person.id]))


def look_around(row: Row, stores: frozenset[str]) -> Wanted:
    return Wanted(keys=customer.find_keys(row.body))


contact = Entity(
    name="contact",
    kind="profile",
    shape=ContactFields,
    policies=_POLICIES,
    create_roles=frozenset({"rep", "manager"}),
    patch_roles=frozenset({"rep", "manager"}),
    parent=("customer_id",),
    under=frozenset({"customer"}),
    keys=customer.find_keys,
    neighbours=look_around,
    prepare=prepare,
    effects=start,
    patch_effects=follow_patch,
)
