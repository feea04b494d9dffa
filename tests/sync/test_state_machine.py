"""The protocol against small models of it, whatever the steps (laws 5, 9, 12, 13, 16)."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync import PROTOCOL, SCHEMA, Mismatch, Operation, Push
from tests.sync.organisation import Organisation, Person
from tests.sync.phone import Hand
from tests.sync.stage import NOON, creation, new_id
from tests.sync.stream import pull

DEVICES = 4
TAGS = ("a", "b", "c")
devices = st.integers(0, DEVICES - 1)


class Cell(NamedTuple):
    """A field as the model has it: its value and when and by whom it was written."""

    value: str
    at: int
    device: str
    version: int

    def is_unseen(self, base: int, device: str) -> bool:
        return self.version > base and self.device != device


class Model:
    """One person's note (register), source (first) and tags (set), by section 7 of the page."""

    def __init__(self, at: int, device: str, version: int) -> None:
        self.note = Cell("", at, device, version)
        self.source = ""
        self.tags: dict[str, dict[str, int]] = {}
        self.past: set[tuple[str, str]] = set()

    def write_note(self, value: str, at: int, device: str, base: int, version: int) -> None:
        held = self.note
        is_concurrent = held.is_unseen(base, device)
        new = Cell(value, at if is_concurrent else max(at, held.at + 1), device, version)
        wins = not is_concurrent or (new.at, device) >= (held.at, held.device)
        winner, loser = (new, held) if wins else (held, new)
        if winner.value != loser.value:
            self.past.add(("note", loser.value))
        self.note = winner

    def write_source(self, value: str) -> None:
        if self.source and self.source != value:
            self.past.add(("source", value))
        self.source = self.source or value

    def change_tags(
        self, add: list[str], remove: list[str], device: str, base: int, version: int
    ) -> None:
        for tag in set(remove) - set(add):
            added = self.tags.get(tag, {})
            left = {who: when for who, when in added.items() if who != device and when > base}
            if added and not left:
                self.past.add(("tags", tag))
            self.tags[tag] = left
        for tag in add:
            self.tags.setdefault(tag, {})[device] = version


class Edit(NamedTuple):
    operation: Operation
    at: int


class OnePerson(RuleBasedStateMachine):
    """Four phones edit one profile; each knows the version that it saw last."""

    @initialize()
    def begin(self) -> None:
        self.now = NOON
        self.organisation = Organisation()
        person = Person("li")
        self.hands = [Hand(self.organisation, person, f"d{nth}") for nth in range(DEVICES)]
        self.id = self.hands[0].add_person(at=self.now)
        born = self.row.seq
        self.model = Model(self.now, "d0", born)
        self.seen = [born] * DEVICES
        self.outboxes: list[list[Edit]] = [[] for _ in range(DEVICES)]
        self.serial = 0

    @property
    def row(self) -> Any:
        return self.organisation.row(self.id)

    @rule(minutes=st.integers(1, 90))
    def wait(self, minutes: int) -> None:
        self.now += minutes * 60_000

    @rule(nth=devices)
    def look(self, nth: int) -> None:
        self.seen[nth] = self.row.seq

    @rule(nth=devices, is_common=st.booleans())
    def write_note(self, nth: int, is_common: bool) -> None:
        self.write(nth, note="the same" if is_common else self.word())

    @rule(nth=devices)
    def write_source(self, nth: int) -> None:
        self.write(nth, source=self.word())

    @rule(
        nth=devices,
        add=st.lists(st.sampled_from(TAGS), max_size=2, unique=True),
        remove=st.lists(st.sampled_from(TAGS), max_size=2, unique=True),
    )
    def change_tags(self, nth: int, add: list[str], remove: list[str]) -> None:
        self.write(nth, tags={"add": add, "remove": remove})

    def word(self) -> str:
        self.serial += 1
        return f"w{self.serial}"

    def write(self, nth: int, **fields: Any) -> None:
        self.now += 1
        operation = self.hands[nth].patch(self.id, self.seen[nth], at=self.now, **fields)
        self.outboxes[nth].append(Edit(operation, self.now))

    @rule(nth=devices, times=st.integers(1, 2))
    def send(self, nth: int, times: int) -> None:
        """One unit after the other; what arrives twice changes nothing."""
        hand, edits = self.hands[nth], self.outboxes[nth]
        self.outboxes[nth] = []
        for edit in edits:
            outcomes = hand.push(edit.operation, now=self.now).exceptions
            self.apply(nth, edit)
            for _ in range(times - 1):
                before = self.organisation.head
                assert hand.push(edit.operation, now=self.now).exceptions == outcomes
                assert self.organisation.head == before

    def apply(self, nth: int, edit: Edit) -> None:
        device, base, version = f"d{nth}", edit.operation.b or 0, self.row.seq
        for field, value in edit.operation.f.items():
            if field == "note":
                self.model.write_note(value, edit.at, device, base, version)
            elif field == "source":
                self.model.write_source(value)
            else:
                self.model.change_tags(value["add"], value["remove"], device, base, version)

    @invariant()
    def the_row_is_as_the_model_says(self) -> None:
        body = self.row.body
        assert body.get("note", "") == self.model.note.value
        assert body.get("source", "") == self.model.source
        assert body.get("tags", []) == sorted(tag for tag, by in self.model.tags.items() if by)

    @invariant()
    def what_did_not_stay_is_in_the_history(self) -> None:
        kept = {(each.field, each.value or "") for each in self.organisation.history}
        assert self.model.past <= kept

    @invariant()
    def whoever_pulls_has_the_row_and_the_digest(self) -> None:
        frames = list(pull(self.organisation, Person("li"), "d0", None))
        rows = {id: version for frame in frames for _, id, version, *_ in frame.rows}
        assert rows[self.id] == self.row.seq
        assert frames[-1].digest == {
            scope: self.organisation.recompute().get(scope, digest)
            for scope, digest in (frames[-1].digest or {}).items()
        }


