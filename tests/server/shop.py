"""A store as the tests of leads see it: customers scan, people answer, a worker ticks."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from server.collisions.finding import fire_collision
from server.db import Connection, Database
from server.exchange.entities import ENTITIES
from server.exchange.reading import load_for
from server.followups.digest import fire_digest
from server.leads.arrivals import arrive, load_around
from server.leads.claims import COLLISION
from server.leads.mornings import DIGEST
from server.leads.worker import Worker
from server.rows import Movement, load, open_ledger, publish, read_row
from server.rows.tables import RECORD, rows
from sync import (
    Author,
    Exceptional,
    Operation,
    Row,
    Timing,
    desk_scope,
    judge,
    staff_scope,
    store_scope,
)
from tests.cast import ORG, PEOPLE, RENMIN
from tests.conftest import MovableClock

ZHAO, SUN = "13900000001", "13900000002"
SERVICE = {"purpose": "service", "version": "2026-11", "how": "verbal"}
Draft = tuple[str, str, dict[str, Any]]


def new_id() -> str:
    """A UUIDv7-shaped id, as a phone makes it."""
    text = uuid.uuid4().hex
    return f"{text[:8]}-{text[8:12]}-7{text[13:16]}-a{text[17:20]}-{text[20:]}"


class Shop:
    def __init__(self, database: Database, clock: MovableClock) -> None:
        self.database = database
        self.clock = clock
        others = {COLLISION: fire_collision, DIGEST: fire_digest}
        self.worker = Worker(database, ENTITIES, Movement(), others)
        self.next_seq: dict[str, int] = {}

    # What happens

    async def scan(
        self, phone: str = SUN, name: str = "孙先生", store: str = RENMIN, rep_id: str | None = None
    ) -> Row:
        """A customer sends the form of a poster, or of a person's own code; returns the arrival."""
        fields = {
            "store_id": store,
            "source": "poster",
            "name": name,
            "salutation": "",
            "phone": phone,
            "need": "全屋定制",
            "position": "门口",
            "reception": "none",
            "consents": [{**SERVICE, "how": "own_phone"}],
            **({"rep_id": rep_id} if rep_id else {}),
        }
        id = new_id()

        async def work(connection: Connection) -> Row:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            await load_around(connection, ledger, fields, id)
            arrival = arrive(ledger, fields, id)
            await publish(connection, ledger)
            return arrival

        return await self.database.transact(work)

    async def push(
        self, who: str, *unit: Draft, captured_at: int | None = None
    ) -> Sequence[Exceptional]:
        """One unit of a phone's operations; returns what was not plainly applied."""
        typed_at = self.clock() if captured_at is None else captured_at

        async def work(connection: Connection) -> Sequence[Exceptional]:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            operations = [self._operation(who, typed_at, *draft) for draft in unit]
            await load_for(connection, ledger, operations)
            timing = Timing(received_at=self.clock(), sent_at=self.clock())
            outcomes = judge([operations], ledger, await self._author(connection, who), timing)
            await publish(connection, ledger)
            return outcomes

        return await self.database.transact(work)

    async def receive(
        self, who: str, phone: str = SUN, reception: str = "me", receiver: str | None = None
    ) -> Sequence[Exceptional]:
        """Somebody at the store registers a customer and says who receives them."""
        return await self.push(who, *self.reception(who, phone, reception, receiver))

    def reception(
        self, who: str, phone: str = SUN, reception: str = "me", receiver: str | None = None
    ) -> list[Draft]:
        customer, arrival, lead = new_id(), new_id(), new_id()
        fields = {
            "customer_id": customer,
            "store_id": RENMIN,
            "source": "staff",
            "name": "孙先生",
            "phone": phone,
            "need": "全屋定制",
            "reception": reception,
            "receiver_id": receiver,
            "consents": [SERVICE],
        }
        person = {"store_id": RENMIN, "name": "孙先生", "phone": phone}
        unit: list[Draft] = [("customer", customer, person), ("arrival", arrival, fields)]
        if reception == "me":
            fields["lead_id"] = lead
            opened = {"customer_id": customer, "store_id": RENMIN, "arrival_id": arrival}
            unit += [("lead", lead, opened), ("acceptance", new_id(), {"lead_id": lead})]
        return unit

    async def accept(self, who: str, offer: Row) -> Sequence[Exceptional]:
        fields = {"lead_id": offer.body["lead_id"], "offer_id": offer.id}
        return await self.push(who, ("acceptance", new_id(), fields))

    async def settle(self) -> None:
        """The worker does everything that is due now."""
        while await self.worker.tick(self.clock()):
            pass

    async def wait(self, **amount: float) -> None:
        self.clock.advance(**amount)
        await self.settle()

    async def change(self, id: str, **fields: Any) -> None:
        """The directory changes: somebody goes on leave, a store gets other hours."""

        async def work(connection: Connection) -> None:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            await load(connection, ledger, [id])
            row = ledger.row(id)
            assert row is not None
            ledger.change(row, **fields)
            await publish(connection, ledger)

        await self.database.transact(work)

    # What is there

    async def rows(self, entity: str, **fields: Any) -> list[Row]:
        is_there = (rows.c.org_id == ORG) & (rows.c.deleted == 0)
        query = select(*RECORD).where(is_there, rows.c.entity == entity)
        async with self.database.read() as connection:
            found = [read_row(held) for held in (await connection.execute(query)).mappings()]
        alike = [row for row in found if fields.items() <= row.body.items()]
        return sorted(alike, key=lambda row: (row.received_at, row.seq))

    async def row(self, entity: str, **fields: Any) -> Row:
        found = await self.rows(entity, **fields)
        assert len(found) == 1, f"{len(found)} {entity} rows, not one"
        return found[0]

    async def lead(self) -> dict[str, Any]:
        return (await self.row("lead")).body

    async def offer(self, **fields: Any) -> Row:
        return await self.row("offer", **{"state": "open", **fields})

    async def told(self, kind: str) -> list[str]:
        """Whom a notice of this kind went to, in order."""
        return [row.body["to_id"] for row in await self.rows("notice", kind=kind)]

    def _operation(
        self, who: str, at: int, entity: str, id: str, fields: dict[str, Any]
    ) -> Operation:
        self.next_seq[who] = self.next_seq.get(who, 0) + 1
        return Operation(n=self.next_seq[who], e=entity, i=id, f=fields, t=at)

    async def _author(self, connection: Connection, who: str) -> Author:
        _, role, stores, accepts, _ = PEOPLE[who]
        scopes = {"org", staff_scope(who), *map(store_scope, stores)}
        if role == "manager":
            scopes |= {desk_scope(store) for store in stores}
        return Author(
            staff_id=who,
            role=role,
            device=f"phone-of-{who}",
            store_ids=stores,
            scopes=frozenset(scopes),
            accepts_leads=accepts,
        )
