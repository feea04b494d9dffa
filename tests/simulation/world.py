"""Phones, people, a bad network and one server, all from one seed.

Each step one thing happens: see `ACTS`. Then whatever the network was carrying arrives, if it does.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeVar

import msgspec

from server.errors import Forbidden, Unauthenticated
from sync import Operation, operation_hash
from tests.cast import PEOPLE, found_xinju
from tests.simulation.desk import Desk
from tests.simulation.driver import Crash
from tests.simulation.exchange import Exchange, Standing
from tests.simulation.phone import Disk, Phone, Unit, squeeze
from tests.simulation.work import hashes_of, names_in, operations_of

T = TypeVar("T")
BEGIN = 1_795_400_000_000
"""23 November 2026, 10:13 at the store, in ms."""
HOUR, DAY = 3_600_000, 24 * 3_600_000
SKEWS = (0, 0, 0, 90_000, -600_000, 3 * DAY, -3 * DAY, 5_000 - BEGIN, 73 * 365 * DAY)
"""Right, a little wrong, days wrong, at 1970, about 2100."""
OWNERS = ("bo", "bo", "lin", "lin", "chen", "wu", "xia", "qiao")
LONGEST_OUTBOX = 30
PATIENCE = 25
"""Steps after which a phone stops waiting for an answer."""


class Wire(NamedTuple):
    """Something on its way: to the server, or an answer to attempt `attempt` of a phone's life."""

    due: int
    phone: Phone
    life: int
    attempt: int
    body: bytes
    credential: str = ""
    encoding: str = ""
    is_answered: bool = True


class Hand(msgspec.Struct):
    """What is in a phone's memory and lost when it restarts; and its person's luck with it."""

    life: int = 0
    attempt: int = 0
    sent: int | None = None
    stream: AsyncIterator[bytes] | None = None
    rights: list[str] = []
    offline_until: int = 0
    backup: Disk | None = None


