"""The library: phrases for each step, and answers to what customers object."""

from typing import Any, Literal

import msgspec

from server.customers.names import find_keys
from server.customers.shapes import Id
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

INITIALS_KEPT = 80


class ScriptFields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`title`: what the customer says, where the phrase answers an objection."""

    step: Step
    zh: Text500 = ""
    en: Text500 = ""
    kind: Literal["script", "objection"] = "script"
    title: Line120 = ""
    keywords: Line120 = ""
    store_id: Id | None = None
    credit_id: Id | None = None
    withdrawn: bool = False


def begin(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    refusal = why_not_theirs(row, author) or why_no_store(row, ledger) or find_fault(row.body)
    if refusal is None:
        ledger.change(row, initials=find_initials(row.body))
    return refusal


def follow_patch(
    row: Row, fields: dict[str, Any], ledger: Ledger, author: Author
) -> Refusal | None:
    return why_not_moved(fields, author) or begin(row, ledger, author)


def find_fault(body: dict[str, Any]) -> Refusal | None:
    if says_nothing(body):
        return Refusal("invalid", "zh")
    if body.get("kind") == "objection" and not (body.get("title") or "").strip():
        return Refusal("invalid", "title")
    return None


def find_initials(body: dict[str, Any]) -> str:
    """Of what one would look for: 太贵了 -> tgl. The line itself where nothing else is there."""
    told = [body.get(field) or "" for field in ("title", "keywords")]
    lines = told if any(told) else [body.get("zh") or ""]
    return " ".join(find_keys(line)[1] for line in lines if line)[:INITIALS_KEPT]


script = Entity(
    name="script",
    kind="profile",
    shape=ScriptFields,
    policies={"initials": "server"},
    create_roles=WRITERS,
    patch_roles=WRITERS,
    references=("store_id", "credit_id"),
    effects=begin,
    patch_effects=follow_patch,
    place=place,
    part=first_part,
)
