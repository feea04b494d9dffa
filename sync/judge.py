"""Judgement: what becomes of each operation of a push (laws 7 to 14, 19).

Pure: reads and writes a ledger that somebody else loaded and will publish. A unit is applied whole
or not at all; a refusal never delays the next unit.
"""

from __future__ import annotations

import re
from typing import Any

from sync.clock import Timing, effective_time
from sync.entity import Author, Entity, FieldFault, Refusal, check_creation, check_patch
from sync.ledger import Ledger, is_fresh
from sync.merge import (
    Kept,
    merge_first,
    merge_register,
    merge_set,
    pending_stamp,
)
from sync.row import Row, derive_id
from sync.wire import (
    Duplicate,
    Exceptional,
    Merged,
    Operation,
    Refused,
    is_name,
)

OWN_ENTRY_MS = 24 * 3600 * 1000
"""How long an author may add to a record they created, whoever has it since."""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def judge(
    units: list[list[Operation]], ledger: Ledger, author: Author, timing: Timing
) -> list[Exceptional]:
    """Judge units in order; returns what is not plainly applied."""
    exceptions: list[Exceptional] = []
    for unit in units:
        exceptions += judge_unit(unit, ledger, author, timing)
    return exceptions


def judge_unit(
    unit: list[Operation], ledger: Ledger, author: Author, timing: Timing
) -> list[Exceptional]:
    mark = ledger.mark()
    exceptions: list[Exceptional] = []
    for operation in unit:
        outcome = judge_safely(operation, ledger, author, timing)
        if isinstance(outcome, Refusal):
            ledger.rewind(mark)
            return refuse_unit(unit, operation, outcome, ledger, author)
        if outcome is not None:
            exceptions.append(outcome)
    return exceptions


def judge_safely(
    operation: Operation, ledger: Ledger, author: Author, timing: Timing
) -> Exceptional | Refusal | None:
    """A rule that fails is our fault and costs its own unit only: a phone whose push always failed
    could never send anything again. Its words are kept, and the fault is there to be logged."""
    try:
        return judge_operation(operation, ledger, author, timing)
    except Exception as fault:
        ledger.faults.append(fault)
        return Refusal("fault")


def refuse_unit(
    unit: list[Operation], culprit: Operation, why: Refusal, ledger: Ledger, author: Author
) -> list[Exceptional]:
    """Every operation of the unit is refused, and kept as a row for its author (law 10)."""
    refused: list[Exceptional] = []
    for operation in unit:
        reason = why if operation is culprit else Refusal("unit")
        refused.append(Refused(operation.n, reason.code, reason.field, reason.who, reason.when))
        if reason.code != "erased":
            keep_refusal(operation, reason, ledger, author)
    return refused


def keep_refusal(operation: Operation, why: Refusal, ledger: Ledger, author: Author) -> Row:
    """What no row may hold is not kept either."""
    id = derive_id("refusal", author.device, operation.n)
    body = {
        "device": author.device,
        "seq": operation.n,
        "entity": operation.e,
        "row_id": operation.i,
        "code": why.code,
        "field": why.field,
        "fields": {} if operation.fault else operation.f,
        "base": operation.b,
        "captured_at": operation.t,
        "refused_at": ledger.now,
        "who": why.who,
        "when": why.when,
    }
    return ledger.create("refusal", id, id, body, author=author.staff_id, device=author.device)


def judge_operation(
    operation: Operation, ledger: Ledger, author: Author, timing: Timing
) -> Exceptional | Refusal | None:
    entity = ledger.entities.get(operation.e)
    if entity is None or entity.shape is None:
        return Refusal("unknown_entity")
    if operation.fault:
        return Refusal(operation.fault)
    if operation.b is None:
        return judge_creation(operation, entity, ledger, author, timing)
    return judge_patch(operation, entity, ledger, author, timing)


# Creations


def judge_creation(
    operation: Operation, entity: Entity, ledger: Ledger, author: Author, timing: Timing
) -> Exceptional | Refusal | None:
    if author.role not in entity.create_roles:
        return Refusal("forbidden")
    if fault := check_creation(entity, operation.f):
        return refuse_fields(entity, fault, operation.f)
    if not _ID.fullmatch(operation.i):
        return Refusal("invalid", "id")
    if ledger.is_alias(operation.i) or ledger.row(operation.i) is not None:
        return Refusal("id_taken")
    fields = dict(operation.f)
    root = find_root(operation.i, fields, entity, ledger, author)
    if isinstance(root, Refusal):
        return root
    if refusal := entity.prepare(fields, ledger, author):
        return refusal
    return write_creation(operation, entity, fields, root, ledger, author, timing)


