"""Many people at work at once, through several servers over one database.

`python -m tests.server.crowd URL SEED WRITES` is one more server with its own people.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Row as Record
from sqlalchemy import select
from starlette.applications import Starlette

from server.app import create_app
from server.config import Config
from server.db import Connection, Database, open_database
from server.exchange.entities import ENTITIES
from server.identity.sessions import COOKIE, start_session
from server.leads.worker import Worker
from server.rows import Movement, load, open_ledger, publish
from server.rows.tables import rows
from sync import Ledger, Row
from tests.bench.ids import new_id
from tests.cast import CODE, ORG, RENMIN
from tests.conftest import ORIGIN, MovableClock, browser
from tests.phone import Phone
from tests.server.deeds import CONSENTS, arrival, follow_up
from tests.server.held import Holder
from tests.server.shop import Shop
from tests.server.test_pull import give

SELLERS = ("bo", "chen", "lin")
NUMBERS = 8
"""Few, so that the same customers come again and again."""
AT_ONCE = 6
TALLY = "tally"

Deed = Callable[[], Awaitable[None]]


async def count_up(
    connection: Connection, ledger: Ledger, deadline: Record[Any], subject: Row
) -> None:
    """What a deadline must not do twice."""
    ledger.change(subject, tally=subject.body.get(TALLY, 0) + 1)


class Server:
    """One of several processes, as far as the database can tell: an app with its own connections,
    its worker, and a phone for each of these people."""

    def __init__(self, app: Starlette, database: Database, clock: MovableClock) -> None:
        self.app, self.database, self.clock = app, database, clock
        self.worker = Worker(database, ENTITIES, Movement(), {TALLY: count_up})
        self.shop = Shop(database, clock)
        self.phones: dict[str, Phone] = {}

    async def enrol(self, who: str, stack: AsyncExitStack) -> Phone:
        client: httpx.AsyncClient = await stack.enter_async_context(browser(self.app))
        cookie = await self.database.transact(
            lambda connection: start_session(connection, ORG, CODE, who, self.clock())
        )
        client.cookies.set(COOKIE, cookie)
        return await Phone(client, self.clock).enrol()


async def open_server(url: str, folder: Path, clock: MovableClock, stack: AsyncExitStack) -> Server:
    database = open_database(url)
    config = Config(data=folder, database_url=url, keys=("test key",), origin=ORIGIN)
    app = create_app(config, clock, database=database, tasks=())
    await stack.enter_async_context(app.router.lifespan_context(app))
    server = Server(app, database, clock)
    for who in SELLERS:
        server.phones[who] = await server.enrol(who, stack)
    return server


class Crowd:
    """`await work(1000)`: that many writes, several at once, in an order that the seed decides,
    with `readers` who pull the tail meanwhile."""

    def __init__(
        self, servers: list[Server], clock: MovableClock, seed: int, readers: list[Holder]
    ) -> None:
        self.servers, self.clock, self.readers = servers, clock, readers
        self.chance = random.Random(seed)
        self.sent: dict[str, list[dict[str, Any]]] = {}
        self.turns: dict[str, asyncio.Lock] = {}
        self.tallies = 0
        self.writes = 0

    async def work(self, writes: int) -> None:
        while self.writes < writes:
            hands = [(server, who) for server in self.servers for who in SELLERS]
            self.chance.shuffle(hands)
            writing = [self.begin(*each) for each in hands[:AT_ONCE]]
            await asyncio.gather(*writing, *map(self.read, self.readers))
            self.clock.advance(seconds=self.chance.choice([0, 1, 20, 200]))

    async def read(self, reader: Holder) -> None:
        """Whatever head a reader reaches agrees with the server's digests there."""
        await self.wait()
        await reader.pull()
        assert reader.agrees(), "a digest differs at a head"

    async def begin(self, server: Server, who: str) -> None:
        """One deed, a moment sooner or later than the others."""
        deed = self.chance.choice(self.deeds(server, who, server.phones[who]))
        await self.wait()
        await deed()
        self.writes += 1

    async def wait(self) -> None:
        for _ in range(self.chance.randrange(30)):
            await asyncio.sleep(0)

    def deeds(self, server: Server, who: str, phone: Phone) -> list[Deed]:
        def by(deed: Callable[..., Awaitable[None]], *arguments: Any) -> Deed:
            return lambda: deed(*arguments)

        return [
            *[by(self.comment, server, phone)] * 3,
            *[by(self.edit, server, phone)] * 3,
            by(self.follow, server, phone),
            by(self.receive, phone),
            by(self.scan, server),
            by(self.accept, server, who, phone),
            by(self.hand_over, server),
            *[by(self.change_owner, server)] * 2,
            by(self.close, server),
            *[by(self.tick, server)] * 2,
            by(self.schedule, server),
        ]

    # Deeds

    async def comment(self, server: Server, phone: Phone) -> None:
        if id := await self.some(server, "customer"):
            fields = {"customer_id": id, "text": f"第 {self.writes} 句"}
            await self.push(phone, ("comment", fields))

    async def follow(self, server: Server, phone: Phone) -> None:
        if id := await self.some(server, "customer"):
            await self.push(phone, ("follow_up", follow_up(id)))

    async def edit(self, server: Server, phone: Phone) -> None:
        """`need` is never the same twice, so that a lost one would be missed."""
        if id := await self.some(server, "customer"):
            need = {"need": f"{phone.device[:8]} {phone.next_seq}"}
            operation = phone.operation("customer", id, need, base=self.chance.choice([0, 1 << 40]))
            await self.send(phone, [operation])

    async def receive(self, phone: Phone) -> None:
        customer, arrived, lead = (new_id(self.chance) for _ in range(3))
        told = {"store_id": RENMIN, "name": "孙伟", "phone": self.number()}
        here = {**arrival(customer, **told), "reception": "me", "lead_id": lead}
        opened = {"customer_id": customer, "store_id": RENMIN, "arrival_id": arrived}
        unit = [
            phone.operation("customer", customer, told),
            phone.operation("arrival", arrived, {**here, "consents": CONSENTS}),
            phone.operation("lead", lead, opened),
            phone.operation("acceptance", new_id(self.chance), {"lead_id": lead}),
        ]
        await self.send(phone, unit)

    async def scan(self, server: Server) -> None:
        await server.shop.scan(phone=self.number())

    async def accept(self, server: Server, who: str, phone: Phone) -> None:
        offers = [row for row in await server.shop.rows("offer", to_id=who, state="open")]
        if offers:
            offer = self.chance.choice(offers)
            fields = {"lead_id": offer.body["lead_id"], "offer_id": offer.id}
            await self.push(phone, ("acceptance", fields))

    async def hand_over(self, server: Server) -> None:
        if id := await self.some(server, "lead"):
            fields = {"lead_id": id, "to_id": self.chance.choice(SELLERS)}
            await self.push(server.phones["lin"], ("reassignment", fields))

    async def close(self, server: Server) -> None:
        if id := await self.some(server, "lead"):
            fields = {"lead_id": id, "reason": "no_need"}
            await self.push(server.phones["lin"], ("closing", fields))

    async def change_owner(self, server: Server) -> None:
        """The whole tree moves, while others add to it."""
        if id := await self.some(server, "customer"):
            owner = self.chance.choice(["bo", "chen"])
            await give(server.database, self.clock, id, owner_id=owner)

    async def tick(self, server: Server) -> None:
        await server.worker.tick(self.clock())

    async def schedule(self, server: Server) -> None:
        id = await self.some(server, "customer")
        if id is None:
            return
        due_at = self.clock() + self.tallies  # no two of one customer's are the same

        async def work(connection: Connection) -> None:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            await load(connection, ledger, [id])
            ledger.schedule(TALLY, id, due_at)
            await publish(connection, ledger)

        self.tallies += 1
        await server.database.transact(work)

    # Sending

    async def push(self, phone: Phone, *drafts: tuple[str, dict[str, Any]]) -> None:
        unit = [phone.operation(entity, new_id(self.chance), f) for entity, f in drafts]
        await self.send(phone, unit)

    async def send(self, phone: Phone, unit: list[dict[str, Any]]) -> None:
        """Two deeds may want the manager's phone at once: its pushes queue, as on a phone, and
        are numbered in the order in which they leave."""
        sent = self.sent.setdefault(phone.device, [])
        async with self.turns.setdefault(phone.device, asyncio.Lock()):
            for n, operation in enumerate(unit, len(sent) + 1):
                operation["n"] = n
            answer = await phone.push(unit)
            sent += unit
        assert answer.status_code == 200, answer.text
        assert answer.json()["done"] == [unit[0]["n"], len(unit)], answer.text

    def number(self) -> str:
        return f"1380000{self.chance.randrange(NUMBERS):04d}"

    async def some(self, server: Server, entity: str) -> str | None:
        wanted = select(rows.c.id).where(
            rows.c.org_id == ORG, rows.c.entity == entity, rows.c.deleted == 0
        )
        async with server.database.read(snapshot=False) as connection:
            found = (await connection.execute(wanted.order_by(rows.c.id))).scalars().all()
        return self.chance.choice(found) if found else None


async def main(url: str, seed: int, writes: int) -> None:
    async with AsyncExitStack() as stack:
        clock = MovableClock()
        server = await open_server(url, Path(), clock, stack)
        crowd = Crowd([server], clock, seed, [])
        await crowd.work(writes)
    print(crowd.tallies, sum(map(len, crowd.sent.values())))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
