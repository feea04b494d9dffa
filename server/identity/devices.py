"""Devices: one person's outbox in one browser profile, with a credential that can only push."""

from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import Row, Select, bindparam, select, update

from server.db import Connection
from server.errors import Conflict, Forbidden, NotFound, Unauthenticated
from server.identity.actor import Actor, may
from server.identity.reports import Report, Reports
from server.identity.sessions import end_sessions
from server.identity.signing import BadSeal, Seal
from server.identity.tables import devices, organisations, sessions, staff_accounts
from server.rows.tables import heads

MAX_PIN_FAILURES = 5
PURPOSE = "device"
COMPROMISED = "compromised"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """`pin_hash` None leaves the PIN as it is."""

    id: str
    name: str
    shared: bool
    pin_hash: str | None


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as lists show it: an Owned for `may`. Its last report: see `Report`."""

    id: str
    name: str
    shared: bool
    staff_id: str
    staff_name: str
    store_ids: tuple[str, ...]
    created_at: int
    last_seen_at: int | None
    pending: int | None
    oldest_pending_at: int | None
    photos: int | None
    revoked_at: int | None


def credential_for(keys: tuple[str, ...], org_code: str, device_id: str, now: int) -> str:
    """Begins with the organisation's code, like everything that comes from outside."""
    return f"{org_code}.{Seal(keys, PURPOSE).close([org_code, device_id], now)}"


def read_credential(keys: tuple[str, ...], credential: str, now: int) -> tuple[str, str]:
    """(organisation's code, device id). Credentials do not expire, they are revoked.

    Raises Unauthenticated.
    """
    prefix, _, sealed = credential.partition(".")
    try:
        org_code, device_id = Seal(keys, PURPOSE).open(sealed, now)
    except (BadSeal, ValueError, TypeError) as error:
        raise Unauthenticated("bad_credential") from error
    if prefix != org_code:
        raise Unauthenticated("bad_credential")
    return org_code, device_id


def device_query() -> Select[Any]:
    """One statement for everything a push needs to know of its sender.

    Parameters `org_code` and `device_id`. `actor_of` reads the row too: a push is its author's,
    whoever is signed in.
    """
    return (
        select(
            devices.c.org_id,
            devices.c.id.label("device_id"),
            devices.c.staff_id,
            devices.c.next_seq,
            devices.c.contact_at,
            devices.c.contact_seq,
            devices.c.skew_ms,
            devices.c.created_at,
            devices.c.revoked_at,
            devices.c.revoked_why,
            staff_accounts.c.role,
            staff_accounts.c.store_ids,
            staff_accounts.c.accepts_leads,
            staff_accounts.c.state,
            staff_accounts.c.rights_at,
            organisations.c.code.label("org_code"),
        )
        .select_from(organisations)
        .join(devices, devices.c.org_id == organisations.c.org_id)
        .join(
            staff_accounts,
            (staff_accounts.c.org_id == devices.c.org_id)
            & (staff_accounts.c.id == devices.c.staff_id),
        )
        .where(organisations.c.code == bindparam("org_code"))
        .where(devices.c.id == bindparam("device_id"))
    )


DEVICE = device_query()


async def device_of(
    connection: Connection, keys: tuple[str, ...], authorization: str | None, now: int
) -> Row[Any]:
    """The row of DEVICE behind an Authorization header.

    Raises Unauthenticated for a missing or forged credential, Forbidden `device_revoked` if it may
    not even send what it still holds.
    """
    kind, _, credential = (authorization or "").partition(" ")
    if kind.lower() != "bearer":
        raise Unauthenticated("bad_credential")
    org_code, device_id = read_credential(keys, credential.strip(), now)
    found = await connection.execute(DEVICE, {"org_code": org_code, "device_id": device_id})
    row: Row[Any] | None = found.one_or_none()
    return sender(row)


def sender(row: Row[Any] | None) -> Row[Any]:
    """A lost or replaced phone may still hand over its work, which its manager gets; from one in
    wrong hands nothing is taken."""
    if row is None:
        raise Unauthenticated("bad_credential")
    if row.revoked_why == COMPROMISED:
        raise Forbidden("device_revoked", why=row.revoked_why)
    return row