def write_creation(
    operation: Operation,
    entity: Entity,
    fields: dict[str, Any],
    root: str,
    ledger: Ledger,
    author: Author,
    timing: Timing,
) -> Exceptional | Refusal | None:
    at = effective_time(operation.t, timing)
    key = entity.natural_key(fields, ledger)
    if key is not None and (held := ledger.key(*key)) is not None:
        ledger.alias(operation.i, held)
        return join(operation, fields, held, ledger, author, at)
    row = ledger.create(
        entity.name,
        operation.i,
        root,
        fields,
        author=author.staff_id,
        device=author.device,
        at=at,
        captured_at=operation.t,
    )
    if key is not None:
        ledger.claim(*key, row)
    return entity.effects(row, ledger, author)


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


def find_root(
    id: str, fields: dict[str, Any], entity: Entity, ledger: Ledger, author: Author
) -> str | Refusal:
    """The root the new row belongs to; a missing and an invisible row refuse alike."""
    for field in entity.references:
        name = fields.get(field)
        if name and not may_refer(name, ledger, author, entity.claim):
            return Refusal("not_found", field)
    for field in entity.parent:
        if name := fields.get(field):
            if not may_refer(name, ledger, author, entity.claim):
                return Refusal("not_found", field)
            parent = ledger.row(name)
            return parent.root if parent else Refusal("not_found", field)
    if key := entity.parent_key(fields):
        named = ledger.key(*key)
        is_seen = named is not None and may_refer(named.id, ledger, author, entity.claim)
        return named.root if named and is_seen else Refusal("not_found", key[0])
    return Refusal("invalid", entity.parent[0]) if entity.parent else id


def may_refer(id: str, ledger: Ledger, author: Author, is_claim: bool) -> bool:
    """Whether the author sees this row now, or, for a report, saw it since the last contact.

    An id that is an alias was made by somebody who did not know the record; who uses it does.
    """
    row = ledger.row(id) if is_name(id) else None
    if row is None or row.deleted:
        return False
    if is_fresh(row) or ledger.is_alias(id) or not author.scopes.isdisjoint(row.scopes):
        return True
    if is_claim:
        return False
    return row.root in author.recent or (
        row.author == author.staff_id and ledger.now - row.received_at < OWN_ENTRY_MS
    )


def refuse_fields(entity: Entity, fault: FieldFault, fields: dict[str, Any]) -> Refusal:
    if fault.code == "unknown_field":
        is_ours = fault.field is not None and entity.policies.get(fault.field) == "server"
        return Refusal("server_field" if is_ours else "unknown_field", fault.field)
    return Refusal("invalid", fault.field)


# Patches


def judge_patch(
    operation: Operation, entity: Entity, ledger: Ledger, author: Author, timing: Timing
) -> Exceptional | Refusal | None:
    if entity.kind != "profile" or author.role not in entity.patch_roles:
        return Refusal("forbidden")
    if fault := check_patch(entity, operation.f):
        return refuse_fields(entity, fault, operation.f)
    row = ledger.row(operation.i) if is_name(operation.i) else None
    if row is None or not may_refer(operation.i, ledger, author, False):
        return Refusal("not_found")
    if row.entity != entity.name:
        return Refusal("not_found")
    is_within_reach = may_refer(row.id, ledger, author, False)
    if operation.x and not (is_within_reach and may_restore(operation.x, row, ledger)):
        return Refusal("not_found", "conflict")
    fields = dict(operation.f)
    if refusal := entity.prepare(fields, ledger, author):
        return refusal
    if not is_within_reach:
        at = effective_time(operation.t, timing)
        return join(operation, as_creation(fields, entity), row, ledger, author, at)
    kept = write_patch(operation, row, fields, entity, ledger, author, timing)
    if refusal := entity.patch_effects(row, fields, ledger, author):
        return refusal
    return Merged(operation.n, kept) if kept else None


def as_creation(fields: dict[str, Any], entity: Entity) -> dict[str, Any]:
    """An edit of a record that became part of one its author cannot see is offered like it."""
    return {
        field: value.get("add", []) if entity.policies.get(field) == "set" else value
        for field, value in fields.items()
    }


def may_restore(conflict_id: str, row: Row, ledger: Ledger) -> bool:
    conflict = ledger.row(conflict_id) if is_name(conflict_id) else None
    return conflict is not None and conflict.entity == "conflict" and conflict.root == row.root


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
