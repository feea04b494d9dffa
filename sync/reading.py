"""What must be loaded before operations can be judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from sync.entity import Entities, Entity, Wanted, check_creation, check_patch, no_trees
from sync.wire import Operation, is_name


class Reading(msgspec.Struct):
    """Rows and keys that the operations name, the ids of the stores among them, and the rows from
    which `Entity.trees` of an operation leads to whole trees."""

    wanted: Wanted
    stores: frozenset[str]
    trees: list[tuple[str, Entity]] = msgspec.field(default_factory=list)


def find_reading(operations: Iterable[Operation], entities: Entities) -> Reading:
    """Of operations that are refused for their shape only the ids count: a slice's `keys` never
    sees fields that do not fit, and nothing that cannot be a name is looked up."""
    wanted, stores = Wanted(), set()
    trees: list[tuple[str, Entity]] = []
    for operation in operations:
        wanted.ids += names_of(operation.i, operation.x)
        entity = entities.get(operation.e)
        if entity is None or not fits(operation, entity):
            continue
        fields = operation.f
        wanted.ids += names_of(*(fields.get(n) for n in (*entity.parent, *entity.references)))
        wanted.keys += entity.keys(fields)
        stores.update(names_of(fields.get("store_id")))
        if entity.trees is not no_trees:
            trees += [(name, entity) for name in names_of(*map(fields.get, entity.parent))]
    return Reading(wanted, frozenset(stores), trees)


def fits(operation: Operation, entity: Entity) -> bool:
    check = check_creation if operation.b is None else check_patch
    return operation.fault is None and check(entity, operation.f) is None


def names_of(*values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str) and is_name(value)]
