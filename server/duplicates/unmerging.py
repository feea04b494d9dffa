"""Taking a record out of another again. Pure; the whole tree must be loaded.

Every row goes back to the record whose id it was written with, along the chain of its parents.
"""

from typing import Any

from server.customers import agreement, customer, pool_card
from server.customers.candidates import settle, suggest
from server.customers.register import EMPTY_PROFILE
from server.duplicates.leads import part_leads, recount_holders, wait_again
from server.duplicates.merging import OFFERED, aliases_of
from server.followups.entities import recount
from server.leads.offers import change_owner
from sync import PENDING, Key, Ledger, Row, pending_stamp, write_over

DEPTH = 8
"""Longer than any chain of parents."""


def unmerge(ledger: Ledger, original: Row, into: Row, phone_to: str, fact: Row) -> None:
    """`original` comes back under its own id; `phone_to` (`record` or `alias`) keeps the number."""
    ledger.end_alias(original.id)
    ledger.revive(original)
    ledger.move(original, original)
    find_person(ledger, original, into)
    brought = customer.find_keys(original.body)
    take_values_back(ledger, original, into)
    part_trees(ledger, original, into)
    part_contacts(ledger, original, into)
    part_credits(ledger, original, into)
    part_keys(ledger, original, into, phone_to)
    part_contact_keys(ledger, original, into)
    free_keys(ledger, brought, into, original)
    part_leads(ledger, into, original)
    for person in (into, original):
        mine = [id for id in aliases_of(person) if ledger.resolve(id) == person.id]
        ledger.change(person, merged_ids=[id for id in mine if id != person.id])
        agreement.recount(person, ledger)
        wait_again(ledger, person, original.id)
        recount_holders(ledger, person)
        recount(person, ledger)
    pool_card.come_back(ledger, original)
    candidate = suggest(ledger, original, into, "unmerged")
    if candidate is not None:
        settle(ledger, candidate, "different", fact.author or "")


def find_person(ledger: Ledger, original: Row, into: Row) -> None:
    """A record that was never one of its own begins; whose owner left meanwhile gets another: what
    was handed over then did not lie with them."""
    if "created_at" not in original.body:
        customer.begin(original, ledger, find_owner(ledger, original, into))
        return
    owner = ledger.find(original.body.get("owner_id"))
    if owner is not None and owner.body["state"] == "left":
        change_owner(ledger, original, find_owner(ledger, original, into))


def find_owner(ledger: Ledger, original: Row, into: Row) -> str | None:
    """Whoever wrote it, if they receive customers at its store; else whoever has the other."""
    writer = ledger.find(original.author)
    if writer is not None and writer.body.get("accepts_leads"):
        is_there = original.body["store_id"] in writer.body["store_ids"]
        if writer.body["state"] == "active" and is_there:
            return writer.id
    owner_id: str | None = into.body.get("owner_id")
    return owner_id


def take_values_back(ledger: Ledger, original: Row, into: Row) -> None:
    """What the alias had filled in and nobody has written since leaves again; what was offered in
    its name since it was created is its own."""
    taken: dict[str, Any] = {}
    for field in OFFERED:
        stamp, own = into.stamps.get(field), original.stamp(field)
        is_same = into.body.get(field) == original.body.get(field)
        if stamp is not None and is_same and (stamp.at, stamp.device) == (own.at, own.device):
            taken[field] = EMPTY_PROFILE[field]
    if taken:
        stamps = dict.fromkeys(taken, pending_stamp(ledger.now, "", None))
        ledger.change(into, **taken)
        into.stamps = {**into.stamps, **stamps}
        ledger.change(into, **customer.derive(into.body))
    offered = [row for row in ledger.rows_of("conflict") if row.body.get("from_id") == original.id]
    for conflict in sorted(offered, key=lambda row: (row.body["at_other"], row.id)):
        if conflict.body["state"] == "open":
            take_own(original, conflict, ledger)
            ledger.change(conflict, state="ended")
    ledger.change(original, **customer.derive(original.body))


