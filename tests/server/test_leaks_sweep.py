"""Whatever a phone may write, naming a row out of reach is answered like naming nothing.

Every entity, every field that names a row, every kind of row that somebody cannot see, in their own
organisation and in another one, with every mixture of rows they do see in the other fields.
"""

import itertools
import random
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from sqlalchemy import select

from server.clock import MINUTE_MS
from server.customers.register import PASS_LENGTH
from server.db import Connection, Database
from server.exchange.entities import ENTITIES
from server.exchange.reading import load_for
from server.identity.actor import Actor
from server.rows import read_row
from server.rows.tables import RECORD, aliases, rows
from server.stores.posters import ALPHABET
from sync import Author, Entity, Ledger, Operation, Row, Timing, judge
from tests.bench.ids import new_id
from tests.cast import ORG, PEOPLE, RENMIN
from tests.conftest import DATABASES
from tests.server.deeds import CONSENTS
from tests.server.example import example_of, id_fields
from tests.server.rivals import busy_town

WRITABLE = [entity for entity in ENTITIES.values() if entity.shape is not None]
MIXTURES = 4

pytestmark = pytest.mark.slow
KINDS = {
    "to": "staff",
    "receiver": "staff",
    "subject": "customer",
    "card": "arrival_card",
    "row": "customer",
    "fact": "comment",
}


class World(NamedTuple):
    """Every row of both organisations, but for aliases: these are open to whoever knows them."""

    database: Database
    rows: list[Row]
    rivals: list[Row]
    now: int


class Probe(NamedTuple):
    """A unit with one name to fill in: of hidden rows, each with its kind, and of nothing."""

    entity: str
    place: str
    hidden: list[tuple[str, str]]
    nothing: str
    unit: Callable[[str], list[Operation]]


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with busy_town(database_url, tmp_path) as town:
        yield await read_world(town.database, town.clock())


async def read_world(database: Database, now: int) -> World:
    async with database.read() as connection:
        names = set((await connection.execute(select(aliases.c.alias_id))).scalars())
        everything = select(*RECORD).where(rows.c.id.not_in(names))
        found = (await connection.execute(everything)).mappings().all()
    own = [read_row(held) for held in found if held["org_id"] == ORG]
    rivals = [read_row(held) for held in found if held["org_id"] != ORG]
    return World(database, own, rivals, now)


def author(who: str) -> Author:
    _, role, stores, accepts, _ = PEOPLE[who]
    scopes = Actor(ORG, who, role, stores).scopes
    return Author(
        staff_id=who,
        role=role,
        device=f"phone-of-{who}",
        store_ids=stores,
        scopes=scopes,
        accepts_leads=accepts,
    )


