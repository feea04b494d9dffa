"""A store's pool over days: rounds, hand-overs through the one door, claims."""

from typing import Any

from starlette.applications import Starlette

from server.db import Connection, Database
from server.exchange.entities import ENTITIES
from server.leads.offers import change_owner
from server.pool.rounds import plan_rounds
from server.rows import load, open_ledger, publish
from tests.cast import ORG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import say


class Pool:
    """Its clock stands at Monday 10:30 and moves by whole days."""

    def __init__(self, app: Starlette, database: Database, clock: MovableClock) -> None:
        self.app, self.database, self.clock = app, database, clock

    async def open(self) -> "Pool":
        await plan_rounds(self.database, ENTITIES, self.clock())
        return self

    async def pass_days(self, days: int) -> None:
        for _ in range(days):
            self.clock.advance(days=1)
            await self.settle()

    async def settle(self) -> None:
        while await self.app.state.worker.tick(self.clock()):
            pass

    async def change(self, id: str, **fields: Any) -> None:
        async def work(connection: Connection) -> None:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            row = (await load(connection, ledger, [id])).row(id)
            assert row is not None
            ledger.change(row, **fields)
            await publish(connection, ledger)

        await self.database.transact(work)

    async def give(self, id: str, to_id: str | None) -> None:
        """Through the one door, as every hand-over goes."""

        async def work(connection: Connection) -> None:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            row = (await load(connection, ledger, [id])).row(id)
            assert row is not None
            change_owner(ledger, row, to_id)
            await publish(connection, ledger)

        await self.database.transact(work)


async def claim(phone: Phone, card: str) -> dict[str, Any] | None:
    return await say(phone, "pool_claim", pool_card_id=card)
