"""A small made-up organisation: people one calls on, visits to them, claims on them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from sync import (
    Author,
    Entity,
    Key,
    Ledger,
    Operation,
    Refusal,
    Row,
    Wanted,
    derive_id,
    desk_scope,
    scopes_of,
    staff_scope,
)

HOUR = 3_600_000
DAY = 24 * HOUR
NOON = 1_767_240_000_000
"""1 January 2026, 04:00 UTC: noon at the store. All times are in ms."""


Tag = Annotated[str, msgspec.Meta(max_length=20)]


class PersonFields(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""
    note: str = ""
    phone: str = ""
    source: str = ""
    desk: str = "east"
    tags: list[Tag] = msgspec.field(default_factory=list)


class VisitFields(msgspec.Struct, forbid_unknown_fields=True):
    person_id: str
    text: str = ""


class TakingFields(msgspec.Struct, forbid_unknown_fields=True):
    person_id: str


class CallFields(msgspec.Struct, forbid_unknown_fields=True):
    """A call from a number: who has it is the parent."""

    phone: str


class HandoverFields(msgspec.Struct, forbid_unknown_fields=True):
    person_id: str
    to_id: str


def phone_keys(fields: dict[str, Any]) -> list[Key]:
    return [("phone", fields["phone"])] if fields.get("phone") else []


def phone_of(fields: dict[str, Any]) -> Key | None:
    return next(iter(phone_keys(fields)), None)


def phone_key(fields: dict[str, Any], ledger: Ledger) -> Key | None:
    return phone_of(fields)


def own_key(row: Row, stores: frozenset[str]) -> Wanted:
    return Wanted(keys=phone_keys(row.body))


def greet(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    ledger.change(row, owner_id=author.staff_id, visits=0, taken_by=None, taken_at=None)
    return None


def move_phone(row: Row, fields: dict[str, Any], ledger: Ledger, author: Author) -> Refusal | None:
    for kind, value in phone_keys(fields):
        held = ledger.key(kind, value)
        if held is not None and held is not row:
            return Refusal("phone_taken", "phone")
        if row.body.get("phone") == value:
            ledger.claim(kind, value, row)
    return None


def place_person(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(desk_scope(row.body.get("desk", "east")), staff_scope(row.body["owner_id"]))


def part_of_person(row: Row) -> int:
    return 0 if "urgent" in row.body.get("tags", ()) else 1


def count_visit(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Touches the parent, sets a timer and a side row first, so that a refusal must undo them."""
    person = ledger.row(row.body["person_id"])
    assert person is not None
    ledger.change(person, visits=person.body["visits"] + 1)
    ledger.schedule("call_again", person.id, row.at + DAY)
    ledger.add_side_row("letters", {"about": person.id})
    return Refusal("invalid", "text") if row.body.get("text") == "refuse me" else None


def take(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    person = ledger.row(row.body["person_id"])
    assert person is not None
    if person.body["taken_by"] not in (None, author.staff_id):
        return Refusal("taken", None, person.body["taken_by"], person.body["taken_at"])
    ledger.change(person, taken_by=author.staff_id, taken_at=row.at)
    ledger.cancel("call_again", person.id)
    return None


def hand_over(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    person = ledger.row(row.body["person_id"])
    assert person is not None
    ledger.change(person, owner_id=row.body["to_id"])
    return None


def place_refusal(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(staff_scope(row.author or ""))


WRITERS = frozenset({"rep", "manager"})

ENTITIES = {
    entity.name: entity
    for entity in [
        Entity(
            name="person",
            kind="profile",
            shape=PersonFields,
            policies={
                "source": "first",
                "tags": "set",
                "owner_id": "server",
                "visits": "server",
            },
            create_roles=WRITERS,
            patch_roles=WRITERS,
            keys=phone_keys,
            natural_key=phone_key,
            neighbours=own_key,
            effects=greet,
            patch_effects=move_phone,
            place=place_person,
            part=part_of_person,
        ),
        Entity(
            name="visit",
            kind="fact",
            shape=VisitFields,
            parent=("person_id",),
            effects=count_visit,
        ),
        Entity(
            name="taking",
            kind="fact",
            shape=TakingFields,
            claim=True,
            parent=("person_id",),
            effects=take,
        ),
        Entity(
            name="handover",
            kind="fact",
            shape=HandoverFields,
            create_roles=frozenset({"manager"}),
            claim=True,
            parent=("person_id",),
            effects=hand_over,
        ),
        Entity(
            name="call",
            kind="fact",
            shape=CallFields,
            parent_key=phone_of,
            keys=phone_keys,
        ),
        Entity(name="refusal", kind="server", place=place_refusal),
        Entity(name="conflict", kind="server"),
    ]
}


def new_id(*parts: str | int) -> str:
    """An id as phones make them, the same in every run."""
    text = derive_id("test", *parts)
    return f"{text[:14]}7{text[15:]}"


def creation(n: int, entity: str, id: str, at: int = NOON, **fields: Any) -> Operation:
    return Operation(n=n, e=entity, i=id, f=fields, t=at)


def patch(n: int, id: str, base: int, at: int = NOON, **fields: Any) -> Operation:
    return Operation(n=n, e="person", i=id, f=fields, t=at, b=base)