async def enrol(connection: Connection, actor: Actor, wish: Enrolment, now: int) -> None:
    """Makes the device, or changes the same person's. Raises Conflict, Forbidden."""
    known = await find(connection, actor.org_id, wish.id)
    if known is None:
        await add(connection, actor, wish, now)
    elif known.staff_id != actor.staff_id:
        raise Conflict("device_taken")
    elif known.revoked_at is not None:
        raise Forbidden("device_revoked", why=known.revoked_why)
    else:
        await change(connection, actor.org_id, wish)


async def find(connection: Connection, org_id: str, device_id: str) -> Row[Any] | None:
    wanted = select(devices).where(devices.c.org_id == org_id, devices.c.id == device_id)
    return (await connection.execute(wanted)).one_or_none()


async def add(connection: Connection, actor: Actor, wish: Enrolment, now: int) -> None:
    await connection.execute(
        devices.insert().values(
            org_id=actor.org_id,
            id=wish.id,
            staff_id=actor.staff_id,
            name=wish.name,
            shared=int(wish.shared),
            pin_hash=wish.pin_hash,
            pin_failures=0,
            next_seq=1,
            # What left its person's scopes before is nothing that this phone ever held.
            contact_seq=select(heads.c.seq).where(heads.c.org_id == actor.org_id).scalar_subquery(),
            created_at=now,
        )
    )


async def change(connection: Connection, org_id: str, wish: Enrolment) -> None:
    """Also forgives wrong PINs: whoever enrols has just signed in with the password."""
    pin = {} if wish.pin_hash is None else {"pin_hash": wish.pin_hash}
    await connection.execute(
        update(devices)
        .where(devices.c.org_id == org_id, devices.c.id == wish.id)
        .values(name=wish.name, shared=int(wish.shared), pin_failures=0, **pin)
    )


async def devices_seen_by(
    connection: Connection, actor: Actor, reports: Reports
) -> list[DeviceRow]:
    """One's own, and those of the people one leads. The oldest silence first."""
    found = [device_row(row) for row in await connection.execute(listed(actor.org_id))]
    seen = [row for row in found if may(actor, "see_devices", row)]
    heard = [with_report(row, actor.org_id, reports) for row in seen]
    return sorted(heard, key=lambda row: (row.last_seen_at or 0, row.created_at, row.id))


async def devices_of(
    connection: Connection, org_id: str, staff_id: str, reports: Reports
) -> list[DeviceRow]:
    """One person's that may still send, with what they last said."""
    query = listed(org_id).where(devices.c.staff_id == staff_id, devices.c.revoked_at.is_(None))
    found = [device_row(row) for row in await connection.execute(query)]
    return [with_report(row, org_id, reports) for row in sorted(found, key=lambda row: row.id)]


def with_report(row: DeviceRow, org_id: str, reports: Reports) -> DeviceRow:
    """The row as of the phone's last contact, whether the table has heard of that or not."""
    stored = Report(row.last_seen_at, row.pending, row.oldest_pending_at)
    report = reports.freshest((org_id, row.id), stored)
    return replace(
        row,
        last_seen_at=report.seen_at,
        pending=report.pending,
        oldest_pending_at=report.oldest_at,
        photos=report.photos,
    )


def listed(org_id: str) -> Select[Any]:
    return (
        select(devices, staff_accounts.c.name.label("staff_name"), staff_accounts.c.store_ids)
        .join(
            staff_accounts,
            (staff_accounts.c.org_id == devices.c.org_id)
            & (staff_accounts.c.id == devices.c.staff_id),
        )
        .where(devices.c.org_id == org_id)
    )


def device_row(row: Row[Any]) -> DeviceRow:
    return DeviceRow(
        id=row.id,
        name=row.name,
        shared=bool(row.shared),
        staff_id=row.staff_id,
        staff_name=row.staff_name,
        store_ids=tuple(msgspec.json.decode(row.store_ids)),
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        pending=row.pending,
        oldest_pending_at=row.oldest_pending_at,
        photos=None,
        revoked_at=row.revoked_at,
    )


async def revoke(connection: Connection, actor: Actor, device_id: str, why: str, now: int) -> None:
    """Ends the device's sessions and its credential. Raises NotFound also for the unseen."""
    found = await connection.execute(listed(actor.org_id).where(devices.c.id == device_id))
    row: Row[Any] | None = found.one_or_none()
    if row is None or not may(actor, "revoke_device", device_row(row)):
        raise NotFound
    await connection.execute(
        update(devices)
        .where(devices.c.org_id == actor.org_id, devices.c.id == device_id)
        .where(devices.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_why=why)
    )
    await end_sessions(connection, actor.org_id, sessions.c.device_id == device_id, now)
