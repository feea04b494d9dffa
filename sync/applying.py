"""Writing what was judged good: patches field by field, creations joined to what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.clock import Timing, effective_time
from sync.entity import Author, Entity, Refusal
from sync.ledger import Ledger
from sync.merge import Kept, merge_first, merge_register, merge_set, pending_stamp
from sync.row import PENDING, Row, Stamp, derive_id
from sync.wire import Duplicate, Operation

EMPTY: tuple[Any, ...] = (None, "", [])

Seed = tuple[str | int, ...]
"""What a conflict's id is derived from: the operation that met it. Times and devices may repeat,
numbers do not."""


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
        stamp = pending_stamp(at, author.device, author.staff_id)
        values = {field: (value, stamp) for field, value in fields.items()}
        seed = (author.device, operation.n)
        filled = offer_values(held, values, operation.i, seed, ledger)
        refusal = entity.patch_effects(held, filled, ledger, author) if filled else None
        if refusal:
            return refusal
        if operation.b is None:
            entity.joined(held, operation.i, ledger, author)
    return Duplicate(operation.n, held.id)


def offer_values(
    held: Row,
    values: Mapping[str, tuple[Any, Stamp]],
    from_id: str,
    seed: Seed,
    ledger: Ledger,
) -> dict[str, Any]:
    """Another record's values, which never win by time. Returns the fields that were empty and
    are filled now; the others become conflicts where they differ."""
    filled: dict[str, Any] = {}
    stamps: dict[str, Stamp] = {}
    for field, (value, stamp) in values.items():
        now = held.body.get(field)
        if value in EMPTY or now == value:
            continue
        if now in EMPTY:
            filled[field] = value
            stamps[field] = stamp._replace(version=PENDING)
        else:
            keep_conflict(held, Kept(field, value, stamp, True), now, from_id, seed, ledger)
    if filled:
        ledger.touch(held)
        held.body = {**held.body, **filled}
        held.stamps = {**held.stamps, **stamps}
        give_own(from_id, filled, stamps, ledger)
    return filled


def give_own(
    id: str, filled: Mapping[str, Any], stamps: Mapping[str, Stamp], ledger: Ledger
) -> None:
    """What somebody fills in under the id of a record that became part of another is that record's
    own: it leaves with it if the two turn out to be two."""
    original = ledger.own(id)
    if original is None:
        return
    for field, value in filled.items():
        own, stamp = original.stamp(field), stamps[field]
        if (own.at, own.device) != (stamp.at, stamp.device):
            write_over(original, field, value, stamp, ledger)


def write_over(row: Row, field: str, value: Any, stamp: Stamp, ledger: Ledger) -> None:
    """A later word for the same field. Sets grow; of others what stood goes to history."""
    held = row.body.get(field)
    if ledger.entities[row.entity].policies.get(field) == "set":
        value = sorted({*(held or ()), *value})
    elif held not in EMPTY and held != value:
        ledger.keep(row, Kept(field, held, row.stamp(field), False), "displaced")
    ledger.touch(row)
    row.body = {**row.body, field: value}
    row.stamps = {**row.stamps, field: stamp}


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
    base = 0 if ledger.is_alias(operation.i) else seen_version(operation, ledger)
    at = effective_time(operation.t, timing)
    ledger.touch(row)
    aside: list[str] = []
    for field, value in fields.items():
        if merge_field(operation, row, field, value, entity, base, at, ledger, author):
            aside.append(field)
    if operation.x and (conflict := ledger.row(operation.x)):
        settle_conflict(conflict, row, fields, entity, ledger)
    return aside


def seen_version(operation: Operation, ledger: Ledger) -> int:
    """Nobody saw a version that there never was: a phone that says so has seen nothing."""
    base = operation.b or 0
    return base if base <= ledger.head else 0


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
    # A field that nobody wrote does not become null because a value lost to the row's creation.
    if field in row.body or change.value is not None:
        row.body = {**row.body, field: change.value}
        row.stamps = {**row.stamps, field: change.stamp}
    if change.kept is None:
        return False
    if change.kept.concurrent:
        seed = (author.device, operation.n)
        keep_conflict(row, change.kept, change.value, None, seed, ledger)
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
    row: Row, kept: Kept, now: Any, from_id: str | None, seed: Seed, ledger: Ledger
) -> None:
    """Keep the losing value in history, and show both to whoever sees the tree (law 14)."""
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
        "from_id": from_id,
    }
    ledger.create("conflict", derive_id("conflict", *seed, kept.field), row.root, body)


def settle_conflict(
    conflict: Row, row: Row, fields: Mapping[str, Any], entity: Entity, ledger: Ledger
) -> None:
    """A conflict is restored when the other value stands, not when somebody wished it to. Of a set
    each element does; what somebody else added may stand beside them."""
    field, other, state = (conflict.body[key] for key in ("field", "value_other", "state"))
    is_meant = field in fields and ledger.resolve(conflict.body["row_id"]) == row.id
    if not is_meant or state == "ended":
        return
    now, is_set = row.body.get(field), entity.policies.get(field) == "set"
    if all(each in (now or []) for each in other) if is_set else now == other:
        ledger.change(conflict, state="restored")
