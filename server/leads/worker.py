"""The worker: takes deadlines that are due and does what they ask, many in one transaction.

A deadline is marked as fired in the transaction that holds its effects and its messages, so it
fires exactly once, however many workers there are and whenever they are killed. Where a batch
fails its deadlines are fired singly, so that a fault in one costs the others nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy import Row as Record

from server.clock import Clock
from server.customers.register import PASS_KEY, make_pass
from server.db import Connection, Database, as_list, listed
from server.leads.deadlines import Scene, fire
from server.leads.offers import open_or_ring, stored
from server.leads.presence import come_back
from server.leads.queries import load_rosters
from server.notify.outbox import Bell, enqueue
from server.notify.overheard import ring_overheard
from server.rows import Movement, Published, load, open_ledger, publish
from server.rows.tables import deadlines
from sync import Entities, Ledger, Row, is_fresh

DUE_AT_ONCE = 400
BATCH = 100
"""Deadlines in one transaction, which keeps every other writer of the organisation waiting."""
LONGEST_SLEEP_S = 1.0
PUT_BACK_MS = 60_000
BACKOFF_S = (1, 2, 5, 10, 30)
log = logging.getLogger("shopbell.deadlines")

Handler = Callable[[Connection, Ledger, Record[Any], Row], Awaitable[None]]
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
        self.batch = BATCH

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
        for org_id, ids in self.batches(due):
            await self.fire_batch(org_id, ids, now)
        return len(due)

    def batches(self, due: Iterable[Record[Any]]) -> Iterator[tuple[str, list[str]]]:
        """An organisation's deadlines about leads together; those of others one by one."""
        alike: dict[str, list[str]] = {}
        for deadline in due:
            if deadline.kind in self.others:
                yield deadline.org_id, [deadline.id]
            else:
                alike.setdefault(deadline.org_id, []).append(deadline.id)
        for org_id, ids in alike.items():
            for start in range(0, len(ids), self.batch):
                yield org_id, ids[start : start + self.batch]

    async def fire_batch(self, org_id: str, ids: list[str], now: int) -> None:
        """One that fails alone is put back a minute: it cannot keep others from their turn."""

        async def work(connection: Connection) -> Published | None:
            return await fire_deadlines(connection, self.entities, org_id, ids, now, self.others)

        try:
            published = await self.database.transact(work)
        except Exception:
            await self.fire_singly(org_id, ids, now)
        else:
            if published is not None:
                self.movement.tell(published)

    async def fire_singly(self, org_id: str, ids: list[str], now: int) -> None:
        if len(ids) == 1:
            log.exception("deadline failed", extra={"facts": {"org": org_id, "deadline": ids[0]}})
            await self.put_back(org_id, ids[0], now)
            return
        for id in ids:
            await self.fire_batch(org_id, [id], now)

    async def put_back(self, org_id: str, id: str, now: int) -> None:
        later = (
            update(deadlines)
            .where(deadlines.c.org_id == org_id, deadlines.c.id == id, OPEN)
            .values(due_at=now + PUT_BACK_MS)
        )
        await self.database.transact(lambda connection: connection.execute(later))

    async def find_due(self, now: int) -> list[Record[Any]]:
        query = (
            select(deadlines.c.org_id, deadlines.c.id, deadlines.c.kind, deadlines.c.due_at)
            .where(OPEN, deadlines.c.due_at <= now)
            .order_by(deadlines.c.due_at)
            .limit(DUE_AT_ONCE)
        )
        async with self.database.read(snapshot=False) as connection:
            return list(await connection.execute(query))

    async def find_next(self) -> int | None:
        query = select(func.min(deadlines.c.due_at)).where(OPEN)
        async with self.database.read(snapshot=False) as connection:
            next_at: int | None = (await connection.execute(query)).scalar()
        return next_at


