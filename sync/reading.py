"""What must be loaded before operations can be judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from sync.entity import (
    Entities,
    Entity,
    FieldFault,
    Key,
    Wanted,
    check_creation,
    check_patch,
    no_trees,
    set_fields,
)
from sync.wire import Operation, is_name

Ways = dict[str | Key, list[str | Key]]
"""Where one gets to from a row's name or from a key."""


class Reading(msgspec.Struct):
    """Rows and keys that the operations name, the ids of the stores among them, and the rows, by
    name or by key, from which `Entity.trees` of an operation leads to whole trees."""

    wanted: Wanted
    stores: frozenset[str]
    trees: list[tuple[str | Key, Entity]] = msgspec.field(default_factory=list)


def find_reading(operations: Iterable[Operation], entities: Entities) -> Reading:
    """Of operations that are refused for their shape only the names count, which may be of erased
    rows: a slice's `keys` never sees fields that do not fit, and nothing that cannot be a name is
    looked up."""
    names: list[str | None] = []
    stores: set[str | None] = set()
    keys: list[Key] = []
    sound: list[Operation] = []
    for operation in operations:
        names += (operation.i, operation.x)
        entity = entities.get(operation.e)
        if entity is None or operation.fault or find_misfit(operation, entity):
            names += names_in(operation)
            continue
        fields = operation.f
        names += parents_in(operation, entity)
        names += [fields.get(field) for field in entity.references]
        keys += entity.keys(fields)
        stores.add(fields.get("store_id"))
        sound.append(operation)
    wanted = Wanted(names_among(dict.fromkeys(names)), keys)
    return Reading(wanted, frozenset(names_among(stores)), find_trees(sound, entities))


def parents_in(operation: Operation, entity: Entity) -> list[str]:
    return names_among(operation.f.get(field) for field in entity.parent)


def find_trees(
    operations: Sequence[Operation], entities: Entities
) -> list[tuple[str | Key, Entity]]:
    """Where whole trees are read: from the rows that are named, and from those where a named one
    will hang that the same operations make."""
    asking: dict[str, list[str]] = {}
    for each in operations:
        if entities[each.e].trees is not no_trees:
            asking.setdefault(each.e, []).extend(parents_in(each, entities[each.e]))
    ways = find_ways(operations, entities) if asking else {}
    return [(at, entities[name]) for name in asking for at in follow(asking[name], ways)]


def find_ways(operations: Iterable[Operation], entities: Entities) -> Ways:
    """From each row that is made here to what it hangs from or becomes part of; from each key to
    whatever takes it here."""
    ways: Ways = {}
    for each in operations:
        entity = entities[each.e]
        keys = entity.keys(each.f)
        if each.b is None:
            ways.setdefault(each.i, []).extend([*parents_in(each, entity), *keys])
        for key in keys:
            ways.setdefault(key, []).extend(names_among([each.i]))
    return ways


def follow(names: Iterable[str], ways: Ways) -> list[str | Key]:
    found: dict[str | Key, None] = dict.fromkeys(names)
    waiting = list(found)
    while waiting:
        fresh = [each for each in ways.get(waiting.pop(), ()) if each not in found]
        found |= dict.fromkeys(fresh)
        waiting += fresh
    return list(found)


def names_in(operation: Operation) -> list[str]:
    """Whatever in its fields may be a row's name, whatever is wrong with these."""
    return names_among(each for each in operation.f.values() if isinstance(each, str))


def find_misfit(operation: Operation, entity: Entity) -> FieldFault | None:
    """How the fields do not fit the entity. Asked by who loads and by who judges: remembered."""
    memory = operation.__dict__
    if "misfit" not in memory:
        check = check_creation if operation.b is None else check_patch
        memory["misfit"] = check(entity, fields_of(operation, entity))
    found: FieldFault | None = memory["misfit"]
    return found


def fields_of(operation: Operation, entity: Entity) -> dict[str, Any]:
    """As they are merged: a set that is restored may come whole, as the conflict row has it."""
    if operation.b is None or not operation.x:
        return dict(operation.f)
    sets = set_fields(entity)
    return {
        field: {"add": value} if field in sets and isinstance(value, list) else value
        for field, value in operation.f.items()
    }


def names_among(values: Iterable[str | None]) -> list[str]:
    return [value for value in values if value and is_name(value)]
