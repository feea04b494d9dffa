"""The worker: takes deadlines that are due and does what they ask, each in one transaction.

A deadline is marked as fired in the transaction that holds its effects and its messages, so it
fires exactly once, however many workers there are and whenever they are killed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.customers.register import PASS_KEY, make_pass
from server.db import Database
from server.leads.deadlines import fire
from server.leads.offers import open_or_ring, stored
from server.leads.queries import count_turns, set_scene
from server.notify.outbox import enqueue
from server.rows import Movement, Published, load, open_ledger, publish
from server.rows.tables import deadlines
from sync import Entities, Ledger, Row, is_fresh

BATCH = 50
LONGEST_SLEEP_S = 1.0
PUT_BACK_MS = 60_000
BACKOFF_S = (1, 2, 5, 10, 30)
log = logging.getLogger("shopbell.deadlines")

Handler = Callable[[AsyncConnection, Ledger, Record[Any], Row], Awaitable[None]]
"""Does what a deadline asks, on a ledger that holds its subject."""

OPEN = deadlines.c.fired_at.is_(None) & deadlines.c.cancelled_at.is_(None)


class Worker:
    """For readiness and metrics: `lag_ms` says how late the most overdue deadline was when it was
    last looked for, `looked_at` (ms) when that was."""

    def __init__(
        self,
        database: Database,
        entities: Entities,
        movement: Movement,
        others: Mapping[str, Handler] | None = None,
    ) -> None:
        """`others`: handlers of deadlines that are not about leads, by their kind."""
        self.others = others or {}
        self.database = database
        self.entities = entities
        self.movement = movement
        self.lag_ms = 0
        self.looked_at = 0
        self.failures = 0

    async def run(self, clock: Clock) -> None:
        """Until cancelled. Starts with whatever fell due while nobody was looking."""
        while True:
            self.movement.work.clear()
            try:
                if await self.tick(clock()) == 0:
                    await self.rest(clock)
                self.failures = 0
            except Exception:
                log.exception("tick failed")
                await asyncio.sleep(BACKOFF_S[min(self.failures, len(BACKOFF_S) - 1)])
                self.failures += 1

    async def rest(self, clock: Clock) -> None:
        """Until the next deadline, a commit that brings one, or a second."""
        next_at = await self.find_next()
        wait_s = LONGEST_SLEEP_S
        if next_at is not None:
            wait_s = min(max((next_at - clock()) / 1000, 0), LONGEST_SLEEP_S)
        try:
            await asyncio.wait_for(self.movement.work.wait(), wait_s)
        except TimeoutError:
            return

    async def tick(self, now: int) -> int:
        """Fire what is due at `now` (ms), oldest first; returns how many were looked at."""
        due = await self.find_due(now)
        self.lag_ms = now - due[0].due_at if due else 0
        self.looked_at = now
        for deadline in due:
            await self.fire_one(deadline.org_id, deadline.id, now)
        return len(due)

    async def fire_one(self, org_id: str, id: str, now: int) -> None:
        """One that fails is put back a minute, so that it cannot keep others from their turn."""

        async def work(connection: AsyncConnection) -> Published | None:
            return await fire_deadline(connection, self.entities, org_id, id, now, self.others)

        try:
            published = await self.database.transact(work)
        except Exception:
            log.exception("deadline failed", extra={"facts": {"org": org_id, "deadline": id}})
            await self.put_back(org_id, id, now)
        else:
            if published is not None:
                self.movement.tell(published)

    async def put_back(self, org_id: str, id: str, now: int) -> None:
        later = (
            update(deadlines)
            .where(deadlines.c.org_id == org_id, deadlines.c.id == id, OPEN)
            .values(due_at=now + PUT_BACK_MS)
        )
        await self.database.transact(lambda connection: connection.execute(later))

    async def find_due(self, now: int) -> list[Record[Any]]:
        query = (
            select(deadlines.c.org_id, deadlines.c.id, deadlines.c.due_at)
            .where(OPEN, deadlines.c.due_at <= now)
            .order_by(deadlines.c.due_at)
            .limit(BATCH)
        )
        async with self.database.read(snapshot=False) as connection:
            return list(await connection.execute(query))

    async def find_next(self) -> int | None:
        query = select(func.min(deadlines.c.due_at)).where(OPEN)
        async with self.database.read(snapshot=False) as connection:
            next_at: int | None = (await connection.execute(query)).scalar()
        return next_at


async def fire_deadline(
    connection: AsyncConnection,
    entities: Entities,
    org_id: str,
    id: str,
    now: int,
    others: Mapping[str, Handler],
) -> Published | None:
    """Claim one deadline, do what it asks, publish. None if another worker has it already."""
    ledger = await open_ledger(connection, org_id, entities, now)
    claimed = await claim(connection, org_id, id, now)
    if claimed is None:
        return None
    await load(connection, ledger, [claimed.subject_id])
    subject = ledger.row(claimed.subject_id)
    if subject is not None and not subject.deleted:
        await others.get(claimed.kind, act_on_lead)(connection, ledger, claimed, subject)
    return await publish(connection, ledger)


async def claim(connection: AsyncConnection, org_id: str, id: str, now: int) -> Record[Any] | None:
    query = (
        select(deadlines)
        .where(deadlines.c.org_id == org_id, deadlines.c.id == id, OPEN, deadlines.c.due_at <= now)
        .with_for_update(skip_locked=True)
    )
    claimed = (await connection.execute(query)).one_or_none()
    fired = update(deadlines).where(deadlines.c.org_id == org_id, deadlines.c.id == id)
    if claimed is not None:
        await connection.execute(fired.values(fired_at=now))
    return claimed


async def act_on_lead(
    connection: AsyncConnection, ledger: Ledger, deadline: Record[Any], subject: Row
) -> None:
    if deadline.kind == "arrival":
        await open_forgotten(connection, ledger, subject)
        return
    lead_id = find_lead_id(subject)
    lead = ledger.find(lead_id)
    if lead is None or lead.deleted:
        return
    scene = await set_scene(connection, ledger, lead)
    if deadline.kind == "turn":
        await count_turns(connection, scene, [subject.author or ""])
        return
    bells = fire(deadline.kind, subject, deadline.due_at, scene)
    await enqueue(connection, ledger.org, bells, ledger.now)
    await count_turns(connection, scene, find_receivers(ledger))


def find_lead_id(subject: Row) -> str | None:
    """Deadlines are about a lead, or about something that names one."""
    if subject.entity == "lead":
        return subject.id
    return subject.body.get("opened_lead_id") or subject.body.get("lead_id")


def find_receivers(ledger: Ledger) -> list[str]:
    """Whom offers were made to in this transaction."""
    made = [row for row in ledger.touched.values() if row.entity == "offer" and is_fresh(row)]
    return [row.body["to_id"] for row in made]


async def open_forgotten(connection: AsyncConnection, ledger: Ledger, arrival: Row) -> None:
    """A reception whose lead never came: the customer is waiting all the same."""
    if arrival.body.get("opened_lead_id"):
        return
    key = (PASS_KEY, make_pass(ledger.org, arrival.id))
    await load(connection, ledger, keys=[key])
    open_or_ring(
        ledger,
        arrival,
        stored(ledger, arrival.root),
        reception="none",
        receiver_id=None,
        author=arrival.author,
        card=ledger.key(*key),
    )