def take_own(original: Row, conflict: Row, ledger: Ledger) -> None:
    field, at, by = (conflict.body[name] for name in ("field", "at_other", "by_other"))
    held = original.stamp(field)
    if at > held.at:
        stamp = held._replace(version=PENDING, at=at, author=by)
        write_over(original, field, conflict.body["value_other"], stamp, ledger)


def part_credits(ledger: Ledger, original: Row, into: Row) -> None:
    """What was split over this record is over for the other: it was split with whoever wrote it,
    or came along with it."""
    held = into.body.get("credits") or {}
    if original.author in held or held == original.body.get("credits"):
        ledger.change(into, credits=None)


def part_trees(ledger: Ledger, original: Row, into: Row) -> None:
    for row in list(ledger.loaded()):
        if row.root == into.id and row is not into and find_root(ledger, row) is original:
            ledger.move(row, original)
            if row.body.get("customer_id") == into.id:
                ledger.change(row, customer_id=original.id)


def find_root(ledger: Ledger, row: Row) -> Row:
    """The root at the end of the chain of parents, each under the id it was written with."""
    for _ in range(DEPTH):
        parent = find_parent(ledger, row)
        if parent is None or parent is row:
            return row
        row = parent
    return row


def find_parent(ledger: Ledger, row: Row) -> Row | None:
    if row.deleted and ledger.is_alias(row.id):
        return ledger.row(row.id)
    # A photo goes with what it shows, told when the two were one or not; and what the server wrote
    # of its own accord names the customer, whatever it hangs from.
    for field in ("subject_id", *ledger.entities[row.entity].parent, "customer_id"):
        name = row.body.get(field)
        if name and ledger.has_loaded(name):
            return ledger.row(name)
    return ledger.own(row.root) if row.root != row.id else None


def part_contacts(ledger: Ledger, original: Row, into: Row) -> None:
    """Each record names those who hang under it now."""
    named = {id for each in (original, into) for id in each.body.get("contact_ids") or ()}
    for person in (original, into):
        own = sorted(id for id in named if (row := ledger.own(id)) and row.root == person.id)
        if own or person.body.get("contact_ids"):
            ledger.change(person, contact_ids=own)


def part_keys(ledger: Ledger, original: Row, into: Row, phone_to: str) -> None:
    """Where both have the same number, one of them gives it up; where it went to a third record
    that was taken out before, it stays there. A number that stays a contact's is given up by
    nobody, but leads to the record that keeps it."""
    number = original.body.get("phone")
    if number and number == into.body.get("phone"):
        customer.give_up_phone(original if phone_to == "record" else into, ledger)
    kept = customer.find_keys(into.body)
    if phone_to == "record":
        kept += customer.contact_keys(into, ledger)
    for kind, value in customer.find_keys(original.body):
        held = ledger.key(kind, value)
        if held is None or (held is into and (kind, value) not in kept):
            ledger.claim(kind, value, original)
        elif held is not original:
            customer.give_up_phone(original, ledger)


def part_contact_keys(ledger: Ledger, original: Row, into: Row) -> None:
    stay = [*customer.find_keys(into.body), *customer.contact_keys(into, ledger)]
    for key in customer.contact_keys(original, ledger):
        held = ledger.key(*key)
        if held is None or (held is into and key not in stay):
            ledger.claim(*key, original)


def free_keys(ledger: Ledger, brought: list[Key], into: Row, original: Row) -> None:
    """The number with which it came is nobody's once another was offered in its name, unless it is
    also that of one who had become part of it before, and goes along."""
    used = [*customer.find_keys(into.body), *customer.contact_keys(into, ledger)]
    used += alias_keys(ledger, into, into)
    along = alias_keys(ledger, into, original)
    for key in dict.fromkeys([*brought, *along]):
        if key not in used and ledger.key(*key) is into:
            if key in along:
                ledger.claim(*key, original)
            else:
                ledger.release(*key)


def alias_keys(ledger: Ledger, into: Row, person: Row) -> list[Key]:
    """The numbers of those who had become part of `into` and are part of `person` now."""
    ids = [id for id in aliases_of(into) if id != person.id and ledger.resolve(id) == person.id]
    found = [row for id in ids if (row := ledger.own(id)) is not None]
    return [key for row in found for key in customer.find_keys(row.body)]
