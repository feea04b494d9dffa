"""What there is in units of work."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sync import Operation, operation_hash
from tests.simulation.phone import Unit


def operations_of(units: Iterable[Unit]) -> Iterable[Operation]:
    return (msgspec.convert(each, Operation) for unit in units for each in unit)


def names_in(units: Iterable[Unit]) -> set[str]:
    """Ids of the rows that this work is about."""
    names: set[str] = set()
    for each in (each for unit in units for each in unit):
        names.add(each["i"])
        names.update(value for value in each["f"].values() if isinstance(value, str))
    return names


def hashes_of(units: Iterable[Unit]) -> set[bytes]:
    return {operation_hash(each) for each in operations_of(units)}
