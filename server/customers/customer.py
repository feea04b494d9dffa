"""The customer: one record of one person in an organisation, found by phone.

The profile is everybody's to fill in, field by field; the rest of the row is the server's: who owns
it, how it is found, what the contacts so far amount to.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from server.customers import names, phone
from server.customers.candidates import pair_id, suggest
from server.customers.shapes import CustomerFields
from sync import (
    Author,
    Entity,
    Kept,
    Key,
    Ledger,
    Policy,
    Refusal,
    Row,
    Wanted,
    desk_scope,
    pending_stamp,
    scopes_of,
    staff_scope,
)

PHONE_KEY = "phone"
OPEN_LEAD_KEY = "open_lead"
SERVER_FIELDS = (
    "owner_id", "holder_ids", "pinyin", "initials", "phone_valid", "last_contact_at",
    "contact_count", "followed_at", "next_at", "next_kind", "steps", "created_by", "created_at",
    "marketing", "open_lead_id", "merged_ids", "household_ids", "asked_ids", "deleted_by",
    "deleted_at", "owned_at", "former_id", "pool_card_id", "pooled_at", "pooled_why",
    "release_at", "release_why", "warned_at", "credits", "opportunity_at", "opportunity_due_at",
    "contact_ids", "objection", "objection_answered_at", "withdrawn", "other_lead_ids",
)  # fmt: skip
_POLICIES: dict[str, Policy] = {
    "source": "first",
    "store_id": "first",
    "tags": "set",
    **dict.fromkeys(SERVER_FIELDS, "server"),
}


def prepare(fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    """Stores the number canonical or as typed, trims the name; a creation names the own store."""
    if "store_id" in fields and not author.reports_from(fields["store_id"]):
        return Refusal("forbidden", "store_id")
    normalise(fields)
    return why_suppressed(fields, ledger)


def why_suppressed(fields: Mapping[str, Any], ledger: Ledger) -> Refusal | None:
    """Whoever had this number was erased at their own wish: staff bring them back only with a
    consent given anew (law 35)."""
    if not ledger.suppressed or fields.get("consent_anew"):
        return None
    free = [key for key in find_keys(fields) if key in ledger.suppressed and not ledger.key(*key)]
    return Refusal("erased_before", "phone") if free else None


def normalise(fields: dict[str, Any]) -> None:
    spell_numbers(fields)
    for field in ("name", "salutation", "need"):
        if field in fields:
            fields[field] = fields[field].strip()


def spell_numbers(fields: dict[str, Any]) -> None:
    """The number, and the one that reaches nobody, as it is compared with."""
    if "phone" in fields:
        fields["phone"] = phone.keep(fields["phone"])[0]
    if fault := fields.get("phone_fault"):
        fields["phone_fault"] = {**fault, "phone": phone.keep(fault["phone"])[0]}


def find_natural_key(fields: dict[str, Any], ledger: Ledger) -> Key | None:
    """Law 19: the canonical phone. A number nobody can read makes no key, and no duplicate."""
    return next(iter(find_keys(fields)), None)


def find_keys(fields: Mapping[str, Any]) -> list[Key]:
    typed = fields.get("phone")
    number = phone.canonical(typed) if isinstance(typed, str) else None
    return [(PHONE_KEY, number)] if number else []


def claim_keys(row: Row, ledger: Ledger) -> None:
    """Of a record that comes back. A number that somebody has meanwhile stays with them."""
    for kind, value in find_keys(row.body):
        held = ledger.key(kind, value)
        if held is None:
            ledger.claim(kind, value, row)
        elif held is not row:
            give_up_phone(row, ledger)
    claim_free(contact_keys(row, ledger), row, ledger)


def claim_free(keys: Iterable[Key], row: Row, ledger: Ledger) -> None:
    for key in keys:
        if ledger.key(*key) is None:
            ledger.claim(*key, row)


def contacts_of(row: Row, ledger: Ledger) -> list[Row]:
    """Those on the customer's list, with what is written about them."""
    named = (ledger.row(id) for id in row.body.get("contact_ids") or ())
    return [each for each in named if each is not None and not each.body.get("removed")]


def contact_keys(row: Row, ledger: Ledger) -> list[Key]:
    return [key for each in contacts_of(row, ledger) for key in find_keys(each.body)]