class Sweep:
    """All that one person may try, judged against the same rows, and nothing of it published."""

    def __init__(self, world: World, who: str, seed: int) -> None:
        self.world, self.author = world, author(who)
        self.chance = random.Random(f"{who}{seed}")
        self.nothing = new_id(self.chance)
        self.seen = [row for row in world.rows if self.sees(row)]
        self.hidden = [*one_of_each(row for row in world.rows if not self.knows(row))]
        self.hidden += one_of_each(world.rivals)

    def sees(self, row: Row) -> bool:
        return not row.deleted and not self.author.scopes.isdisjoint(row.scopes)

    def knows(self, row: Row) -> bool:
        """What one wrote within a day stays within reach (law 7)."""
        return self.sees(row) or row.author == self.author.staff_id

    # What to try

    def probes(self) -> Iterator[Probe]:
        for entity in WRITABLE:
            for place in id_fields(entity):
                for fields in self.mixtures(entity, place):
                    yield self.creation(entity, place, fields)
            if entity.kind == "profile":
                yield from self.patches(entity)
        yield self.scan()

    def creation(self, entity: Entity, place: str, fields: dict[str, Any]) -> Probe:
        id, arrival_id = new_id(self.chance), new_id(self.chance)

        def unit(name: str) -> list[Operation]:
            filled = {**fields, place: name}
            if entity.name != "lead":
                return [self.operation(entity.name, id, filled)]
            if place != "arrival_id":
                filled["arrival_id"] = arrival_id
            before = self.receive(arrival_id, filled)
            return [before, self.operation("lead", id, filled, n=2)]

        return self.probe(entity.name, place, unit)

    def sound_units(self) -> Iterator[tuple[str, list[Operation]]]:
        """Units that name rows in sight only."""
        for entity in WRITABLE:
            place, *_ = [*id_fields(entity), ""]
            for fields in self.mixtures(entity, place):
                creation = self.creation(entity, place, fields)
                yield from ((entity.name, creation.unit(name)) for name in self.likely(place))

    def probe(self, entity: str, place: str, unit: Callable[[str], list[Operation]]) -> Probe:
        hidden = [(row.entity, row.id) for row in self.hidden]
        return Probe(entity, place, hidden, self.nothing, unit)

    def mixtures(self, entity: Entity, place: str) -> Iterator[dict[str, Any]]:
        """The other fields filled with rows in sight: the likely ones, then any, then none."""
        others = [name for name in id_fields(entity) if name != place]
        example = {k: v for k, v in example_of(entity).items() if k not in (place, *others)}
        if "until" in example:
            example["until"] = self.world.now + MINUTE_MS
        likely = list(itertools.product(*(self.likely(name) for name in others)))
        self.chance.shuffle(likely)
        any = [[self.chance.choice(self.seen).id for _ in others] for _ in range(MIXTURES)]
        for names in [*likely[:MIXTURES], *(any if others else [])]:
            yield {**example, **dict(zip(others, names, strict=True))}
        yield example

    def likely(self, field: str) -> list[str]:
        stem = field.removesuffix("_id")
        if stem == "alias":
            return [id for row in self.seen for id in row.body.get("merged_ids") or ()] or [RENMIN]
        kind = KINDS.get(stem, stem)
        return [row.id for row in self.seen if row.entity == kind] or [RENMIN]

    def receive(self, id: str, lead: dict[str, Any]) -> Operation:
        """A lead is taken only with an arrival of its own unit, of a customer in sight."""
        known = {row.id for row in self.seen}
        told = {"source": "staff", "reception": "me", "consents": CONSENTS, "lead_id": id}
        for field in ("customer_id", "store_id"):
            named = lead.get(field)
            told[field] = named if named in known else self.likely(field)[0]
        return self.operation("arrival", id, told)

    def patches(self, entity: Entity) -> Iterator[Probe]:
        """A patch of the row itself, and one of an own row that cites it as a conflict."""
        for fields in ({"need": "x"}, {"store_id": RENMIN}):

            def patch(name: str, fields: dict[str, Any] = fields) -> list[Operation]:
                return [self.operation(entity.name, name, fields, b=1)]

            yield self.probe(entity.name, "i", patch)
        for own in [each for each in self.seen if each.entity == entity.name][:3]:

            def restore(name: str, own: Row = own) -> list[Operation]:
                return [self.operation(entity.name, own.id, {"need": "x"}, b=own.seq, x=name)]

            yield self.probe(entity.name, "x", restore)

    def scan(self) -> Probe:
        id, told = new_id(self.chance), example_of(ENTITIES["arrival"])
        told |= {"source": "pass", "store_id": (*self.author.store_ids, RENMIN)[0]}
        cards = [row for row in self.hidden if row.entity == "arrival_card"]
        codes = [(card.entity, card.body["pass"]) for card in cards]
        nothing = "".join(self.chance.choice(ALPHABET) for _ in range(PASS_LENGTH))

        def unit(code: str) -> list[Operation]:
            return [self.operation("arrival", id, {**told, "pass": code})]

        return Probe("arrival", "pass", codes, nothing, unit)

    def operation(self, entity: str, id: str, fields: dict[str, Any], **more: Any) -> Operation:
        return Operation(**{"n": 1, **more}, e=entity, i=id, f=fields, t=self.world.now)

    # What becomes of it

    async def load(
        self, connection: Connection, probes: list[Probe], more: list[list[Operation]]
    ) -> Ledger:
        ledger = Ledger(ORG, self.world.now, ENTITIES)
        names = [(p, [p.nothing, *(name for _, name in p.hidden)]) for p in probes]
        units = [probe.unit(name) for probe, tried in names for name in tried]
        await load_for(connection, ledger, [each for unit in units + more for each in unit])
        return ledger

    def accepts(self, ledger: Ledger, unit: list[Operation]) -> bool:
        return '"o":"refused"' not in self.told(ledger, unit, "·")

    def told(self, ledger: Ledger, unit: list[Operation], name: str) -> str:
        """The outcomes and every row that would be sent of it, without the name; then undone."""
        mark = ledger.mark()
        timing = Timing(received_at=self.world.now, sent_at=self.world.now)
        outcomes = judge([unit], ledger, self.author, timing)
        touched = [(row.entity, row.root, row.body) for row in ledger.touched.values()]
        ledger.rewind(mark)
        assert not ledger.faults, ledger.faults
        return msgspec.json.encode((outcomes, touched)).decode().replace(name, "·")

    def leaks(self, ledger: Ledger, probe: Probe) -> Iterator[str]:
        blank = self.told(ledger, probe.unit(probe.nothing), probe.nothing)
        for kind, name in probe.hidden:
            told = self.told(ledger, probe.unit(name), name)
            # What naming nothing is answered with may have the name in it, too: a card's customer.
            if told != blank.replace(name, "·"):
                who = self.author.staff_id
                yield f"{who} {probe.entity}.{probe.place} {kind}\n {told}\n {blank}"


def one_of_each(found: Iterable[Row]) -> Iterable[Row]:
    """One row of each kind that stands, and one that was deleted."""
    return {(row.entity, row.deleted): row for row in found}.values()


@pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)  # judged in memory
@pytest.mark.parametrize("seed", [1])
async def test_no_answer_tells_a_hidden_row_from_nothing(world: World, seed: int) -> None:
    leaks: list[str] = []
    accepted: set[str] = set()
    for who in PEOPLE:
        sweep = Sweep(world, who, seed)
        probes, sound = list(sweep.probes()), list(sweep.sound_units())
        async with world.database.read() as connection:
            ledger = await sweep.load(connection, probes, [unit for _, unit in sound])
        accepted |= {entity for entity, unit in sound if sweep.accepts(ledger, unit)}
        for probe in probes:
            leaks += sweep.leaks(ledger, probe)
    assert not leaks, f"seed {seed}: {len(leaks)} leaks, the first: {leaks[0]}"
    # A sweep whose units were all refused for their shape would prove nothing.
    assert accepted == {entity.name for entity in WRITABLE}
