"""A phone of the tests: numbers its operations and sends them to the model."""

from __future__ import annotations

from typing import Any

from sync import PROTOCOL, SCHEMA, Exceptional, Operation, Push, PushAnswer
from tests.sync.organisation import Organisation, Person
from tests.sync.stage import NOON, new_id


class Hand:
    """One device in one hand. `skew` is how far its clock runs ahead of the server's, in ms."""

    def __init__(
        self, organisation: Organisation, person: Person, device: str = "", skew: int = 0
    ) -> None:
        self.organisation = organisation
        self.device = device or f"{person.staff_id}-phone"
        self.enrolment = organisation.enrol(self.device, person)
        self.skew = skew
        self.n = 0

    def create(self, entity: str, id: str = "", at: int = NOON, **fields: Any) -> Operation:
        self.n += 1
        name = id or new_id(self.device, self.n)
        return Operation(n=self.n, e=entity, i=name, f=fields, t=at + self.skew)

    def patch(
        self, id: str, base: int, at: int = NOON, cites: str | None = None, **fields: Any
    ) -> Operation:
        self.n += 1
        return Operation(n=self.n, e="person", i=id, f=fields, t=at + self.skew, b=base, x=cites)

    def push(self, *units: Operation | list[Operation], now: int = NOON) -> PushAnswer:
        wrapped = [unit if isinstance(unit, list) else [unit] for unit in units]
        return self.organisation.push(self.envelope(wrapped, now), now)

    def envelope(self, units: list[list[Operation]], now: int) -> Push:
        return Push(PROTOCOL, SCHEMA, self.device, now + self.skew, units)

    def send(self, *units: Operation | list[Operation], now: int = NOON) -> list[Exceptional]:
        """Push, and say only what was not plainly applied."""
        return self.push(*units, now=now).exceptions

    def add_person(self, at: int = NOON, **fields: Any) -> str:
        operation = self.create("person", at=at, **fields)
        assert self.send(operation, now=at) == []
        return operation.i
