"""Templates: what a store wants asked and photographed at a contact, by tier and stage.

The five steps stay as they are. A question that must be answered stands in the place of mood or
breakthrough, so that nobody ever has more than eight answers to give.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args

import msgspec

from server.customers.shapes import Id, Line40
from server.followups.steps import Step
from server.followups.writing import (
    WRITERS,
    Line120,
    Text500,
    first_part,
    place,
    says_nothing,
    why_no_store,
    why_not_moved,
    why_not_theirs,
)
from sync import Author, Entity, Ledger, Refusal, Row

MOST_REQUIRED = 8
ALWAYS_REQUIRED = 6
"""The channel and the five steps."""
Beside = Literal["mood", "breakthrough"]
BESIDE: tuple[Beside, ...] = get_args(Beside)
"""Asked too where a template does not say which of them it asks."""


class Question(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`choices`: chips to answer with; without them it is answered in words."""

    id: Id
    step: Step
    zh: Line120 = ""
    en: Line120 = ""
    must: bool = False
    choices: Annotated[list[Line40], msgspec.Meta(max_length=6)] = msgspec.field(
        default_factory=list
    )


class PhotoPrompt(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    id: Id
    zh: Line40 = ""
    en: Line40 = ""


class TemplateFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """No store, no tiers: for all of them. `examples`: good notes of whoever `credit_id` names."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    stage: Literal["first", "following", "opportunity"]
    store_id: Id | None = None
    tiers: Annotated[list[Literal["A", "B", "C", "D"]], msgspec.Meta(max_length=4)] = msgspec.field(
        default_factory=list
    )
    questions: Annotated[list[Question], msgspec.Meta(max_length=20)] = msgspec.field(
        default_factory=list
    )
    photos: Annotated[list[PhotoPrompt], msgspec.Meta(max_length=9)] = msgspec.field(
        default_factory=list
    )
    requires: Annotated[list[Beside], msgspec.Meta(max_length=2)] = msgspec.field(
        default_factory=lambda: [*BESIDE]
    )
    examples: dict[Step, Text500] = msgspec.field(default_factory=dict)
    credit_id: Id | None = None
    withdrawn: bool = False


def check_new(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    return why_not_theirs(row, author) or why_no_store(row, ledger) or find_fault(row.body)


def check_changed(
    row: Row, fields: dict[str, Any], ledger: Ledger, author: Author
) -> Refusal | None:
    """As it is after the merge: two people may each have added what the other had room for."""
    return why_not_moved(fields, author) or check_new(row, ledger, author)


def find_fault(body: Mapping[str, Any]) -> Refusal | None:
    if not body["name"].strip():
        return Refusal("invalid", "name")
    for field in ("questions", "photos"):
        if is_unsound(body.get(field) or ()):
            return Refusal("invalid", field)
    if any(not choice.strip() for each in body.get("questions") or () for choice in chips(each)):
        return Refusal("invalid", "questions")
    if count_required(body) > MOST_REQUIRED:
        return Refusal("too_many_required", "questions")
    return None


def is_unsound(asked: Iterable[dict[str, Any]]) -> bool:
    """Two of one name would be one answer; nobody can answer what says nothing."""
    ids = [each["id"] for each in asked]
    return len(set(ids)) < len(ids) or any(says_nothing(each) for each in asked)


def chips(question: Mapping[str, Any]) -> list[str]:
    return question.get("choices") or []


def count_required(body: Mapping[str, Any]) -> int:
    """The answers without which a follow-up by this template is not finished."""
    musts = sum(bool(each.get("must")) for each in body.get("questions") or ())
    return ALWAYS_REQUIRED + len(set(body.get("requires", BESIDE))) + musts


template = Entity(
    name="template",
    kind="profile",
    shape=TemplateFields,
    create_roles=WRITERS,
    patch_roles=WRITERS,
    references=("store_id", "credit_id"),
    effects=check_new,
    patch_effects=check_changed,
    place=place,
    part=first_part,
)
