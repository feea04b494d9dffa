"""A phone at work: its numbers, its connection, and what it holds."""

import gzip
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from tests.bench.replica import Frame, Replica, require
from tests.bench.stage import Client, Phone, Stage, now_ms, pack

Operation = dict[str, Any]
PUSH_OPERATIONS = 2_000
GZIP_LEVEL = 6
"""What browsers' CompressionStream does."""


class Device:
    def __init__(self, stage: Stage, phone: Phone) -> None:
        self.phone = phone
        self.client = Client(stage.config.port)
        self.replica = Replica()
        self.next_seq = 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.client.close()

    def pack(self, units: list[list[Operation]]) -> list[bytes]:
        """The pushes of these units, as they travel."""
        bodies = []
        for some in cut(units):
            body = pack(self.phone, self.next_seq, some)
            self.next_seq += sum(map(len, some))
            bodies.append(gzip.compress(body, GZIP_LEVEL))
        return bodies

    def send(self, bodies: Iterable[bytes]) -> list[dict[str, Any]]:
        """Sends pushes one after the other; what was not plainly applied, by operation."""
        answers = [self.client.send(self.phone, body) for body in bodies]
        require(not answers or answers[-1]["next"] == self.next_seq, "operations are missing")
        return [each for answer in answers for each in answer.get("except", ())]

    def push(self, units: list[list[Operation]]) -> None:
        """Sends what has to be applied plainly."""
        self.send_plainly(self.pack(units))

    def send_plainly(self, bodies: Iterable[bytes]) -> None:
        exceptions = self.send(bodies)
        require(not exceptions, f"not plainly applied: {exceptions[:3]}")

    def fetch(self) -> list[Frame]:
        return self.client.pull(self.phone, self.replica.cursor)

    def pull(self) -> int:
        """Takes everything up to the head; the rows that came."""
        frames = self.fetch()
        self.replica.apply(frames)
        return sum(len(frame.rows) for frame in frames)


def cut(units: list[list[Operation]]) -> Iterable[list[list[Operation]]]:
    """As many units as fit in a push; units are never split."""
    some: list[list[Operation]] = []
    for unit in units:
        if sum(map(len, some)) + len(unit) > PUSH_OPERATIONS:
            yield some
            some = []
        some.append(unit)
    if some:
        yield some


def create(entity: str, id: str, fields: dict[str, Any], at: int | None = None) -> Operation:
    return {"e": entity, "i": id, "f": fields, "t": at or now_ms()}


def patch(id: str, fields: dict[str, Any], base: int, at: int | None = None) -> Operation:
    return {**create("customer", id, fields, at), "b": base}
