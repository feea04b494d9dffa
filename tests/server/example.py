"""Fields that fit an entity's shape, made from the shape alone, so that a new entity needs no
example here unless its own rules ask for more."""

import re
from typing import Any

import msgspec
from msgspec import inspect

from sync import Entity
from tests.server.deeds import CONSENTS, follow_up

# What rules ask for beyond the shape.
MORE: dict[str, dict[str, Any]] = {
    "arrival": {"consents": CONSENTS, "phone": "13900000009"},
    "consent": {"purpose": "service", "version": "service-1"},
    "script": {"zh": "按您说的做了两套"},
    "store_point": {"fence_m": 150},
    "snooze": {"until": 1_795_410_000_000},
    "follow_up": {k: v for k, v in follow_up("").items() if k != "customer_id"},
}
PATTERNS = ("a" * 64, "a" * 36, "2026-11-23", "0" * 6)


def example_of(entity: Entity) -> dict[str, Any]:
    """A creation's fields; those that are optional are left out, names of rows are texts."""
    assert entity.shape is not None
    return {**struct(inspect.type_info(entity.shape)), **MORE.get(entity.name, {})}


def struct(kind: inspect.Type) -> dict[str, Any]:
    assert isinstance(kind, inspect.StructType)
    return {field.encode_name: value(field.type) for field in kind.fields if field.required}


def value(kind: inspect.Type) -> Any:
    match kind:
        case inspect.StrType():
            return text(kind)
        case inspect.IntType() | inspect.FloatType():
            return kind.ge if kind.ge is not None else 1
        case inspect.BoolType():
            return False
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.ListType():
            return [value(kind.item_type)] * (kind.min_length or 0)
        case inspect.DictType():
            return {}
        case inspect.StructType():
            return struct(kind)
        case inspect.UnionType():
            return value(kind.types[0])
        case inspect.Metadata():
            return value(kind.type)
    raise AssertionError(f"say in `value` what a {kind} looks like")


def text(kind: inspect.StrType) -> str:
    if kind.pattern is None:
        return "x" * max(kind.min_length or 0, 1)
    return next(each for each in PATTERNS if re.search(kind.pattern, each))


def id_fields(entity: Entity) -> list[str]:
    """Fields that name a row: those the judge follows, and whatever is called …_id."""
    assert entity.shape is not None
    names = [field.encode_name for field in msgspec.structs.fields(entity.shape)]
    followed = {*entity.parent, *entity.references}
    return [name for name in names if name in followed or name.endswith("_id")]
