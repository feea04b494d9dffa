"""Of what was refused: the part that a person takes along.

It is found as for an erasure, which takes whole units. Here each operation is looked at by itself:
of what hangs from somebody else nothing is theirs but their number, and a number that is another
customer's now is not handed out.
"""

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from server.customers import phone
from server.customers.customer import PHONE_KEY
from server.db import Connection
from server.photos.thumbs import read_thumb
from server.privacy.dossier import FIELDS, Item, Refused, source_of, theirs_in, writer_of
from server.privacy.holding import Subject
from server.privacy.outside import find_refused, is_new, numbers_of, texts_in, unit_of
from server.rows import load, load_tree
from sync import Ledger, Row

WHY = {
    **dict.fromkeys(("invalid", "too_large", "unknown_field", "server_field"), "not_valid"),
    **dict.fromkeys(("forbidden", "revoked"), "not_allowed"),
    **dict.fromkeys(("late", "after_closing"), "late"),
    **dict.fromkeys(("not_found", "deleted"), "not_found"),
    "consent": "no_consent",
    "unit": "together",
    "fault": "fault",
}
"""Other codes may speak of somebody else: who has the number, who was there before."""

UNNAMED = ("customer", "arrival")
"""Without a parent these are about whoever has the number in them."""


async def list_refused(
    connection: Connection, subject: Subject, roles: Mapping[str, str]
) -> list[Item]:
    ledger = subject.ledger
    tree = [row for row in ledger.loaded() if row.root == subject.person.id]
    found = await find_refused(connection, ledger, tree)
    kept = await leave_out_taken(connection, ledger, found)
    await load(connection, ledger, {row.body["row_id"] for row in kept})
    numbers = numbers_of(tree)
    theirs = find_theirs(kept, {row.id for row in tree}, numbers, ledger)
    foreign = await find_foreign(connection, subject, theirs.values(), numbers)
    contents = {id: write_down(row, ledger) for id, row in theirs.items()}
    mixed = {unit_of(row) for row in kept if row.id not in theirs}
    items: list[Item] = []
    for row in sorted(kept, key=lambda row: (row.at, row.id)):
        if content := contents.get(row.id):
            fields = dict(fields_of(row, content, subject, foreign))
            items += describe_own(row, fields, subject, roles, is_shared=unit_of(row) in mixed)
        else:
            items += describe_number(row, numbers, roles)
    return items


async def leave_out_taken(
    connection: Connection, ledger: Ledger, found: Collection[Row]
) -> list[Row]:
    """What was judged again and applied is among the rows. What its author gave up is not, and is
    empty: as long as it was kept, it is theirs."""
    deleted = [row.id for row in found if row.deleted]
    hanging = await load_tree(connection, ledger, deleted)
    given_up = {row.root for row in hanging if row.entity == "acknowledgement"}
    return [row for row in found if not row.deleted or row.id in given_up]


def find_theirs(
    kept: Iterable[Row], ids: Collection[str], numbers: set[str], ledger: Ledger
) -> dict[str, Row]:
    """By the refusal's id. What hangs from a record that was refused may have come before it."""
    known, left = set(ids), {row.id: row for row in kept}
    theirs: dict[str, Row] = {}
    while near := [row for row in left.values() if is_theirs(row, known, numbers, ledger)]:
        for row in near:
            theirs[row.id] = left.pop(row.id)
            known |= {row.body["row_id"]} if is_new(row) else set()
    return theirs


def is_theirs(refusal: Row, known: set[str], numbers: set[str], ledger: Ledger) -> bool:
    told, entity = refusal.body, ledger.entities.get(refusal.body["entity"])
    if entity is None or entity.name not in FIELDS:
        return False
    if told["row_id"] in known:
        return told["base"] is not None or is_new(refusal)
    if told["base"] is not None or ledger.own(told["row_id"]) is not None:
        return False
    parents = [told["fields"].get(name) for name in entity.parent]
    named = next((parent for parent in parents if parent), None)
    if named is not None:
        return isinstance(named, str) and named in known
    return entity.name in UNNAMED and not numbers.isdisjoint(
        numbers_in(told["fields"].get("phone"))
    )


