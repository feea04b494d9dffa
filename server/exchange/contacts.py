"""From when on a device's work may have been written: by the rights since then it is judged."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row as Record
from sqlalchemy import func, select

from server.clock import DAY_MS, MINUTE_MS
from server.db import Connection
from server.identity.tables import devices
from server.rows.tables import pushes
from sync import Operation

IN_FLIGHT_MS = 5 * MINUTE_MS
"""What was written while a push was on its way came before the server's receipt of that push."""
QUEUE_MS = 7 * DAY_MS
"""How long a queue may take that is sent in several pushes, from the receipt of the first."""
CARRIED_MS = 30 * DAY_MS
"""How long another phone of the author's may have been silent and still vouch for its work."""


class Contact(NamedTuple):
    """When the server last heard from a device, and the organisation's number then; None where
    nobody noted it."""

    at: int
    seq: int | None


def own_contact(device: Record[Any]) -> Contact:
    """Of a row of DEVICE. What was never in contact began with its enrolment (law 7)."""
    is_new = device.contact_at is None
    return Contact(device.created_at if is_new else device.contact_at, device.contact_seq)


async def is_queue_over(connection: Connection, device: Record[Any], now: int) -> bool:
    """Whether this device said `more` so long ago that the rest counts like a queue of its own:
    who always says it would keep for ever what rights they had."""
    since = own_contact(device).at
    if now - since <= QUEUE_MS:
        return False
    first = select(func.min(pushes.c.received_at)).where(
        pushes.c.org_id == device.org_id,
        pushes.c.device_id == device.device_id,
        pushes.c.received_at > since,
    )
    begun_at: int | None = (await connection.execute(first)).scalar_one()
    return begun_at is not None and now - begun_at > QUEUE_MS


def is_carried(unit: Sequence[Operation], skew: int, device: Record[Any]) -> bool:
    """Whether it was written before the contact at which this device had sent all it had: it came
    from another phone, in a file or in a copied outbox."""
    earliest = own_contact(device).at - IN_FLIGHT_MS
    return any(operation.t + skew < earliest for operation in unit)


class Elsewhere(NamedTuple):
    """What bounds work that came from another phone: the contact whose rights count for it, and
    when it can have been written at the earliest (ms)."""

    contact: Contact
    written_since: int


async def read_elsewhere(connection: Connection, device: Record[Any], now: int) -> Elsewhere:
    """Of the author's devices that were not silent too long. A revoked one has no rights to lend,
    but its work may have left it in a file before."""
    heard_at = func.coalesce(devices.c.contact_at, devices.c.created_at)
    others = select(heard_at, devices.c.contact_seq, devices.c.revoked_at).where(
        devices.c.org_id == device.org_id,
        devices.c.staff_id == device.staff_id,
        devices.c.id != device.device_id,
        heard_at >= now - CARRIED_MS,
    )
    found = (await connection.execute(others)).all()
    own = own_contact(device)
    vouching = [Contact(at, seq) for at, seq, revoked_at in found if revoked_at is None]
    return Elsewhere(
        min([own, *vouching], key=lambda contact: contact.at),
        min([own.at, *(at for at, _, _ in found)]) - IN_FLIGHT_MS,
    )
