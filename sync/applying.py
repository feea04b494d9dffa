"""Writing what was judged good: patches field by field, creations joined to what is there."""

from __future__ import annotations

from typing import Any

from sync.clock import Timing, effective_time
from sync.entity import Author, Entity, Refusal
from sync.ledger import Ledger
from sync.merge import Kept, merge_first, merge_register, merge_set, pending_stamp
from sync.row import Row, derive_id
from sync.wire import Duplicate, Operation


def keep_original(
    operation: Operation,
    fields: dict[str, Any],
    held: Row,
    ledger: Ledger,
    author: Author,
    at: int,
) -> None:
    """A profile that becomes part of another stays on the server as it was written, in no scope,
    so that it can come back if somebody finds that they were two after all."""
    if ledger.entities[held.entity].kind == "profile":
        original = ledger.create(
            held.entity,
            operation.i,
            held.root,
            fields,
            author=author.staff_id,
            device=author.device,
            at=at,
            captured_at=operation.t,
        )
        ledger.delete(original)


def join(
    operation: Operation,
    fields: dict[str, Any],
    held: Row,
    ledger: Ledger,
    author: Author,
    at: int,
) -> Duplicate | Refusal:
    """Law 19: fill what is empty, offer what differs."""
    entity = ledger.entities[held.entity]
    if entity.kind == "profile":
        filled = fill_or_offer(operation, fields, held, ledger, author, at)
        refusal = entity.patch_effects(held, filled, ledger, author) if filled else None
        if refusal:
            return refusal
        if operation.b is None:
            entity.joined(held, operation.i, ledger, author)
    return Duplicate(operation.n, held.id)


def fill_or_offer(
    operation: Operation,
    fields: dict[str, Any],
    held: Row,
    ledger: Ledger,
    author: Author,
    at: int,
) -> dict[str, Any]:
    """Returns the fields that were empty; the others become conflicts where they differ."""
    stamp = pending_stamp(at, author.device, author.staff_id)
    filled: dict[str, Any] = {}
    for field, value in fields.items():
        now = held.body.get(field)
        if value in (None, "", []) or now == value:
            continue
        if now in (None, "", []):
            filled[field] = value
        else:
            keep_conflict(operation, held, Kept(field, value, stamp, True), now, ledger, author)
    if filled:
        ledger.touch(held)
        held.body = {**held.body, **filled}
        held.stamps = {**held.stamps, **dict.fromkeys(filled, stamp)}
    return filled


# Patches


def write_patch(
    operation: Operation,
    row: Row,
    fields: dict[str, Any],
    entity: Entity,
    ledger: Ledger,
    author: Author,
    timing: Timing,
) -> list[str]:
    """Merge each field; returns those whose concurrent values were kept aside."""
    base = 0 if ledger.is_alias(operation.i) else operation.b or 0
    at = effective_time(operation.t, timing)
    ledger.touch(row)
    aside: list[str] = []
    for field, value in fields.items():
        if merge_field(operation, row, field, value, entity, base, at, ledger, author):
            aside.append(field)
    if operation.x and (conflict := ledger.row(operation.x)):
        ledger.change(conflict, state="restored")
    return aside


def merge_field(
    operation: Operation,
    row: Row,
    field: str,
    value: Any,
    entity: Entity,
    base: int,
    at: int,
    ledger: Ledger,
    author: Author,
) -> bool:
    """Merge one field into its row; whether a value was kept aside that its author should know."""
    incoming = pending_stamp(at, author.device, author.staff_id)
    policy = entity.policies.get(field, "register")
    if policy == "set":
        merge_set_field(row, field, value, base, at, ledger, author)
        return False
    change = (merge_first if policy == "first" else merge_register)(
        row, field, value, base, incoming
    )
    if change is None:
        return False
    row.body = {**row.body, field: change.value}
    row.stamps = {**row.stamps, field: change.stamp}
    if change.kept is None:
        return False
    if change.kept.concurrent:
        keep_conflict(operation, row, change.kept, change.value, ledger, author)
    else:
        ledger.keep(row, change.kept, "displaced")
    return change.kept.concurrent or policy == "first"


def merge_set_field(
    row: Row, field: str, value: Any, base: int, at: int, ledger: Ledger, author: Author
) -> None:
    incoming = pending_stamp(at, author.device, author.staff_id)
    change = merge_set(row, field, value.get("add", []), value.get("remove", []), base, incoming)
    for element, stamp in change.removed.items():
        ledger.keep(row, Kept(field, element, stamp, False), "removed")
    row.body = {**row.body, field: change.elements}
    row.stamps = change.stamps


def keep_conflict(
    operation: Operation, row: Row, kept: Kept, now: Any, ledger: Ledger, author: Author
) -> None:
    """Keep the losing value in history, and show both to whoever sees the tree (law 14).

    The id comes from the operation that met the conflict: times and devices may repeat, numbers
    do not.
    """
    ledger.keep(row, kept, "concurrent")
    held = row.stamp(kept.field)
    body = {
        "row_id": row.id,
        "entity": row.entity,
        "field": kept.field,
        "value_now": now,
        "by_now": held.author,
        "at_now": held.at,
        "value_other": kept.value,
        "by_other": kept.stamp.author,
        "at_other": kept.stamp.at,
        "state": "open",
    }
    id = derive_id("conflict", author.device, operation.n, kept.field)
    ledger.create("conflict", id, row.root, body)