async def fire_deadlines(
    connection: Connection,
    entities: Entities,
    org_id: str,
    ids: list[str],
    now: int,
    others: Mapping[str, Handler],
) -> Published | None:
    """Claim deadlines of one organisation, do what they ask, publish. None if other workers have
    them all."""
    ledger = await open_ledger(connection, org_id, entities, now)
    claimed = await find_open(connection, org_id, ids, now)
    if not claimed:
        return None
    await load(connection, ledger, [each.subject_id for each in claimed])
    firing = list(first_of_each(ledger, claimed))
    await mark_fired(connection, org_id, [deadline.id for deadline, _ in firing], now)
    about_leads = []
    for deadline, subject in firing:
        if subject is None or subject.deleted:
            continue
        if deadline.kind in others:
            await others[deadline.kind](connection, ledger, deadline, subject)
        else:
            about_leads.append((deadline, subject))
    await act_on_leads(connection, ledger, about_leads)
    await ring_overheard(connection, ledger)
    return await publish(connection, ledger)


Firing = tuple[Record[Any], Row]


def first_of_each(
    ledger: Ledger, claimed: Iterable[Record[Any]]
) -> Iterator[tuple[Record[Any], Row | None]]:
    """One deadline of each customer in a transaction: the next must find what this one did."""
    taken: set[str] = set()
    for deadline in claimed:
        subject = ledger.row(deadline.subject_id)
        root = subject.root if subject else deadline.subject_id
        if root not in taken:
            taken.add(root)
            yield deadline, subject


async def find_open(
    connection: Connection, org_id: str, ids: list[str], now: int
) -> list[Record[Any]]:
    """Those that nobody has fired yet, held against everybody who would."""
    query = (
        select(deadlines)
        .where(deadlines.c.org_id == org_id, is_among(connection))
        .where(OPEN, deadlines.c.due_at <= now)
        .order_by(deadlines.c.due_at, deadlines.c.id)
        .with_for_update(skip_locked=True)
    )
    return list(await connection.execute(query, {"ids": as_list(ids)}))


async def mark_fired(connection: Connection, org_id: str, ids: list[str], now: int) -> None:
    fired = update(deadlines).where(deadlines.c.org_id == org_id, is_among(connection))
    await connection.execute(fired.values(fired_at=now), {"ids": as_list(ids)})


def is_among(connection: Connection) -> ColumnElement[bool]:
    return deadlines.c.id.in_(listed(connection.dialect.name, "ids"))


async def act_on_leads(connection: Connection, ledger: Ledger, firing: list[Firing]) -> None:
    forgotten = [subject for deadline, subject in firing if deadline.kind == "arrival"]
    await open_forgotten(connection, ledger, forgotten)
    moved = [(each, subject, find_lead(ledger, subject)) for each, subject in firing]
    leads = [lead for each, _, lead in moved if each.kind != "arrival" and lead is not None]
    if not leads:
        return
    rosters, bells = await load_rosters(connection, ledger, leads), []
    for deadline, subject, lead in moved:
        if deadline.kind != "arrival" and lead is not None:
            bells += act(deadline, subject, rosters.scene(lead))
    await enqueue(connection, ledger.org, bells, ledger.now)
    await rosters.save(connection)


def act(deadline: Record[Any], subject: Row, scene: Scene) -> list[Bell]:
    """What one deadline asks; whoever received the lead by it has had a turn."""
    if deadline.kind == "turn":
        scene.roster.count(subject.author or "", scene.ask())
        come_back(scene.ledger, subject.author or "")
        return []
    bells = fire(deadline.kind, subject, deadline.due_at, scene)
    made = scene.ledger.find(scene.lead.body["offer_id"])
    if made is not None and is_fresh(made):
        scene.roster.count(made.body["to_id"], scene.ask())
    return bells


def find_lead(ledger: Ledger, subject: Row) -> Row | None:
    """Deadlines are about a lead, or about something that names one."""
    named = subject.body.get("opened_lead_id") or subject.body.get("lead_id")
    lead = subject if subject.entity == "lead" else ledger.find(named)
    return lead if lead is not None and not lead.deleted else None


async def open_forgotten(connection: Connection, ledger: Ledger, arrivals: Iterable[Row]) -> None:
    """Receptions whose leads never came: the customers are waiting all the same."""
    waiting = {
        arrival.id: (PASS_KEY, make_pass(ledger.org, arrival.id))
        for arrival in arrivals
        if not arrival.body.get("opened_lead_id")
    }
    await load(connection, ledger, keys=waiting.values())
    for id, key in waiting.items():
        arrival = stored(ledger, id)
        open_or_ring(
            ledger,
            arrival,
            stored(ledger, arrival.root),
            reception="none",
            receiver_id=None,
            author=arrival.author,
            card=ledger.key(*key),
        )
