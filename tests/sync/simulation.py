"""Phones, a bad network, wrong clocks and restarts, all from one seed.

Each step one thing happens: somebody writes, a push leaves, arrives, arrives twice or is lost, one
frame of a pull comes in, a phone restarts, a clock jumps, a person changes desks.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sync import (
    PROTOCOL,
    SCHEMA,
    Digest,
    Exceptional,
    Mismatch,
    Operation,
    Push,
    PushAnswer,
    Refused,
    digest_of,
)
from tests.sync.organisation import Organisation, Person
from tests.sync.stage import DAY, HOUR, NOON, new_id
from tests.sync.stream import Frame, pull

DESKS = ("east", "west", "south")
SKEWS = (0, 0, 0, 90_000, -600_000, 3 * DAY, -3 * DAY, -NOON, 74 * 365 * DAY)
POISONS: tuple[dict[str, Any], ...] = (
    {"e": "nobody"},
    {"i": "not an id"},
    {"f": {"person_id": "nobody", "text": "x"}},
    {"f": {"text": [[[[[[[1]]]]]]]}},
    {"e": "person", "f": {"owner_id": "me"}},
)


class Held:
    """A pulled row on a phone."""

    def __init__(self, entity: str, version: int, scopes: list[str], body: dict[str, Any]) -> None:
        self.entity = entity
        self.version = version
        self.scopes = scopes
        self.body = body


class Phone:
    """One device: an outbox that survives everything, a cache that may be lost."""

    def __init__(self, device: str, person: Person, skew: int) -> None:
        self.device = device
        self.person = person
        self.skew = skew
        self.outbox: list[list[Operation]] = []
        self.own: list[str] = []
        self.n = 0
        self.outcomes: dict[int, Exceptional | None] = {}
        self.rows: dict[str, Held] = {}
        self.cursor: str | None = None
        self.stream: Iterator[Frame] | None = None
        self.digest: dict[str, Digest] = {}

    # Down

    def receive(self, frame: Frame) -> None:
        if frame.resync:
            self.rows.clear()
        for scope in frame.dropped:
            for id in list(self.rows):
                self.leave(scope, id)
        for entity, id, version, _, scopes, body in frame.rows:
            self.rows[id] = Held(entity, version, scopes, body)
        for scope, id in frame.gone:
            self.leave(scope, id)
        self.cursor = frame.cursor
        if frame.digest is not None:
            self.digest = frame.digest
            assert self.own_digest() == self.digest, f"{self.device} differs at the head"

    def leave(self, scope: str, id: str) -> None:
        held = self.rows.get(id)
        if held is None or scope not in held.scopes:
            return
        held.scopes.remove(scope)
        if not held.scopes:
            del self.rows[id]

    def own_digest(self) -> dict[str, Digest]:
        members: dict[str, list[tuple[str, str, int]]] = {scope: [] for scope in self.digest}
        for id, held in self.rows.items():
            for scope in held.scopes:
                members.setdefault(scope, []).append((held.entity, id, held.version))
        return {scope: digest_of(rows) for scope, rows in members.items()}

    # Up

    def take(self, push: Push, answer: PushAnswer) -> None:
        """What is answered leaves the outbox; an outcome once heard never changes."""
        assert not answer.gap, "the server missed something"
        by_number = {each.n: each for each in answer.exceptions}
        first, count = answer.done
        for n in range(first, first + count):
            assert self.outcomes.setdefault(n, by_number.get(n)) == by_number.get(n)
        self.outbox = [unit for unit in self.outbox if unit[0].n >= answer.next]


class Simulation:
    """Everything that happens follows from `seed`."""

    def __init__(self, seed: int, devices: int = 6) -> None:
        self.random = Random(seed)
        self.now = NOON
        self.organisation = Organisation()
        people = [
            Person("li"),
            Person("wu", desks=frozenset({"west"})),
            Person("chen", role="manager", desks=frozenset({"east", "west"})),
        ]
        self.phones = [
            Phone(f"phone{nth}", people[nth % len(people)], self.random.choice(SKEWS))
            for nth in range(devices)
        ]
        for phone in self.phones:
            self.organisation.enrol(phone.device, phone.person)
        self.wires: list[tuple[int, Phone, Push, bool]] = []
        self.written: dict[tuple[str, int], Operation] = {}
        self.steps = 0

    def run(self, steps: int) -> None:
        acts = (self.write, self.send, self.listen, self.disturb)
        for _ in range(steps):
            self.steps += 1
            self.now += self.random.choice((50, 2_000, 60_000))
            act = self.random.choices(acts, weights=(30, 25, 40, 2))[0]
            act(self.random.choice(self.phones))
            self.deliver()

    # Writing

    def write(self, phone: Phone) -> None:
        if len(phone.outbox) < 40:
            size = self.random.choice((1, 1, 1, 2, 3))
            phone.outbox.append([self.operation(phone) for _ in range(size)])

    def operation(self, phone: Phone) -> Operation:
        phone.n += 1
        kinds = (self.person, self.edit, self.visit, self.claim, self.poison)
        kind = self.random.choices(kinds, weights=(15, 45, 25, 8, 3))[0]
        held = [id for id, row in phone.rows.items() if row.entity == "person"] + phone.own[-3:]
        fields: dict[str, Any] = {
            "e": "person",
            "i": new_id(phone.device, phone.n),
            "t": self.now + phone.skew,
        }
        operation = Operation(n=phone.n, **{**fields, **kind(phone, held)})
        self.written[phone.device, phone.n] = operation
        return operation

    def person(self, phone: Phone, held: list[str]) -> dict[str, Any]:
        phone.own.append(new_id(phone.device, phone.n))
        return {"f": {**self.value(phone, "name"), "phone": str(self.random.randrange(60))}}

    def edit(self, phone: Phone, held: list[str]) -> dict[str, Any]:
        if not held:
            return self.person(phone, held)
        id = self.random.choice(held)
        base = phone.rows[id].version if id in phone.rows else 0
        names = self.random.sample(["name", "note", "source", "tags", "desk"], 2)
        fields: dict[str, Any] = {}
        for name in names:
            fields |= self.value(phone, name)
        return {"i": id, "b": base, "f": fields}

    def value(self, phone: Phone, name: str) -> dict[str, Any]:
        if name == "desk":
            return {"desk": self.random.choice(DESKS)} if self.random.random() < 0.1 else {}
        if name == "tags":
            tag = self.random.choice(("urgent", "old", "new", "far"))
            return {"tags": {self.random.choice(("add", "remove")): [tag]}}
        return {name: f"{phone.device}/{phone.n}"}

    def visit(self, phone: Phone, held: list[str]) -> dict[str, Any]:
        if not held:
            return self.person(phone, held)
        text = "refuse me" if self.random.random() < 0.05 else f"{phone.device}/{phone.n}"
        return {"e": "visit", "f": {"person_id": self.random.choice(held), "text": text}}

    def claim(self, phone: Phone, held: list[str]) -> dict[str, Any]:
        if not held:
            return self.person(phone, held)
        fields = {"person_id": self.random.choice(held)}
        if self.random.random() < 0.5:
            return {"e": "taking", "f": fields}
        return {"e": "handover", "f": {**fields, "to_id": self.random.choice(("li", "wu", "chen"))}}

    def poison(self, phone: Phone, held: list[str]) -> dict[str, Any]:
        return {"e": "visit", "f": {}, **self.random.choice(POISONS)}

    # The network

    def send(self, phone: Phone) -> None:
        """One in six is lost, one in six arrives twice, and what is late arrives out of order."""
        if not phone.outbox:
            return
        units = phone.outbox[: self.random.randrange(1, 8)]
        heard = self.organisation.enrolments[phone.device].contact_at
        push = Push(PROTOCOL, SCHEMA, phone.device, self.now + phone.skew, units, heard)
        for _ in range(self.random.choice((0, 1, 1, 1, 1, 2))):
            late = self.random.choice((0, 0, 1, 5, 40))
            self.wires.append((self.steps + late, phone, push, self.random.random() < 0.8))

    def deliver(self) -> None:
        arrived = [wire for wire in self.wires if wire[0] <= self.steps]
        self.wires = [wire for wire in self.wires if wire[0] > self.steps]
        self.random.shuffle(arrived)
        for _, phone, push, is_answered in arrived:
            answer = self.organisation.push(push, self.now)
            assert not any(isinstance(each, Mismatch) for each in answer.exceptions)
            if is_answered:
                phone.take(push, answer)

    def listen(self, phone: Phone) -> None:
        """One frame of a pull, or the cut of its connection."""
        if phone.stream is None:
            phone.stream = pull(self.organisation, phone.person, phone.device, phone.cursor)
        frame = next(phone.stream, None)
        if frame is None or self.random.random() < 0.05:
            phone.stream = None
        else:
            phone.receive(frame)

    def disturb(self, phone: Phone) -> None:
        kind = self.random.choice(("restart", "wipe", "clock", "desks"))
        if kind == "desks":
            desks = self.random.sample(DESKS, self.random.randrange(1, 3))
            phone.person.desks = frozenset(desks)
        elif kind == "clock":
            phone.skew += self.random.choice((-DAY, -HOUR, 7_000, HOUR, DAY))
        else:
            phone.stream = None
        if kind == "wipe":
            phone.rows.clear()
            phone.cursor = None

    # The end

    def settle(self) -> None:
        """The network heals: everything is pushed, everything is pulled."""
        self.wires = []
        for phone in self.phones:
            phone.stream = None
            while phone.outbox:
                self.now += 1_000
                units = phone.outbox[:20]
                push = Push(PROTOCOL, SCHEMA, phone.device, self.now + phone.skew, units)
                phone.take(push, self.organisation.push(push, self.now))
        for phone in self.phones:
            for frame in pull(self.organisation, phone.person, phone.device, phone.cursor):
                phone.receive(frame)

    def check(self) -> None:
        assert self.organisation.digests == self.organisation.recompute()
        self.check_phones()
        self.check_accepted()

    def check_phones(self) -> None:
        """Each phone holds exactly the rows of its person's scopes, as the server has them."""
        rows = self.organisation.rows()
        for phone in self.phones:
            mine = phone.person.scopes
            expected = {r.id: (r.seq, r.body) for r in rows if any(s in mine for s in r.scopes)}
            held = {id: (row.version, row.body) for id, row in phone.rows.items()}
            assert held == expected, f"{phone.device} holds other rows"

    def check_accepted(self) -> None:
        """Every accepted value is current or in history; everything refused is kept."""
        history: dict[tuple[str, str], list[Any]] = {}
        for row_id, field, value, _ in self.organisation.history:
            history.setdefault((row_id, field), []).append(value)
        refusals = {(r.device, r.body["seq"]) for r in self.organisation.rows("refusal")}
        for device, operation, outcome in self.judged():
            if isinstance(outcome, Refused):
                assert (device, operation.n) in refusals
            else:
                self.check_kept(operation, history)

    def check_kept(self, operation: Operation, history: dict[tuple[str, str], list[Any]]) -> None:
        row = self.organisation.row(operation.i)
        for field, value in operation.f.items():
            past = history.get((row.id, field), [])
            if field == "tags":
                offered = [tag for each in past if isinstance(each, list) for tag in each]
                known = [*row.body.get("tags", []), *past, *offered]
                assert all(tag in known for tag in value.get("add", [])), (operation, row)
            else:
                assert value == row.body.get(field) or value in past, (operation, row)

    def judged(self) -> Iterator[tuple[str, Operation, Exceptional | None]]:
        for (device, n), operation in self.written.items():
            yield device, operation, self.organisation.enrolments[device].log[n][1]
