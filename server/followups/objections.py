"""An objection stays with its customer until a later contact says that it was answered. Pure."""

from collections.abc import Mapping
from typing import Any

from sync import Row

OPEN = "open"
ANSWERED = frozenset({"resolved", "none"})
FIELDS = ("objection", "objection_answered_at")


def describe_objection(
    held: Mapping[str, Any], told: Mapping[str, Any], row: Row, at: int
) -> dict[str, Any]:
    """The customer's fields after this contact, in whatever order the contacts come.

    `objection` is the newest one after which nothing was answered; `told` is the contact `row` as
    it is to be read, `at` (ms) when it was.
    """
    result, standing = told["objection"]["result"], held.get("objection")
    answered_at = held.get("objection_answered_at") or 0
    if result == OPEN and at > max(answered_at, standing["at"] if standing else 0):
        return {"objection": note_objection(told, row, at)}
    if result in ANSWERED and at > answered_at:
        is_over = standing is not None and standing["at"] <= at
        over: dict[str, Any] = {"objection": None} if is_over else {}
        return {"objection_answered_at": at, **over}
    return {}


def forget_objections(held: Mapping[str, Any]) -> dict[str, Any]:
    """To count anew from the contacts as they stand. Whoever never objected has no word of it."""
    return {field: None for field in FIELDS if field in held}


def note_objection(told: Mapping[str, Any], row: Row, at: int) -> dict[str, Any]:
    note = told["objection"].get("note") or ""
    return {"fact_id": row.id, "note": note, "at": at, "by": row.author}