def numbers_in(value: Any) -> set[str]:
    return {number for text in texts_in(value) if (number := phone.canonical(text))}


async def find_foreign(
    connection: Connection, subject: Subject, theirs: Iterable[Row], numbers: set[str]
) -> set[str]:
    """Numbers that are another customer's."""
    typed = {number for row in theirs for number in numbers_in(row.body["fields"])}
    asked = [(PHONE_KEY, number) for number in sorted(typed.difference(numbers))]
    await load(connection, subject.ledger, keys=asked)
    holders = {number: subject.ledger.key(kind, number) for kind, number in asked}
    return {number for number, row in holders.items() if row and row.id != subject.person.id}


def write_down(refusal: Row, ledger: Ledger) -> Row:
    """As the row that it would have become: read like those, and found by what corrects it. It
    stands beside the tree. A patch of a contact does not say whose it is."""
    told = refusal.body
    id, entity, body = told["row_id"], told["entity"], told["fields"]
    held = ledger.own(id)
    if held is not None and held.entity == "contact":
        body = {"relation": held.body.get("relation"), **body}
    row = msgspec.structs.replace(refusal, id=id, entity=entity, body=body)
    if told["base"] is None:
        ledger.put_loaded(row)
    return row


def fields_of(
    refusal: Row, content: Row, subject: Subject, foreign: set[str]
) -> Iterator[tuple[str, Any]]:
    for name, value in theirs_in(content, subject):
        kept = without(value, foreign) if name in refusal.body["fields"] else None
        if kept not in (None, "", [], {}):
            yield name, kept


def without(value: Any, numbers: set[str]) -> Any:
    if isinstance(value, dict):
        kept = {name: without(each, numbers) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each is not None}
    if isinstance(value, list):
        return [each for each in (without(each, numbers) for each in value) if each is not None]
    return None if isinstance(value, str) and phone.canonical(value) in numbers else value


def describe_own(
    row: Row, fields: dict[str, Any], subject: Subject, roles: Mapping[str, str], *, is_shared: bool
) -> Iterator[Item]:
    """What was asked and answered is about the whole unit."""
    told, thumb = row.body, thumb_in(row)
    refused = Refused(
        of=told["entity"],
        why=WHY.get(told["code"], "other"),
        asked="" if is_shared else told.get("note") or "",
        answered="" if is_shared else told.get("answer") or "",
        thumb=thumb,
    )
    if fields or thumb:
        yield describe(row, fields, refused, roles, store_named(told["fields"], subject))


def thumb_in(refusal: Row) -> str:
    """Without what a camera wrote into it."""
    text = refusal.body["fields"].get("thumb")
    is_told = refusal.body["entity"] == "photo" and isinstance(text, str)
    return base64.b64encode((read_thumb(text) if is_told else None) or b"").decode()


def describe_number(row: Row, numbers: set[str], roles: Mapping[str, str]) -> Iterator[Item]:
    """Somebody wrote it down elsewhere."""
    typed = sorted(numbers_in(row.body["fields"]).intersection(numbers))
    if typed:
        yield describe(row, {"phone": typed[0]}, Refused("number", "other"), roles, "")


def describe(
    row: Row, fields: dict[str, Any], refused: Refused, roles: Mapping[str, str], store: str
) -> Item:
    return Item(
        id=row.id,
        kind="refused",
        at=row.at,
        received_at=row.received_at,
        source=source_of(row),
        by=writer_of(row, roles),
        store=store,
        fields=fields,
        void=row.deleted,
        refused=refused,
    )


def store_named(fields: Mapping[str, Any], subject: Subject) -> str:
    named = fields.get("store_id")
    store = subject.ledger.own(named) if isinstance(named, str) else None
    return store.body["name"] if store is not None and store.entity == "store" else ""