def list_contacts(row: Row, ledger: Ledger, ids: Iterable[str]) -> None:
    """The row names its contacts, so that whatever is decided about it finds their numbers."""
    known = row.body.get("contact_ids") or []
    if listed := sorted({*known, *ids}):
        ledger.change(row, contact_ids=listed)


def free_number(number: Any, row: Row, ledger: Ledger) -> None:
    """A number that nothing of this customer's has any more is nobody's."""
    used = [*find_keys(row.body), *contact_keys(row, ledger)]
    for key in find_keys({"phone": number}):
        if key not in used and ledger.has_key(key) and ledger.key(*key) is row:
            ledger.release(*key)
            pass_on(key, row, ledger)


def pass_on(key: Key, row: Row, ledger: Ledger) -> None:
    """Of those who wrote the number down while it was this customer's, the first who has it yet:
    the pair was asked about, so both are loaded."""
    for id in row.body.get("asked_ids") or ():
        other = ledger.row(id) if ledger.has_loaded(id) else None
        if other is None or other.entity != "customer" or other.deleted or other is row:
            continue
        if key in contact_keys(other, ledger):
            return ledger.claim(*key, other)


def names_of(row: Row, ledger: Ledger) -> set[str]:
    """What the customer goes by, and the names of those who speak for them."""
    own = {str(row.body.get(field) or "").strip() for field in ("name", "salutation")}
    others = {str(each.body.get("name") or "").strip() for each in contacts_of(row, ledger)}
    return (own | others) - {""}


def give_up_phone(row: Row, ledger: Ledger) -> None:
    """One number is one customer's; what was written stays in the history."""
    ledger.keep(row, Kept("phone", row.body.get("phone"), row.stamp("phone"), False), "displaced")
    stamps = {**row.stamps, "phone": pending_stamp(ledger.now, "", None)}
    ledger.change(row, phone="")
    row.stamps = stamps
    ledger.change(row, **derive(row.body))


