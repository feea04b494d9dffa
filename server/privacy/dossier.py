"""What a person takes along: every item about them, with when, how it came and who wrote it.

Pure. Fields are named one by one: what is new in a row is not handed out before somebody thought
about whose it is. Staff are told by their role. Where staff were, and who else speaks for the
customer, is about other people.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from server.privacy.holding import Subject, is_shown
from sync import Row

STEPS = ("greeting", "needs", "proposal", "objection", "revisit")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "customer": (
        *("name", "salutation", "phone", "need", "budget", "community", "house_type", "wechat"),
        *("move_in", "source", "tier", "tags", "marketing", "withdrawn", "last_contact_at"),
        *("next_at", "contact_count"),
    ),
    "arrival": (
        *("name", "salutation", "phone", "need", "position", "source", "consents", "guardian"),
    ),
    "consent": ("purpose", "version", "given", "how", "note", "words_sha256"),
    "contact": ("relation", "name", "phone", "note"),
    "lead": ("need", "state", "close_reason"),
    "closing": ("reason", "note"),
    "follow_up": ("channel", *STEPS, "answers", "mood", "breakthrough", "started_at", "ended_at"),
    "comment": ("text",),
    "visit": ("note",),
    "conflict": ("field", "value", "value_other"),
    "correction": ("fields", "note", "void"),
    "deletion": ("note", "reason"),
    "photo": ("kind", "shows", "taken", "exif_at", "width", "height"),
    "recording": ("duration_ms",),
}
OTHERS_OWN = frozenset({"name", "phone", "note"})
"""Of whoever else speaks for them only that there is somebody."""

THEIRS = frozenset({"arrival", "consent", "comment"})
"""What a customer writes without anybody of the staff."""


class Refused(msgspec.Struct, omit_defaults=True):
    """Of content that was not taken over: the kind it would have been, why not (`other` where that
    is not the customer's to know), what its author asked and a manager answered, a small picture
    in base64."""

    of: str
    why: str
    asked: str = ""
    answered: str = ""
    thumb: str = ""


class Item(msgspec.Struct, omit_defaults=True):
    """`at` and `received_at` in ms; `by` is `customer`, `system` or a role; `file`: where in the
    archive; `void`: somebody took it back, by a correction that itself stands."""

    id: str
    kind: str
    at: int
    received_at: int
    source: str
    by: str
    store: str
    fields: dict[str, Any]
    file: str | None = None
    void: bool = False
    refused: Refused | None = None


def list_items(subject: Subject, roles: Mapping[str, str]) -> list[Item]:
    """In the order in which it happened. Of one registration: what came by it."""
    return [describe(row, subject, roles) for row in rows_of(subject)]


def rows_of(subject: Subject) -> Iterable[Row]:
    if subject.arrival is None:
        return [row for row in subject.tree if row.entity in FIELDS]
    both = (row for row in subject.tree if row.entity in ("arrival", "consent"))
    return [row for row in both if is_shown(subject, row)]


def describe(row: Row, subject: Subject, roles: Mapping[str, str]) -> Item:
    store = subject.ledger.find(row.body.get("store_id")) if row.body.get("store_id") else None
    return Item(
        id=row.id,
        kind=row.entity,
        at=row.at,
        received_at=row.received_at,
        source=source_of(row),
        by=writer_of(row, roles),
        store=store.body["name"] if store is not None else "",
        fields=dict(theirs_in(row, subject)),
        void=row.entity != "correction" and bool(row.body.get("void")),
    )


def source_of(row: Row) -> str:
    if row.author is not None:
        return "staff_phone"
    return "own_phone" if row.entity in THEIRS else "server"


def writer_of(row: Row, roles: Mapping[str, str]) -> str:
    if row.author is not None:
        return roles.get(row.author, "staff")
    return "customer" if row.entity in THEIRS else "system"


def theirs_in(row: Row, subject: Subject) -> Iterator[tuple[str, Any]]:
    for name in FIELDS[row.entity]:
        value = row.body.get(name)
        if row.entity == "correction" and isinstance(value, dict):
            value = {each: value[each] for each in names_in(row, subject) if each in value}
        if value not in (None, "", [], {}) and not is_others(name, row, subject):
            yield name, value


def names_in(correction: Row, subject: Subject) -> tuple[str, ...]:
    """A correction says nothing that its fact would not: whom somebody called, say."""
    about = row_meant(correction, subject)
    return FIELDS.get(about.entity, ()) if about is not None else ()


def is_others(name: str, row: Row, subject: Subject) -> bool:
    """Where other codes have their place, a person's own has the name."""
    if name == "position" and row.body.get("rep_id"):
        return True
    if row.entity == "contact":
        return name in OTHERS_OWN and row.body.get("relation") != "self"
    if row.entity in ("correction", "conflict") and name != "void":
        about = row_meant(row, subject)
        return about is None or about.entity in ("contact", "visit")
    return False


def row_meant(row: Row, subject: Subject) -> Row | None:
    named = row.body.get("fact_id") or row.body.get("row_id")
    return subject.ledger.own(named) if isinstance(named, str) else None
