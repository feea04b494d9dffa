"""What managers decide about records that may be one customer, or are two after all."""

from typing import Annotated, Literal

import msgspec

from server.customers.candidates import place as place_candidate
from server.customers.candidates import settle
from server.duplicates.merging import merge
from server.duplicates.unmerging import unmerge
from sync import Author, Entity, Ledger, Refusal, Row, desk_scope, scopes_of

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Note = Annotated[str, msgspec.Meta(max_length=500)]
DECIDERS = frozenset({"manager", "admin"})


class DecisionFields(msgspec.Struct, forbid_unknown_fields=True):
    candidate_id: Id
    choice: Literal["same", "different", "household"]
    note: Note = ""


class UnmergeFields(msgspec.Struct, forbid_unknown_fields=True):
    """`phone`: who keeps the number that both have."""

    alias_id: Id
    phone: Literal["record", "alias"] = "record"
    note: Note = ""


def decide(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    candidate = ledger.row(row.body["candidate_id"])
    if candidate is None or candidate.entity != "candidate":
        return Refusal("not_found", "candidate_id")
    if candidate.body["state"] != "open":
        body = candidate.body
        return Refusal("taken", None, body["decided_by"], body["decided_at"])
    one, other = (ledger.row(candidate.body[side]["id"]) for side in ("one", "other"))
    if one is None or other is None or one.deleted or other.deleted:
        return Refusal("not_found", "candidate_id")
    if candidate.body["why"] == "recycled":
        return decide_number(row, candidate, ledger, author)
    choice = row.body["choice"]
    # Of three the third pair may be one already by what was decided about the others.
    if one is other and choice != "same":
        return Refusal("not_found", "candidate_id")
    settle(ledger, candidate, choice, author.staff_id)
    if choice == "same" and one is not other:
        into, gone = sorted((one, other), key=lambda each: (each.born, each.id))
        merge(ledger, gone, into, row)
    elif choice == "household":
        link(ledger, one, other)
        link(ledger, other, one)
    return None


def decide_number(row: Row, candidate: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Somebody registered with a known number under another name, long after. Another person gets
    a record of their own, the number and the lead; else the record stays one."""
    alias_id, choice = candidate.body["one"]["id"], row.body["choice"]
    into, original = ledger.row(alias_id), ledger.own(alias_id)
    if into is None or original is None or not ledger.is_alias(alias_id):
        return Refusal("not_found", "candidate_id")
    settle(ledger, candidate, choice, author.staff_id)
    if choice != "same":
        unmerge(ledger, original, into, "alias", row)
    if choice == "household":
        settle(ledger, candidate, choice, author.staff_id)
        link(ledger, original, into)
        link(ledger, into, original)
    return None


def link(ledger: Ledger, one: Row, other: Row) -> None:
    linked = {*(one.body.get("household_ids") or ()), other.id}
    ledger.change(one, household_ids=sorted(linked))


def part(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    alias_id = row.body["alias_id"]
    into, original = ledger.row(alias_id), ledger.own(alias_id)
    if into is None or author.scopes.isdisjoint(into.scopes) or not ledger.is_alias(alias_id):
        return Refusal("not_found", "alias_id")
    if original is None or original.entity != "customer":
        return Refusal("not_found", "alias_id")
    unmerge(ledger, original, into, row.body.get("phone") or "record", row)
    return None


def pair_trees(candidate: Row, ledger: Ledger) -> list[str]:
    if candidate.entity != "candidate":
        return []
    pair = [ledger.row(candidate.body[side]["id"]) for side in ("one", "other")]
    return [row.root for row in pair if row is not None]


def own_tree(row: Row, ledger: Ledger) -> list[str]:
    return [row.root]


def place_decision(row: Row, root: Row) -> tuple[str, ...]:
    """Its root is the candidate, which lies at the desks of both."""
    return place_candidate(root, root) if root.entity == "candidate" else ()


def place_unmerge(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(desk_scope(root.body["store_id"]))


entities = [
    Entity(
        name="decision",
        kind="fact",
        shape=DecisionFields,
        create_roles=DECIDERS,
        claim=True,
        parent=("candidate_id",),
        trees=pair_trees,
        effects=decide,
        place=place_decision,
    ),
    Entity(
        name="unmerge",
        kind="fact",
        shape=UnmergeFields,
        create_roles=DECIDERS,
        claim=True,
        parent=("alias_id",),
        trees=own_tree,
        effects=part,
        place=place_unmerge,
    ),
]
