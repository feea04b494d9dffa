"""Operations that were judged before: their stored outcomes, and nothing else (law 5)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Row as Record
from sqlalchemy import select

from server.db import Connection
from server.identity.tables import devices
from server.rows.tables import pushes
from sync import HASH_BYTES, Exceptional, Mismatch

if TYPE_CHECKING:
    from server.exchange.push import Job

_exceptions = msgspec.json.Decoder(list[Exceptional])


class Replay(msgspec.Struct):
    """How many operations at the head of a push were known, and their exceptional outcomes."""

    count: int = 0
    exceptions: list[Exceptional] = msgspec.field(default_factory=list)

    @property
    def mismatched(self) -> list[Mismatch]:
        """Two outboxes share one identity: nothing new under it is judged before they part."""
        return [each for each in self.exceptions if isinstance(each, Mismatch)]


async def read_replays(
    connection: Connection, sent: Sequence[tuple["Job", Record[Any]]]
) -> list[Replay]:
    return [await read_replay(connection, job, device) for job, device in sent]


async def read_replay(connection: Connection, job: "Job", device: Record[Any]) -> Replay:
    numbers = [operation.n for unit in job.push.units for operation in unit]
    known = [n for n in numbers if n < device.next_seq]
    if not known:
        return Replay()
    logged = await connection.execute(
        select(pushes.c.first_seq, pushes.c.count, pushes.c.hashes, pushes.c.exceptions).where(
            pushes.c.org_id == device.org_id,
            pushes.c.device_id == device.device_id,
            pushes.c.first_seq <= known[-1],
            pushes.c.first_seq + pushes.c.count > known[0],
        )
    )
    replay = compare(known, job.hashes, logged.all())
    if replay.mismatched:
        before = await judged_before(connection, device.org_id, device.staff_id)
        for each in replay.mismatched:
            each.known = job.hashes[each.n - numbers[0]] in before
    return replay


async def judged_before(connection: Connection, org_id: str, staff_id: str) -> set[bytes]:
    """The hashes of everything this person ever pushed, from any phone. Read only when two
    outboxes turn out to share one identity, or one came back from a file."""
    logged = (
        select(pushes.c.hashes)
        .join(devices, (devices.c.org_id == pushes.c.org_id) & (devices.c.id == pushes.c.device_id))
        .where(pushes.c.org_id == org_id, devices.c.staff_id == staff_id)
    )
    blobs = [bytes(held) for held in (await connection.execute(logged)).scalars()]
    return {blob[at : at + HASH_BYTES] for blob in blobs for at in range(0, len(blob), HASH_BYTES)}


def compare(known: list[int], hashes: list[bytes], logged: Sequence[Any]) -> Replay:
    """Stored outcomes of the known numbers; other content under a known number is a mismatch."""
    stored: dict[int, bytes] = {}
    outcomes: dict[int, Exceptional] = {}
    for first, count, held, exceptions in logged:
        for nth in range(count):
            stored[first + nth] = bytes(held[nth * HASH_BYTES : (nth + 1) * HASH_BYTES])
        outcomes |= {outcome.n: outcome for outcome in _exceptions.decode(exceptions)}
    replay = Replay(len(known))
    for n, sent in zip(known, hashes, strict=False):
        if stored.get(n) != sent:
            replay.exceptions.append(Mismatch(n))
        elif n in outcomes:
            replay.exceptions.append(outcomes[n])
    return replay