def start(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """The server's fields of a new customer; whoever can receive leads keeps whom they register."""
    keeps = author.role in ("rep", "manager") and author.accepts_leads
    begin(row, ledger, author.staff_id if keeps else None)
    return None


def begin(row: Row, ledger: Ledger, owner_id: str | None) -> Row:
    return ledger.change(
        row,
        owner_id=owner_id,
        holder_ids=[],
        last_contact_at=None,
        contact_count=0,
        followed_at=None,
        next_at=None,
        next_kind=None,
        steps={},
        created_by=row.author,
        created_at=row.at,
        marketing=False,
        open_lead_id=None,
        **derive(row.body),
    )


def derive(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that follow from the profile alone."""
    pinyin, initials = names.find_keys(body.get("name") or "")
    return {"pinyin": pinyin, "initials": initials, "phone_valid": is_valid(body)}


def is_valid(body: Mapping[str, Any]) -> bool:
    """Whether the number is one, and nobody found that it reaches no one."""
    number, fault = body.get("phone") or "", body.get("phone_fault") or {}
    return phone.canonical(number) == number != "" and fault.get("phone") != number


def follow_patch(
    row: Row, fields: dict[str, Any], ledger: Ledger, author: Author
) -> Refusal | None:
    """After a merge: derived fields, and the phone's key, which only one customer can have."""
    if not fields.keys().isdisjoint(("name", "phone", "phone_fault")):
        ledger.change(row, **derive(row.body))
    name_leads(row, ledger)
    return _move_key(row, ledger) if "phone" in fields else None


def open_lead_ids(row: Row) -> list[str]:
    """Whoever waits at several stores has a lead at each: `open_lead_id` is the one shown."""
    shown = row.body.get("open_lead_id")
    return [*([shown] if shown else []), *(row.body.get("other_lead_ids") or ())]


def name_open_leads(row: Row, ids: Sequence[str], ledger: Ledger) -> None:
    ledger.change(row, open_lead_id=ids[0] if ids else None)
    if ids[1:] or row.body.get("other_lead_ids"):
        ledger.change(row, other_lead_ids=list(ids[1:]))


def open_leads_of(row: Row, ledger: Ledger) -> list[Row]:
    named = (ledger.row(id) for id in open_lead_ids(row))
    return [lead for lead in named if lead is not None and lead.body["state"] != "closed"]


def name_leads(row: Row, ledger: Ledger) -> None:
    """Somebody asked the customer who had left no name: what waits for an answer is called so."""
    called = {field: row.body.get(field) or "" for field in ("name", "salutation")}
    for lead in open_leads_of(row, ledger) if any(called.values()) else ():
        if "phone_masked" in lead.body:
            ledger.change(lead, **called)


def place(row: Row, root: Row) -> tuple[str, ...]:
    """The store's desk, the owner, whoever holds an open lead, and who shares the credit."""
    body = row.body
    people = [body.get("owner_id"), *(body.get("holder_ids") or ()), *(body.get("credits") or ())]
    return scopes_of(desk_scope(row.body["store_id"]), *(staff_scope(p) for p in people if p))


def part(row: Row) -> int:
    """Customers who wait come first, then those somebody owns."""
    if row.body.get("open_lead_id"):
        return 0
    return 1 if row.body.get("owner_id") else 2


def join(row: Row, alias_id: str, ledger: Ledger, author: Author) -> None:
    remember_alias(row, alias_id, ledger)
    drop_answered(row, alias_id, ledger)


def drop_answered(row: Row, alias_id: str, ledger: Ledger) -> None:
    """Somebody came with a contact's number and name: these differ from the customer's, and
    nothing is to be decided about that."""
    numbers = {value for _, value in contact_keys(row, ledger)}
    if not numbers:
        return
    names = names_of(row, ledger)
    for offered in ledger.rows_of("conflict"):
        told = offered.body
        known = {"phone": numbers, "name": names, "salutation": names}.get(told["field"], ())
        if told.get("from_id") == alias_id and told["value_other"] in known:
            ledger.delete(offered)


def remember_alias(row: Row, alias_id: str, ledger: Ledger) -> None:
    """Another creation became part of this record: it can be taken out again."""
    ledger.change(row, merged_ids=sorted({*(row.body.get("merged_ids") or ()), alias_id}))


def suggest_later(one_id: str, other_id: str, ledger: Ledger, author: Author) -> None:
    """After a refusal: the records are as they were, and a person decides."""
    one, other = ledger.row(one_id), ledger.row(other_id)
    if one is not None and other is not None:
        suggest(ledger, one, other, "phone_taken")


def look_around(row: Row, stores: frozenset[str]) -> Wanted:
    """Its own key, which a new phone gives up; its leads, which contacts count for; those who
    speak for it, and its household, whose owner it may be offered to."""
    body = row.body
    around = [*open_lead_ids(row), body.get("store_id"), body.get("owner_id")]
    around += [body.get("pool_card_id")]
    around += [*(body.get("contact_ids") or ()), *(body.get("household_ids") or ())]
    around += [pair_id(row.id, other) for other in body.get("asked_ids") or ()]
    around += [row.author] if row.deleted else []
    leads = [(OPEN_LEAD_KEY, f"{row.id}|{store}") for store in stores]
    return Wanted(ids=[id for id in around if id], keys=[*find_keys(body), *leads])


def _move_key(row: Row, ledger: Ledger) -> Refusal | None:
    wanted = find_keys(row.body)
    for kind, value in wanted:
        held = ledger.key(kind, value)
        if held is not None and held is not row:
            suggestion = partial(suggest_later, row.id, held.id)
            return Refusal("phone_taken", "phone", aftermath=suggestion)
    for entry in ledger.history:
        if entry.row is row and entry.kept.field == "phone":
            free_number(entry.kept.value, row, ledger)
    for kind, value in wanted:
        ledger.claim(kind, value, row)
    return None


entity = Entity(
    name="customer",
    kind="profile",
    shape=CustomerFields,
    policies=_POLICIES,
    create_roles=frozenset({"rep", "clerk", "manager"}),
    patch_roles=frozenset({"rep", "manager"}),
    references=("store_id",),
    keys=find_keys,
    natural_key=find_natural_key,
    neighbours=look_around,
    prepare=prepare,
    effects=start,
    joined=join,
    patch_effects=follow_patch,
    place=place,
    part=part,
)
