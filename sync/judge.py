"""Judgement: what becomes of each operation of a push (laws 7 to 14, 19).

Pure: reads and writes a ledger that somebody else loaded and will publish. A unit is applied whole
or not at all; a refusal never delays the next unit.
"""

from __future__ import annotations

import re
from typing import Any

from sync.applying import join, keep_original, write_patch
from sync.clock import Timing, effective_time
from sync.entity import Author, Entity, FieldFault, Refusal, set_fields
from sync.ledger import Ledger, is_fresh
from sync.reading import fields_of, find_misfit, names_in
from sync.refusal import ERASED, kept_unit, operation_of, refuse_again, refuse_unit, timing_of
from sync.row import Row
from sync.wire import Exceptional, Merged, Operation, Refused

OWN_ENTRY_MS = 24 * 3600 * 1000
"""How long an author may add to a record they created, whoever has it since."""

# Version 8 is the server's: nobody may take an id that it will derive.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


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
    if forgotten := forget_erased(unit, ledger, author, timing):
        return [*forgotten]
    mark = ledger.mark()
    exceptions: list[Exceptional] = []
    for operation in unit:
        outcome = judge_safely(operation, ledger, author, timing)
        if isinstance(outcome, Refusal):
            ledger.rewind(mark)
            return [*refuse_unit(unit, operation, outcome, ledger, author, timing)]
        if outcome is not None:
            exceptions.append(outcome)
    return exceptions


def keep_unit(
    unit: list[Operation], code: str, ledger: Ledger, author: Author, timing: Timing
) -> list[Refused]:
    """Refused unjudged, whatever it says, and kept."""
    forgotten = forget_erased(unit, ledger, author, timing)
    return forgotten or refuse_unit(unit, unit[0], Refusal(code), ledger, author, timing)


def forget_erased(
    unit: list[Operation], ledger: Ledger, author: Author, timing: Timing
) -> list[Refused]:
    """Of a unit that is about somebody who was erased: before anything else is asked, for what
    else is refused is kept (law 35)."""
    about = (each for each in unit if names_erased(each, ledger))
    culprit = next(about, None) if ledger.erased else None
    return forget_unit(unit, culprit, ledger, author, timing) if culprit else []


def names_erased(operation: Operation, ledger: Ledger) -> bool:
    names = (operation.i, operation.x, *names_in(operation))
    if any(name and ledger.is_erased(name) for name in names):
        return True
    entity = ledger.entities.get(operation.e)
    if entity is None or operation.fault or find_misfit(operation, entity):
        return False
    return any(ledger.is_key_erased(key) for key in entity.keys(operation.f))


def forget_unit(
    unit: list[Operation],
    culprit: Operation,
    ledger: Ledger,
    author: Author,
    timing: Timing,
) -> list[Refused]:
    """Nothing of it is kept but the new ids in it, which what is still on the phone may name."""
    for operation in unit:
        if operation.b is None and is_unused(operation, ledger):
            ledger.bury(operation.e, operation.i)
    return refuse_unit(unit, culprit, Refusal(ERASED), ledger, author, timing)


def is_unused(operation: Operation, ledger: Ledger) -> bool:
    if operation.e not in ledger.entities or not _ID.fullmatch(operation.i):
        return False
    return ledger.row(operation.i) is None and not ledger.is_erased(operation.i)


def judge_again(refusal: Row, ledger: Ledger, author: Author) -> list[Exceptional] | None:
    """A kept unit as a new operation of the server's own. None if it is refused again, or if its
    author has decided about it meanwhile."""
    kept = kept_unit(refusal, ledger)
    if kept is None:
        return None
    mark = ledger.mark()
    exceptions: list[Exceptional] = []
    for row in kept:
        operation = operation_of(row)
        outcome = judge_safely(operation, ledger, author, timing_of(row, ledger.now))
        if isinstance(outcome, Refusal):
            ledger.rewind(mark)
            refuse_again(kept, operation, outcome, ledger, author)
            return None
        exceptions += [outcome] if outcome is not None else []
    for row in kept:
        ledger.delete(row)
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
    if not author.acts_as(entity.create_roles, entity.claim):
        return Refusal("forbidden")
    if fault := find_misfit(operation, entity):
        return refuse_fields(entity, fault, operation.f)
    if not _ID.fullmatch(operation.i):
        return Refusal("invalid", "id")
    if ledger.is_alias(operation.i) or ledger.row(operation.i) is not None:
        return Refusal("id_taken")
    fields = {**operation.f, **sets_in(operation, entity)}
    root = find_root(operation.i, fields, entity, ledger, author)
    if isinstance(root, Refusal):
        return root
    if refusal := entity.prepare(fields, ledger, author):
        return refusal
    return write_creation(operation, entity, fields, root, ledger, author, timing)


