"""Rows of the exchange itself: kept refusals and what people decide about them, and conflicts."""

from typing import Annotated, Literal

import msgspec

from server.customers.customer import find_keys
from server.exchange.judging_again import describe
from server.rows.waiting import REJUDGE
from sync import (
    ORGANISATION,
    Author,
    Entity,
    Ledger,
    Refusal,
    Row,
    Wanted,
    desk_scope,
    kept_unit,
    scopes_of,
    staff_scope,
    unit_ids,
)

Note = Annotated[str, msgspec.Meta(max_length=500)]
LEADERS = frozenset({"manager", "area", "admin"})


class AcknowledgementFields(msgspec.Struct, forbid_unknown_fields=True):
    refusal_id: str


class AppealFields(msgspec.Struct, forbid_unknown_fields=True):
    refusal_id: str
    note: Note = ""


class ReleaseFields(msgspec.Struct, forbid_unknown_fields=True):
    refusal_id: str
    choice: Literal["apply", "decline"]
    note: Note = ""


def place_refusal(row: Row, root: Row) -> tuple[str, ...]:
    """With its author; before the manager too while somebody must answer."""
    author = [staff_scope(row.author)] if row.author else []
    asked = row.body["store_ids"] if row.body.get("state") == "asked" else []
    return scopes_of(*author, *map(desk_scope, asked))


def place_conflict(row: Row, root: Row) -> tuple[str, ...]:
    """With its tree. About what everybody has, only the two who wrote it need decide."""
    if ORGANISATION not in root.scopes:
        return root.scopes
    writers = (row.body["by_now"], row.body["by_other"])
    return scopes_of(*(staff_scope(writer) for writer in writers if writer))


def name_unit(row: Row, stores: frozenset[str]) -> Wanted:
    release_id = row.body.get("release_id")
    return Wanted(ids=[*unit_ids(row), *([release_id] if release_id else [])])


def find_own(row: Row, ledger: Ledger, author: Author) -> Row | None:
    """The refusal that an author speaks of: a manager who was asked sees it too, and only
    answers."""
    refusal = ledger.row(row.body["refusal_id"])
    if refusal is None or refusal.entity != "refusal":
        return None
    return refusal if refusal.author == author.staff_id else None


def drop_refusal(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Its author has decided: the refused content leaves every phone, and the server. No screen
    would reach it, and it may be about somebody who was erased."""
    refusal = find_own(row, ledger, author)
    if refusal is None:
        return Refusal("not_found", "refusal_id")
    for said in [each for each in ledger.loaded() if each.root == refusal.id and each.body]:
        if said.entity in ("appeal", "release"):
            ledger.change(said, note="")
    ledger.change(refusal, fields={}, note=None, answer=None)
    ledger.delete(refusal)
    ledger.delete(row)
    return None


def ask(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """The unit goes before the managers of the author's stores."""
    refusal = find_own(row, ledger, author)
    if refusal is None:
        return Refusal("not_found", "refusal_id")
    ask_about(kept_unit(refusal, ledger) or [], row.body.get("note") or "", ledger, author)
    return None


def ask_about(kept: list[Row], note: str, ledger: Ledger, author: Author) -> None:
    asked = {
        "state": "asked",
        "note": note,
        "asked_at": ledger.now,
        "store_ids": sorted({*author.store_ids, *author.past_store_ids}),
    }
    for refusal in kept:
        ledger.change(refusal, **asked)


def answer(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """To release is to have the unit judged again, in a transaction of its own, at once."""
    refusal = ledger.row(row.body["refusal_id"])
    if refusal is None or refusal.entity != "refusal" or not kept_unit(refusal, ledger):
        return Refusal("not_found", "refusal_id")
    if refusal.body.get("state") != "asked":
        who, when = refusal.body.get("answered_by"), refusal.body.get("answered_at")
        return Refusal("taken", None, who, when)
    is_apply = row.body["choice"] == "apply"
    answered = {
        "state": "released" if is_apply else "declined",
        "answered_by": author.staff_id,
        "answered_at": ledger.now,
        "answer": row.body.get("note") or "",
        "release_id": row.id,
    }
    for kept in kept_unit(refusal, ledger) or []:
        ledger.change(kept, **answered)
    ledger.change(row, **describe(refusal))
    if is_apply:
        ledger.schedule(REJUDGE, refusal.id, ledger.now)
    return None


def name_offered(row: Row, stores: frozenset[str]) -> Wanted:
    """An unmerge may give an offered number to the record that it was offered for."""
    body = row.body
    if (body["entity"], body["field"]) != ("customer", "phone"):
        return Wanted()
    return Wanted(keys=find_keys({"phone": body["value_other"]}))


def own_tree(refusal: Row, ledger: Ledger) -> list[str]:
    """What was said about it."""
    return [refusal.id] if refusal.entity == "refusal" else []


def place_release(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(staff_scope(row.body["to_id"]))


entities = [
    Entity(name="refusal", kind="server", neighbours=name_unit, place=place_refusal),
    Entity(
        name="conflict",
        kind="server",
        parent=("row_id",),
        neighbours=name_offered,
        place=place_conflict,
    ),
    Entity(
        name="acknowledgement",
        kind="fact",
        shape=AcknowledgementFields,
        parent=("refusal_id",),
        trees=own_tree,
        effects=drop_refusal,
    ),
    Entity(
        name="appeal",
        kind="fact",
        shape=AppealFields,
        parent=("refusal_id",),
        effects=ask,
    ),
    Entity(
        name="release",
        kind="fact",
        shape=ReleaseFields,
        create_roles=LEADERS,
        claim=True,
        parent=("refusal_id",),
        effects=answer,
        place=place_release,
        outlives=True,
    ),
]
