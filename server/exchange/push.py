"""Push: operations in, outcomes out. Waiting pushes of an organisation share one commit."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row as Record
from sqlalchemy import bindparam, null, update

from server.db import Connection, Database, bulk_insert, fetch_one, run_each
from server.exchange.authors import author_of
from server.exchange.contacts import (
    Contact,
    is_carried,
    is_queue_over,
    own_contact,
    read_elsewhere,
)
from server.exchange.kept import ask_about
from server.exchange.reading import keys_of_author, load_for
from server.exchange.replay import Replay, read_replays
from server.identity.devices import DEVICE, sender
from server.identity.rights import LEFT
from server.identity.tables import devices
from server.photos.dooming import doom_bytes
from server.pool.claims import count_for
from server.privacy.suppression import note_suppressed
from server.rows import Movement, Published, open_ledger, publish
from server.rows.tables import pushes
from server.visits.walls import Known, read_walls
from sync import (
    PROTOCOL,
    Author,
    Entities,
    Exceptional,
    Ledger,
    Operation,
    Push,
    PushAnswer,
    Timing,
    judge,
    keep_unit,
    operation_hash,
    refusal_id,
)

BATCH_OPERATIONS = 4_000
REPLACED = "replaced"
log = logging.getLogger("shopbell.exchange")


class Job(msgspec.Struct, eq=False):
    """One push that waits for its turn. `received_at` in ms."""

    org_code: str
    device_id: str
    push: Push
    hashes: list[bytes]
    received_at: int
    answer: asyncio.Future[PushAnswer]


class Judged(msgspec.Struct, eq=False):
    """A push after judgement: its device's row, what was new in it and what became of that.

    `is_contact`: nothing waits behind it, or waited too long.
    """

    job: Job
    device: Record[Any]
    fresh: list[Operation]
    exceptions: list[Exceptional]
    gap: bool
    is_contact: bool = True


class Secrets(NamedTuple):
    """`known`: by what codes of ours are told. `digest_key`: names numbers that stay
    away."""

    known: Known = Known((), "")
    digest_key: bytes = b""


NO_SECRETS = Secrets()


class Pushes:
    """Judges pushes in the order in which they came, as many as wait in one transaction.

    Nobody waits for company. Where a batch fails its pushes are judged singly, so that a fault in
    one costs the others nothing.
    """

    def __init__(
        self,
        database: Database,
        entities: Entities,
        movement: Movement,
        secrets: Secrets = NO_SECRETS,
    ) -> None:
        self.secrets = secrets
        self.database = database
        self.entities = entities
        self.movement = movement
        self.waiting: list[Job] = []
        self.drain: asyncio.Task[None] | None = None

    async def submit(self, org_code: str, device_id: str, push: Push, now: int) -> PushAnswer:
        hashes = [operation_hash(each) for unit in push.units for each in unit]
        answer: asyncio.Future[PushAnswer] = asyncio.get_running_loop().create_future()
        self.waiting.append(Job(org_code, device_id, push, hashes, now, answer))
        if self.drain is None or self.drain.done():
            self.drain = asyncio.create_task(self.work_off())
        return await asyncio.shield(answer)

    async def work_off(self) -> None:
        while self.waiting:
            batch = self.take_batch()
            try:
                await self.settle(batch)
            except Exception as error:
                await self.settle_singly(batch, error)

    def take_batch(self) -> list[Job]:
        """The first push and those of its organisation behind it, one a device at most."""
        org_code, count, taken, left = self.waiting[0].org_code, 0, [], []
        seen: set[str] = set()
        for job in self.waiting:
            fits = count == 0 or count + len(job.hashes) <= BATCH_OPERATIONS
            if fits and job.org_code == org_code and job.device_id not in seen:
                taken.append(job)
                seen.add(job.device_id)
                count += len(job.hashes)
            else:
                left.append(job)
        self.waiting = left
        return taken

    async def settle_singly(self, batch: list[Job], error: Exception) -> None:
        if len(batch) == 1:
            fail(batch[0], error)
            return
        for job in batch:
            try:
                await self.settle([job])
            except Exception as single:
                fail(job, single)

    async def settle(self, batch: list[Job]) -> None:
        async def work(connection: Connection) -> tuple[list[PushAnswer], Published | None]:
            return await settle_batch(connection, batch, self.entities, self.secrets)

        answers, published = await self.database.transact(work)
        if published:
            self.movement.tell(published)
        for job, answer in zip(batch, answers, strict=True):
            if not job.answer.done():
                job.answer.set_result(answer)


def fail(job: Job, error: Exception) -> None:
    if not job.answer.done():
        job.answer.set_exception(error)


async def settle_batch(
    connection: Connection, batch: Sequence[Job], entities: Entities, secrets: Secrets
) -> tuple[list[PushAnswer], Published | None]:
    """Judge and write pushes of one organisation; the answers in the same order."""
    org_id = (await find_device(connection, batch[0])).org_id
    now = max(job.received_at for job in batch)
    ledger = await open_ledger(connection, org_id, entities, now)
    # Only now: another process may have judged the same push while this one waited its turn.
    senders = [await find_device(connection, job) for job in batch]
    replays = await read_replays(connection, list(zip(batch, senders, strict=True)))
    fresh = [
        [] if replay.mismatched else fresh_units(job.push, sender.next_seq)
        for job, sender, replay in zip(batch, senders, replays, strict=True)
    ]
    await load_fresh(connection, ledger, senders, fresh, secrets)
    judged = [
        await judge_job(connection, ledger, job, sender, units)
        for job, sender, units in zip(batch, senders, fresh, strict=True)
    ]
    for fault in ledger.faults:
        log.error("a rule failed", exc_info=fault)
    if ledger.named_erased:
        await doom_bytes(connection, org_id, ledger.named_erased)
    published = None
    if any(each.fresh for each in judged):
        published = await publish(connection, ledger)
        await log_pushes(connection, judged, published.head)
    return [answer_of(*pair) for pair in zip(judged, replays, strict=True)], published


async def load_fresh(
    connection: Connection,
    ledger: Ledger,
    senders: Sequence[Record[Any]],
    fresh: Sequence[list[list[Operation]]],
    secrets: Secrets,
) -> None:
    """What the rules may read for all new operations of a batch."""
    said = [[each for unit in units for each in unit] for units in fresh]
    own = [
        key
        for sender, operations in zip(senders, said, strict=True)
        for key in keys_of_author(operations, ledger.entities, sender.staff_id)
    ]
    everything = [each for operations in said for each in operations]
    await read_walls(connection, ledger, everything, secrets.known)
    await load_for(connection, ledger, everything, own)
    await note_suppressed(connection, ledger, secrets.digest_key)


async def find_device(connection: Connection, job: Job) -> Record[Any]:
    """The device as it stands in this transaction, which alone may number its operations."""
    wanted = {"org_code": job.org_code, "device_id": job.device_id}
    return sender(await fetch_one(connection, DEVICE, wanted))


def fresh_units(push: Push, next_seq: int) -> list[list[Operation]]:
    """The units not judged before; none of them after a gap."""
    units = [unit for unit in push.units if unit[0].n >= next_seq]
    return units if units and units[0][0].n == next_seq else []


async def judge_job(
    connection: Connection,
    ledger: Ledger,
    job: Job,
    device: Record[Any],
    units: list[list[Operation]],
) -> Judged:
    fresh = [operation for unit in units for operation in unit]
    if not fresh:
        first = job.push.units[0][0].n if job.push.units else device.next_seq
        return Judged(job, device, [], [], gap=first > device.next_seq)
    timing = Timing(
        received_at=job.received_at,
        sent_at=job.push.sent_at,
        contact_at=device.contact_at,
        last_skew=device.skew_ms,
    )
    is_over = await is_queue_over(connection, device, job.received_at)
    contact = Contact(job.received_at, None) if is_over else own_contact(device)
    author = await writer_of(connection, ledger, device, contact, fresh)
    verdict = judge if device.revoked_at is None else keep_for_manager
    carried = [is_carried(unit, timing.skew, device) for unit in units]
    if not any(carried):
        exceptions = verdict(units, ledger, author, timing)
    else:
        elsewhere = await read_elsewhere(connection, device, job.received_at)
        timing = msgspec.structs.replace(timing, written_since=elsewhere.written_since)
        bearer = await writer_of(connection, ledger, device, elsewhere.contact, fresh)
        exceptions = []
        for unit, is_theirs in zip(units, carried, strict=True):
            exceptions += verdict([unit], ledger, bearer if is_theirs else author, timing)
    return Judged(job, device, fresh, exceptions, False, is_over or not job.push.more)


async def writer_of(
    connection: Connection,
    ledger: Ledger,
    device: Record[Any],
    since: Contact,
    fresh: Iterable[Operation],
) -> Author:
    author = await author_of(connection, ledger, device, since)
    if any(operation.e == "pool_claim" for operation in fresh):
        author = await count_for(connection, ledger, author)
    return author


def keep_for_manager(
    units: list[list[Operation]], ledger: Ledger, author: Author, timing: Timing
) -> list[Exceptional]:
    """What was still on a lost or replaced phone: nothing is applied, nothing is thrown away."""
    outcomes: list[Exceptional] = []
    for unit in units:
        outcomes += keep_unit(unit, "revoked", ledger, author, timing)
        ids = [refusal_id(author.device, operation.n) for operation in unit]
        ask_about([row for id in ids if (row := ledger.own(id))], "", ledger, author)
    return outcomes


async def log_pushes(connection: Connection, judged: Iterable[Judged], head: int) -> None:
    """The operation log, and where each device stands now."""
    done = [each for each in judged if each.fresh]
    await bulk_insert(connection, pushes, [log_values(each) for each in done])
    await run_each(connection, STANDING, [standing_values(each, head) for each in done])


STANDING = (
    update(devices)
    .where(devices.c.org_id == bindparam("of_org"), devices.c.id == bindparam("of_device"))
    .values(
        next_seq=bindparam("to_seq"),
        contact_at=bindparam("to_contact_at"),
        contact_seq=bindparam("to_contact_seq"),
        skew_ms=bindparam("skew"),
        last_seen_at=bindparam("at"),
        # What the phone said it still had is out of date; its next pull says it again.
        pending=null(),
        oldest_pending_at=null(),
    )
)


def log_values(judged: Judged) -> tuple[Any, ...]:
    first = judged.fresh[0].n
    skipped = len(judged.job.hashes) - len(judged.fresh)
    return (
        judged.device.org_id,
        judged.device.device_id,
        first,
        len(judged.fresh),
        b"".join(judged.job.hashes[skipped:]),
        msgspec.json.encode(judged.exceptions).decode(),
        judged.job.received_at,
        judged.job.received_at - judged.job.push.sent_at,
        judged.device.contact_at,
        judged.device.skew_ms,
    )


def standing_values(judged: Judged, head: int) -> dict[str, Any]:
    """While more is to come the device is still at its contact before: everything that it wrote
    until then is judged by the rights it had."""
    received_at, device = judged.job.received_at, judged.device
    is_contact = judged.is_contact
    return {
        "to_contact_at": received_at if is_contact else device.contact_at,
        "to_contact_seq": head if is_contact else device.contact_seq,
        "of_org": judged.device.org_id,
        "of_device": judged.device.device_id,
        "to_seq": judged.fresh[-1].n + 1,
        "at": received_at,
        # The clock at the contact: what it did between two pushes of one queue is not known.
        "skew": received_at - judged.job.push.sent_at if is_contact else device.skew_ms,
    }


def answer_of(judged: Judged, replay: Replay) -> PushAnswer:
    """One answer for all of a push: what was done before and what was done now.

    The phone of somebody who left hands over like one that was replaced; but what was written
    before they left is applied.
    """
    device, fresh = judged.device, judged.fresh
    first = judged.job.push.units[0][0].n if judged.job.push.units else device.next_seq
    count = replay.count + len(fresh)
    return PushAnswer(
        v=PROTOCOL,
        now=judged.job.received_at,
        next=fresh[-1].n + 1 if fresh else device.next_seq,
        done=(first, count),
        contact_at=judged.job.received_at,
        exceptions=[*replay.exceptions, *judged.exceptions],
        gap=judged.gap,
        revoked=device.revoked_why or (REPLACED if device.state == LEFT else None),
    )