def sets_in(operation: Operation, entity: Entity) -> dict[str, list[Any]]:
    """Sets are stored in one order, each element once: however it was typed it is one value."""
    named = operation.f.keys() & set_fields(entity)
    return {field: sorted(set(operation.f[field])) for field in named}


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
        keep_original(operation, fields, held, ledger, author, at)
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


def find_root(
    id: str, fields: dict[str, Any], entity: Entity, ledger: Ledger, author: Author
) -> str | Refusal:
    """The root the new row belongs to; a missing and an invisible row refuse alike."""
    for field in entity.references:
        name = fields.get(field)
        if name and not may_refer(name, ledger, author, entity.claim):
            return why_hidden(name, field, ledger, author)
    for field in entity.parent:
        if name := fields.get(field):
            parent = ledger.row(name)
            is_seen = parent and may_refer(name, ledger, author, entity.claim)
            if not parent or not is_seen:
                return why_hidden(name, field, ledger, author)
            return (
                parent.root if fits_under(parent, entity, ledger) else Refusal("not_found", field)
            )
    if key := entity.parent_key(fields):
        named = ledger.key(*key)
        is_seen = named is not None and may_refer(named.id, ledger, author, entity.claim)
        return named.root if named and is_seen else Refusal("not_found", key[0])
    return Refusal("invalid", entity.parent[0]) if entity.parent else id


def fits_under(parent: Row, entity: Entity, ledger: Ledger) -> bool:
    """A comment on the organisation's own row, say, would be everybody's to read."""
    root = ledger.row(parent.root)
    return not entity.under or (root is not None and root.entity in entity.under)


def may_refer(id: str, ledger: Ledger, author: Author, is_claim: bool) -> bool:
    """Whether the author sees this row now, or, for a report, saw it since the last contact.

    An id that is an alias was made by somebody who did not know the record; who uses it does.
    """
    row = ledger.row(id)
    if row is None or row.deleted:
        return False
    if is_fresh(row) or ledger.is_alias(id) or not author.scopes.isdisjoint(row.scopes):
        return True
    if is_claim or is_tree_deleted(row, ledger):
        return False
    return had_reach(row, author) or (
        row.author == author.staff_id and ledger.now - row.received_at < OWN_ENTRY_MS
    )


def is_tree_deleted(row: Row, ledger: Ledger) -> bool:
    """What hangs in a tree goes with its root, which alone becomes a tombstone."""
    root = ledger.row(row.root)
    return root is not None and root.deleted


def had_reach(row: Row, author: Author) -> bool:
    """Whether the author might see this row at any moment since the device's previous contact,
    also where it has moved to a tree that they never saw."""
    left = row.root in author.recent or row.id in author.recent
    return left or not author.past_scopes.isdisjoint(row.scopes)


def why_hidden(id: str, field: str | None, ledger: Ledger, author: Author) -> Refusal:
    """Missing and invisible are one; only who held a row is told that somebody deleted it."""
    row = ledger.row(id)
    if row is not None and had_reach(row, author):
        root = ledger.row(row.root) or row
        if root.deleted:
            return Refusal(
                "deleted", field, root.body.get("deleted_by"), root.body.get("deleted_at")
            )
    return Refusal("not_found", field)


def refuse_fields(entity: Entity, fault: FieldFault, fields: dict[str, Any]) -> Refusal:
    if fault.code == "unknown_field":
        is_ours = fault.field is not None and entity.policies.get(fault.field) == "server"
        return Refusal("server_field" if is_ours else "unknown_field", fault.field)
    return Refusal("invalid", fault.field)


# Patches


def judge_patch(
    operation: Operation, entity: Entity, ledger: Ledger, author: Author, timing: Timing
) -> Exceptional | Refusal | None:
    if entity.kind != "profile" or not author.acts_as(entity.patch_roles, False):
        return Refusal("forbidden")
    if fault := find_misfit(operation, entity):
        return refuse_fields(entity, fault, operation.f)
    row = ledger.row(operation.i)
    if row is None or not may_refer(operation.i, ledger, author, False):
        return why_hidden(operation.i, None, ledger, author)
    if row.entity != entity.name:
        return Refusal("not_found")
    is_within_reach = may_refer(row.id, ledger, author, False)
    if operation.x and not (is_within_reach and may_restore(operation.x, row, ledger)):
        return Refusal("not_found", "conflict")
    fields = fields_of(operation, entity)
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
        field: sorted(set(value.get("add", ()))) if entity.policies.get(field) == "set" else value
        for field, value in fields.items()
    }


def may_restore(conflict_id: str, row: Row, ledger: Ledger) -> bool:
    conflict = ledger.row(conflict_id)
    return conflict is not None and conflict.entity == "conflict" and conflict.root == row.root
