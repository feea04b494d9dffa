"""A model of the server: judges with the real judge, keeps rows as bytes between transactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from sync import (
    PENDING,
    PROTOCOL,
    Author,
    Digest,
    Exceptional,
    Key,
    Ledger,
    Mismatch,
    Operation,
    Push,
    PushAnswer,
    Row,
    Timing,
    combine,
    desk_scope,
    digest_of,
    find_reading,
    judge,
    lanes,
    move,
    operation_hash,
    staff_scope,
)
from tests.sync.stage import ENTITIES

_row = msgspec.json.Decoder(Row)


class Person(msgspec.Struct):
    """A member of staff, as their rights stand now."""

    staff_id: str
    role: str = "rep"
    desks: frozenset[str] = frozenset({"east"})

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(sorted({staff_scope(self.staff_id), *map(desk_scope, self.desks)}))


class Enrolment(msgspec.Struct):
    """A device as the server knows it: what it expects next, and when it was last heard."""

    device: str
    person: Person
    next_seq: int = 1
    contact_at: int | None = None
    contact_seq: int = 0
    skew: int | None = None
    log: dict[int, tuple[bytes, Exceptional | None]] = msgspec.field(default_factory=dict)


class Kept(NamedTuple):
    """One entry of the field history."""

    row_id: str
    field: str
    value: Any
    why: str


class Organisation:
    """Rows, feed, digests and the operation log of one organisation."""

    def __init__(self) -> None:
        self.head = 0
        self.stored: dict[str, bytes] = {}
        self.trees: dict[str, list[str]] = {}
        self.keys: dict[Key, str] = {}
        self.aliases: dict[str, str] = {}
        self.history: list[Kept] = []
        self.feed: dict[str, dict[str, int]] = {}
        self.evictions: dict[tuple[str, str], tuple[str, int]] = {}
        self.digests: dict[str, Digest] = {}
        self.enrolments: dict[str, Enrolment] = {}

    # Looking

    def row(self, id: str) -> Row:
        return _row.decode(self.stored[self.resolve(id)])

    def rows(self, entity: str | None = None) -> list[Row]:
        """What is there, tombstones left out."""
        rows = [_row.decode(held) for held in self.stored.values()]
        return [row for row in rows if entity in (None, row.entity) and not row.deleted]

    def resolve(self, id: str) -> str:
        while id in self.aliases:
            id = self.aliases[id]
        return id

    def recompute(self) -> dict[str, Digest]:
        """The digest of every scope, from the rows alone."""
        members: dict[str, list[tuple[str, str, int]]] = {scope: [] for scope in self.digests}
        for row in self.rows():
            for scope in row.scopes:
                members.setdefault(scope, []).append((row.entity, row.id, row.seq))
        return {scope: digest_of(rows) for scope, rows in members.items()}

    # Pushing

    def enrol(self, device: str, person: Person) -> Enrolment:
        self.enrolments[device] = Enrolment(device, person)
        return self.enrolments[device]

    def push(self, push: Push, now: int) -> PushAnswer:
        device = self.enrolments[push.device]
        sent = [operation for unit in push.units for operation in unit]
        expected = device.next_seq
        known = [operation for operation in sent if operation.n < expected]
        outcomes = [outcome for each in known if (outcome := replay(device, each))]
        fresh = [unit for unit in push.units if unit[0].n >= expected]
        gap = bool(fresh) and fresh[0][0].n != expected
        count = 0 if gap else sum(map(len, fresh))
        if count:
            outcomes += self.settle(device, fresh, push, now)
        first = sent[0].n if sent else expected
        done = (first, len(known) + count)
        return PushAnswer(PROTOCOL, now, device.next_seq, done, now, outcomes, gap)

    def settle(
        self, device: Enrolment, units: list[list[Operation]], push: Push, now: int
    ) -> list[Exceptional]:
        ledger = self.open(units, now)
        timing = Timing(now, push.sent_at, device.contact_at, device.skew)
        exceptions = judge(units, ledger, self.author(device, ledger), timing)
        self.publish(ledger)
        by_number = {each.n: each for each in exceptions}
        for unit in units:
            for each in unit:
                device.log[each.n] = (operation_hash(each), by_number.get(each.n))
                device.next_seq = each.n + 1
        device.contact_at, device.contact_seq, device.skew = now, self.head, timing.skew
        return exceptions

    def author(self, device: Enrolment, ledger: Ledger) -> Author:
        person = device.person
        mine = frozenset(person.scopes)
        lost = {
            id
            for (scope, id), (_, seq) in self.evictions.items()
            if scope in mine and seq > device.contact_seq
        }
        return Author(
            staff_id=person.staff_id,
            role=person.role,
            device=device.device,
            scopes=mine,
            recent=frozenset(lost),
        )

    # Loading

    def open(self, units: Iterable[Iterable[Operation]], now: int) -> Ledger:
        ledger = Ledger("acme", now, ENTITIES, self.head)
        reading = find_reading([each for unit in units for each in unit], ENTITIES)
        self.load(ledger, reading.wanted.ids, reading.wanted.keys)
        return ledger

    def load(self, ledger: Ledger, ids: Iterable[str], keys: Iterable[Key]) -> None:
        wanted = list(ids)
        for key in keys:
            ledger.put_key(key, self.keys.get(key))
            wanted += [self.keys[key]] if key in self.keys else []
        for id in wanted:
            target = self.resolve(id)
            if target != id:
                ledger.put_alias(id, target)
            if ledger.has_loaded(target):
                continue
            if target not in self.stored:
                ledger.put_absent(target)
                continue
            row = self.row(target)
            ledger.put_loaded(row)
            around = ENTITIES[row.entity].neighbours(row, frozenset())
            self.load(ledger, [row.root, *around.ids], around.keys)

    # Publishing

    def publish(self, ledger: Ledger) -> None:
        self.place(ledger)
        for row in ledger.touched.values():
            self.head += 1
            self.write(row, ledger)
        for key, holder in ledger.changed_keys.items():
            if holder is None:
                self.keys.pop(key, None)
            else:
                self.keys[key] = holder
        self.aliases |= ledger.new_aliases
        self.history += [
            Kept(each.row.id, each.kept.field, each.kept.value, each.why) for each in ledger.history
        ]

    def place(self, ledger: Ledger) -> None:
        for row in list(ledger.touched.values()):
            if row.root == row.id and place_row(row, row) and row.id in ledger.stored:
                for id in self.trees[row.id]:
                    ledger.put_loaded(self.row(id))
        for row in list(ledger.loaded()):
            if row.root != row.id:
                root = ledger.row(row.root)
                assert root is not None
                if place_row(row, root):
                    ledger.touched[row.id] = row

    def write(self, row: Row, ledger: Ledger) -> None:
        assert row.id in ledger.stored or row.id not in self.stored, "a row created twice"
        before = ledger.stored.get(row.id)
        if before is not None:
            self.take_out(row, before.seq, before.scopes)
        number(row, self.head)
        for scope in move(before.scopes if before else (), row.scopes).evicted:
            self.evictions[scope, row.id] = (row.entity, row.seq)
        for scope in row.scopes:
            self.evictions.pop((scope, row.id), None)
            self.feed.setdefault(scope, {})[row.id] = row.seq
            change = Digest(1, *lanes(row.entity, row.id, row.seq))
            self.digests[scope] = combine(self.digests.get(scope, Digest()), change)
        if row.id not in self.stored:
            self.trees.setdefault(row.root, []).append(row.id)
        self.stored[row.id] = msgspec.json.encode(row)

    def take_out(self, row: Row, seq: int, scopes: Sequence[str]) -> None:
        hi, lo = lanes(row.entity, row.id, seq)
        for scope in scopes:
            del self.feed[scope][row.id]
            self.digests[scope] = combine(self.digests[scope], Digest(-1, -hi, -lo))


def replay(device: Enrolment, operation: Operation) -> Exceptional | None:
    known, outcome = device.log[operation.n]
    return outcome if known == operation_hash(operation) else Mismatch(operation.n)


def place_row(row: Row, root: Row) -> bool:
    before, entity = row.scopes, ENTITIES[row.entity]
    row.scopes = entity.scopes_of(row, root)
    row.part = entity.part(row)
    return row.scopes != before


def number(row: Row, seq: int) -> None:
    row.seq = seq
    row.born = seq if row.born == PENDING else row.born
    row.stamps = {
        name: stamp._replace(version=seq) if stamp.version == PENDING else stamp
        for name, stamp in row.stamps.items()
    }
