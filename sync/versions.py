"""Schemas that were released, and how the operations of an older one are read by a newer server
(law 31). An old phone is never locked out with work inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from sync.errors import Malformed, NewerSchema

if TYPE_CHECKING:
    from sync.wire import Operation, Push

SCHEMA = 1

Step = Callable[["Operation"], "Operation"]
"""Makes an operation of one schema one of the next: the same, or another with `replace`."""

replace = msgspec.structs.replace


class Versions(msgspec.Struct, frozen=True):
    """`steps[n]` raises from schema n to n + 1: one for every released schema but the newest."""

    newest: int = SCHEMA
    steps: Mapping[int, Step] = msgspec.field(default_factory=dict)

    def raised(self, push: Push) -> Push:
        """The push in the newest schema. Each operation keeps the hash of what was sent."""
        if push.schema > self.newest:
            raise NewerSchema
        if push.schema == self.newest:
            return push
        self.step_from(push.schema)  # Also where nothing is to be raised.
        units = [[self.raise_one(each, push.schema) for each in unit] for unit in push.units]
        return replace(push, schema=self.newest, units=units)

    def raise_one(self, operation: Operation, schema: int) -> Operation:
        raised = operation
        for each in range(schema, self.newest):
            raised = self.step_from(each)(raised)
        if raised is not operation:
            # What names an operation for ever is what its phone holds, not how it is read today.
            raised.__dict__["sent"] = operation.content
        return raised

    def step_from(self, schema: int) -> Step:
        if schema not in self.steps:
            raise Malformed(f"schema {schema} was never released")
        return self.steps[schema]


RELEASED = Versions()
"""Every schema there was. Nothing is to be raised yet: the first is the newest."""
