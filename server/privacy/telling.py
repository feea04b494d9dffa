"""What customers did on their own page reaches those who look after them: a notice on the phone of
each, and what rings it. No store's chat group hears of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.db import Connection
from server.notify.outbox import Bell, enqueue
from server.rows import load
from sync import Ledger, Row, derive_id

NO_MORE: Mapping[str, Any] = {}

CORRECTS = "corrects"
"""They say that something is wrong: a comment of theirs says what."""
WITHDREW = "withdrew"
"""They took back that somebody contacts them."""
ERASURE_DUE = "erasure_due"
"""They asked to be erased, and in so many working days it is to be done."""
ASKS_ERASURE = "asks_erasure"
"""Somebody registered with a number that was known, and wants it erased: ask who they are."""
SELF_ERASED = "self_erased"
"""They were erased at their own wish. It names nobody, and stays."""


async def tell_heads(
    connection: Connection, ledger: Ledger, kind: str, person: Row, about: str
) -> None:
    """`about` is the id of what was done, so that nothing is told twice."""
    store_id = person.body["store_id"]
    await load(connection, ledger, [store_id])
    to_ids = people_of(person, ledger.row(store_id))
    await tell_people(connection, ledger, kind, person, about, to_ids)


async def tell_people(
    connection: Connection,
    ledger: Ledger,
    kind: str,
    person: Row,
    about: str,
    to_ids: Sequence[str],
    more: Mapping[str, Any] = NO_MORE,
) -> None:
    """`more`: what the notice says beside whom it is about."""
    store_id = person.body["store_id"]
    await load(connection, ledger, [store_id])
    store = ledger.row(store_id)
    named = [derive_id("notice", kind, about, to_id) for to_id in to_ids]
    await load(connection, ledger, [*to_ids, *named])
    told = dict(zip(to_ids, named, strict=True))
    fresh = [to_id for to_id, id in told.items() if tell(ledger, kind, person, to_id, id, more)]
    bells = [make_bell(ledger, kind, person, store, to_id, about, more) for to_id in fresh]
    await enqueue(connection, ledger.org, bells, ledger.now)


def people_of(person: Row, store: Row | None) -> list[str]:
    """The owner, whoever holds an open lead of theirs, and who answers for the store."""
    body, heads = person.body, store.body if store else {}
    head_id = heads.get("manager_id") or heads.get("area_id")
    named = [body.get("owner_id"), *(body.get("holder_ids") or ()), head_id]
    return list(dict.fromkeys(id for id in named if id))


def tell(
    ledger: Ledger, kind: str, person: Row, to_id: str, id: str, more: Mapping[str, Any] = NO_MORE
) -> bool:
    """Whether it is new."""
    if ledger.row(id) is not None:
        return False
    is_gone = kind == SELF_ERASED
    body: dict[str, Any] = {
        "kind": kind,
        "to_id": to_id,
        "lead_id": None,
        "customer_id": None if is_gone else person.id,
        "at": ledger.now,
        "name": "" if is_gone else called(person),
        **more,
    }
    ledger.create("notice", id, id if is_gone else person.id, body)
    return True


def make_bell(
    ledger: Ledger,
    kind: str,
    person: Row,
    store: Row | None,
    to_id: str,
    about: str,
    more: Mapping[str, Any],
) -> Bell:
    facts = {
        "store": store.body["name"] if store else "",
        "to_id": to_id,
        "to": name_of(ledger, to_id),
        "name": "" if kind == SELF_ERASED else called(person),
        **more,
    }
    named = [] if kind == SELF_ERASED else [person.id]
    return Bell(kind, "", ":".join((kind, about, to_id)), facts, named)


def called(person: Row) -> str:
    return str(person.body.get("name") or person.body.get("salutation") or "")


def name_of(ledger: Ledger, staff_id: str) -> str:
    held = ledger.row(staff_id)
    return str(held.body.get("name") or "") if held else ""
