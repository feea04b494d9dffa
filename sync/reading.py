"""What must be loaded before operations can be judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    no_natural_key,
    no_trees,
    set_fields,
)
from sync.wire import Operation, is_name


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
    trees: dict[str, list[str]] = {}
    made: dict[str, Operation] = {}
    for operation in operations:
        names += (operation.i, operation.x)
        entity = entities.get(operation.e)
        if entity is None or operation.fault or find_misfit(operation, entity):
            names += names_in(operation)
            continue
        fields = operation.f
        parents = [fields.get(field) for field in entity.parent]
        names += parents
        names += [fields.get(field) for field in entity.references]
        keys += entity.keys(fields)
        stores.add(fields.get("store_id"))
        if entity.trees is not no_trees:
            trees.setdefault(entity.name, []).extend(names_among(parents))
        if operation.b is None:
            made.setdefault(operation.i, operation)
    wanted = Wanted(names_among(dict.fromkeys(names)), keys)
    leading = {name: follow(held, made, entities) for name, held in trees.items()}
    found = [(each, entities[name]) for name, several in leading.items() for each in several]
    return Reading(wanted, frozenset(names_among(stores)), found)


def follow(
    names: Iterable[str], made: Mapping[str, Operation], entities: Entities
) -> list[str | Key]:
    """These names, and where a row of such a name will hang if the same operations make it: what
    they lead to may be stored, and its tree is wanted."""
    found: dict[str | Key, None] = dict.fromkeys(names)
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        if isinstance(name, str) and name in made:
            ways = [each for each in ways_from(made[name], entities) if each not in found]
            found |= dict.fromkeys(ways)
            waiting += ways
    return list(found)


def ways_from(operation: Operation, entities: Entities) -> list[str | Key]:
    """To whatever this creation hangs from, or becomes part of."""
    entity, fields = entities[operation.e], operation.f
    parent = entity.parent_key(fields)
    own = [] if entity.natural_key is no_natural_key else entity.keys(fields)
    named = names_among(fields.get(field) for field in entity.parent)
    return [*named, *own, *([parent] if parent else [])]


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