class World:
    """Everything that happens follows from `seed`."""

    def __init__(self, seed: int, path: Path) -> None:
        self.random = Random(seed)
        self.now = BEGIN
        self.steps = 0
        self.counts: Counter[str] = Counter()
        self.exchange = Exchange(path, lambda: self.now)
        self.desk = Desk(self.random)
        self.standings = {
            who: Standing(role, stores, accepts)
            for who, (_, role, stores, accepts, _) in PEOPLE.items()
        }
        self.phones: list[Phone] = []
        self.hands: dict[Phone, Hand] = {}
        self.requests: list[Wire] = []
        self.answers: list[Wire] = []
        self.written: dict[tuple[str, int, bytes], Operation] = {}
        self.lost: set[bytes] = set()
        # What was written to one of these may have been of a record that was erased since.
        self.parted: set[str] = set()
        self.outcomes: dict[tuple[str, int], Any] = {}
        # What the server said before it was put back, and knows no more.
        self.former: dict[tuple[str, int], list[Any]] = defaultdict(list)
        # Of two phones with one name neither can know what a server lost of the other's.
        self.doubtful: set[str] = set()
        # What the server's backup says of people.
        self.former_standings: dict[str, Standing] = {}

    async def begin(self) -> None:
        await self.exchange.restart()
        await self.exchange.database.transact(lambda each: found_xinju(each, self.now))
        self.tell_desk()
        for person in OWNERS:
            await self.add_phone(person)

    def tell_desk(self) -> None:
        self.desk.stores = {who: each.stores for who, each in self.standings.items()}
        self.desk.roles = {who: each.role for who, each in self.standings.items()}

    async def run(self, steps: int, acts: dict[Act, int]) -> None:
        names, weights = list(acts), list(acts.values())
        for _ in range(steps):
            self.steps += 1
            self.now += self.random.choice((50, 2_000, 60_000))
            await self.random.choices(names, weights)[0](self)
            await self.deliver()

    # Phones

    async def add_phone(self, person: str) -> Phone:
        device = self.desk.id()
        credential, cookie = await self.served(lambda: self.exchange.enrol(person, device))
        phone = Phone(person, Disk(device, credential, cookie), self.random.choice(SKEWS))
        self.keep(phone)
        return phone

    def keep(self, phone: Phone) -> None:
        self.phones.append(phone)
        self.hands[phone] = Hand()

    def pick(self) -> tuple[Phone, Hand]:
        phone = self.random.choice(self.phones)
        return phone, self.hands[phone]

    def is_online(self, phone: Phone) -> bool:
        return self.hands[phone].offline_until <= self.steps

    async def forget(self, phone: Phone) -> None:
        """Its memory is gone: what it waited for will find nobody."""
        hand = self.hands[phone]
        hand.life += 1
        hand.sent = None
        await self.cut(hand)

    async def cut(self, hand: Hand) -> None:
        if hand.stream is not None:
            await hand.stream.aclose()  # type: ignore[attr-defined]
            hand.stream = None

    async def take_new_identity(self, phone: Phone) -> None:
        device = self.desk.id()
        credential, cookie = await self.served(lambda: self.exchange.enrol(phone.person, device))
        phone.be_reborn(device, credential, cookie)
        self.note_written(phone, phone.disk.outbox)
        await self.forget(phone)
        self.counts["rebirth"] += 1

    async def enrol_again(self, phone: Phone) -> None:
        """The server was put back to before it knew this device."""
        disk = phone.disk
        keys = await self.served(lambda: self.exchange.enrol(phone.person, disk.device))
        disk.credential, disk.cookie = keys
        self.counts["enrolled again"] += 1

    async def replace(self, phone: Phone) -> None:
        """A phone that was turned away for ever is wiped and enrolled anew."""
        self.note_lost(phone.work)
        phone.revoked, phone.needs_identity = None, False
        device = self.desk.id()
        keys = await self.served(lambda: self.exchange.enrol(phone.person, device))
        phone.disk = Disk(device, *keys)
        await self.forget(phone)
        self.hands[phone] = Hand(life=self.hands[phone].life)
        self.counts["wiped after revocation"] += 1

    # The server

    async def served(self, work: Callable[[], Awaitable[T]]) -> T:
        """The server's work, done again by the next process where this one died of it."""
        try:
            return await work()
        except Crash:
            await self.revive()
            return await work()

    async def revive(self) -> None:
        """The next process: streams and answers of the last one are gone with it."""
        self.counts["crash"] += 1
        self.answers.clear()
        for phone in self.phones:
            await self.cut(self.hands[phone])
        await self.exchange.restart()

    # Writing

    def write(self, phone: Phone, unit: Unit) -> None:
        self.note_lost(phone.save(unit, self.now))
        self.note_written(phone, phone.disk.outbox[-1:])

    def note_written(self, phone: Phone, units: Iterable[Unit]) -> None:
        for operation in operations_of(units):
            key = (phone.disk.device, operation.n, operation_hash(operation))
            self.written[key] = operation

    def note_lost(self, units: Iterable[Unit]) -> None:
        self.lost |= hashes_of(units)

    # The network

    def send(self, phone: Phone, body: bytes, copies: int, most_late: int) -> None:
        hand = self.hands[phone]
        hand.attempt += 1
        hand.sent = self.steps
        encoding = "gzip" if self.random.random() < 0.3 else ""
        carried = squeeze(body) if encoding else body
        for _ in range(copies):
            due = self.steps + self.random.randint(0, most_late)
            is_answered = self.random.random() < 0.8
            wire = Wire(due, phone, hand.life, hand.attempt, carried, phone.disk.credential)
            self.requests.append(wire._replace(encoding=encoding, is_answered=is_answered))

    async def deliver(self) -> None:
        """What arrives in one step arrives together, in any order."""
        arrived = [wire for wire in self.requests if wire.due <= self.steps]
        self.requests = [wire for wire in self.requests if wire.due > self.steps]
        self.random.shuffle(arrived)
        if arrived:
            await self.receive(arrived)
        ready = [wire for wire in self.answers if wire.due <= self.steps]
        self.answers = [wire for wire in self.answers if wire.due > self.steps]
        for wire in ready:
            await self.answer(wire)

    async def receive(self, arrived: list[Wire]) -> None:
        pushing = [self.exchange.push(w.credential, w.body, w.encoding) for w in arrived]
        results = await asyncio.gather(*pushing, return_exceptions=True)
        self.counts["pushes in company"] += len(arrived) - 1
        for wire, result in zip(arrived, results, strict=True):
            if isinstance(result, bytes):
                self.read_outcomes(wire, result)
                due = self.steps + self.random.choice((0, 0, 1, 4))
                if wire.is_answered:
                    self.answers.append(wire._replace(due=due, body=result))
            elif isinstance(result, Forbidden):
                self.counts["push of a revoked device"] += 1
                await self.turn_away(wire)
            elif isinstance(result, Unauthenticated):
                await self.enrol_again(wire.phone)
            elif not isinstance(result, Crash):
                raise result
        if any(isinstance(result, Crash) for result in results):
            await self.revive()

    async def turn_away(self, wire: Wire) -> None:
        if wire.phone.disk.credential == wire.credential and self.is_awaited(wire):
            await self.replace(wire.phone)

    def is_awaited(self, wire: Wire) -> bool:
        hand = self.hands.get(wire.phone)
        return hand is not None and (hand.life, hand.attempt) == (wire.life, wire.attempt)

    def read_outcomes(self, wire: Wire, body: bytes) -> None:
        """Whoever hears it: what was once answered for a number is answered ever after."""
        answer = msgspec.json.decode(body)
        device = msgspec.json.decode(body_of(wire))["device"]
        told = {each["n"]: each for each in answer.get("except", ())}
        first, count = answer["done"]
        for n in range(first, first + count):
            outcome = told.get(n)
            if outcome is not None and outcome["o"] == "mismatch":
                self.counts["mismatch"] += 1
            elif (device, n) in self.outcomes:
                self.counts["replay"] += 1
                assert self.outcomes[device, n] == outcome, f"{device}/{n} changed its outcome"
            else:
                self.outcomes[device, n] = outcome
                self.count_outcome(outcome)
        self.counts["gap"] += "gap" in answer

    def count_outcome(self, outcome: Any) -> None:
        kind = outcome["o"] if outcome else "applied"
        self.counts[kind] += 1
        if kind == "refused":
            self.counts[f"refused {outcome['code']}"] += 1
            assert outcome["code"] != "fault", outcome

    async def answer(self, wire: Wire) -> None:
        phone = wire.phone
        if not self.is_awaited(wire) or self.hands[phone].sent is None:
            self.counts["late answer"] += 1
            return
        self.hands[phone].sent = None
        self.counts["sent again"] += phone.take_answer(wire.body)
        if phone.revoked is not None:
            if phone.needs_identity or not phone.disk.outbox:
                await self.replace(phone)
        elif phone.needs_identity:
            await self.take_new_identity(phone)

    # Pulling

    async def listen(self, phone: Phone) -> bool:
        """The next frame of a pull, which begins with the first; whether there was one."""
        hand = self.hands[phone]
        try:
            if hand.stream is None:
                hand.rights = self.standings[phone.person].scopes_of(phone.person)
                hand.stream = await self.exchange.pull(phone.disk.cookie, phone.make_pull())
                self.counts["pull"] += 1
            line = await anext(hand.stream, None)
        except Crash:
            await self.revive()
            return False
        except Unauthenticated:
            person, device = phone.person, phone.disk.device
            phone.disk.cookie = await self.served(lambda: self.exchange.sign_in(person, device))
            self.counts["signed in again"] += 1
            return True
        except Forbidden as refusal:
            if refusal.code == "foreign_device":
                await self.enrol_again(phone)
                return True
            await self.hear_of_revocation(phone, refusal.context["why"])
            return False
        if line is None:
            hand.stream = None
            return False
        self.apply(phone, hand, line)
        return True

    async def hear_of_revocation(self, phone: Phone, why: str) -> None:
        """Section 13.1: what is unsent is pushed once more, unless the device is compromised."""
        if why == "compromised" or not phone.disk.outbox:
            await self.replace(phone)

    def apply(self, phone: Phone, hand: Hand, line: bytes) -> None:
        frame = msgspec.json.decode(line)
        assert frame["s"] == hand.rights, f"{phone.person} reads {frame['s']}"
        applied = phone.apply(line)
        self.counts["frame"] += 1
        self.counts["resync"] += applied.is_resync
        self.counts["dropped scope"] += len(applied.dropped)
        self.counts["eviction"] += len(applied.left)
        pending = names_in(phone.disk.outbox) if applied.left else set()
        self.counts["eviction with pending work"] += bool(pending.intersection(applied.left))
        if applied.is_head:
            self.look_at_head(phone)

    def look_at_head(self, phone: Phone) -> None:
        self.counts["head"] += 1
        assert phone.is_in_sync or phone.disk.is_spoiled, (
            f"{phone.person} differs in {phone.resend}"
        )
        self.counts["differing digest"] += not phone.is_in_sync
        if phone.is_in_sync:
            phone.disk.is_spoiled = False

    # The end

    async def settle(self) -> None:
        """The network heals: everything is pushed, done and pulled."""
        self.exchange.database.doom = None
        while self.requests:
            self.steps += 1
            await self.deliver()
        self.answers.clear()
        for phone in self.phones:
            await self.forget(phone)
            await self.empty(phone)
        while await self.exchange.tick():
            self.now += 1
        for phone in self.phones:
            await self.catch_up(phone)

    async def empty(self, phone: Phone) -> None:
        """Push until nothing is left and the identity is nobody else's."""
        for _ in range(40):
            self.now += 1_000
            is_last = not phone.disk.outbox
            self.send(phone, phone.make_push(self.now), 1, 0)
            wire = self.requests.pop()._replace(is_answered=True)
            await self.receive([wire])
            is_last = is_last and bool(self.answers)
            for answer in self.answers:
                await self.answer(answer)
            self.answers.clear()
            if is_last and not phone.disk.outbox:
                return
        raise AssertionError(f"{phone.person} cannot empty the outbox")

    async def catch_up(self, phone: Phone) -> None:
        for _ in range(5):
            while await self.listen(phone):
                pass
            if phone.is_in_sync:
                return
        raise AssertionError(f"{phone.person} does not come into sync")


Act = Callable[[World], Awaitable[None]]


def body_of(wire: Wire) -> bytes:
    return gzip.decompress(wire.body) if wire.encoding else wire.body