class OneOutbox(RuleBasedStateMachine):
    """Two copies of one phone share an identity; the network loses, repeats and delays. The model
    is a list: the content that came first under each number."""

    @initialize()
    def begin(self) -> None:
        self.organisation = Organisation()
        self.hand = Hand(self.organisation, Person("li"), "phone")
        self.person = self.hand.add_person()
        self.accepted: list[str] = [self.person]
        self.copies: list[list[Operation]] = [[], []]
        self.late: list[list[Operation]] = []
        self.serial = 0

    @rule(nth=st.integers(0, 1))
    def write(self, nth: int) -> None:
        self.serial += 1
        id = new_id("visit", nth, self.serial)
        copy = self.copies[nth]
        n = copy[-1].n + 1 if copy else 2
        copy.append(creation(n, "visit", id, person_id=self.person, text=str(self.serial)))

    @precondition(lambda self: any(self.copies))
    @rule(nth=st.integers(0, 1), first=st.integers(0, 5), count=st.integers(1, 4))
    def send(self, nth: int, first: int, count: int) -> None:
        """From any place on: too early a one is a gap, too late a one is answered as before."""
        self.deliver(self.copies[nth][first : first + count])

    @precondition(lambda self: any(self.copies))
    @rule(nth=st.integers(0, 1), count=st.integers(1, 4))
    def delay(self, nth: int, count: int) -> None:
        self.late.append(self.copies[nth][:count])

    @precondition(lambda self: self.late)
    @rule(nth=st.integers(0, 9))
    def arrive_late(self, nth: int) -> None:
        self.deliver(self.late[nth % len(self.late)])

    def deliver(self, operations: list[Operation]) -> None:
        if not operations:
            return
        expected = len(self.accepted) + 1
        units = [[operation] for operation in operations]
        answer = self.organisation.push(Push(PROTOCOL, SCHEMA, "phone", NOON, units), NOON)
        mismatched = {each.n for each in answer.exceptions if isinstance(each, Mismatch)}
        is_gap = operations[0].n > expected
        for operation in operations:
            if is_gap:
                continue
            if operation.n > len(self.accepted):
                self.accepted.append(operation.i)
            assert (operation.n in mismatched) == (self.accepted[operation.n - 1] != operation.i)
        assert answer.gap == is_gap
        assert answer.next == len(self.accepted) + 1
        assert answer.done == (operations[0].n, 0 if is_gap else len(operations))

    @invariant()
    def each_number_had_its_effect_once(self) -> None:
        visits = self.organisation.rows("visit")
        assert sorted(row.id for row in visits) == sorted(self.accepted[1:])
        assert self.organisation.row(self.person).body["visits"] == len(visits)


steady = settings(max_examples=40, stateful_step_count=30)
TestOnePerson = OnePerson.TestCase
TestOnePerson.settings = steady
TestOneOutbox = OneOutbox.TestCase
TestOneOutbox.settings = steady
