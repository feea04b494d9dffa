"""Unlocking a shared phone with a PIN. A failure is counted before the PIN is looked at, so that
guesses sent together count each."""

from typing import Any

from sqlalchemy import Row, select, update

from server.db import Connection
from server.errors import Forbidden, Unauthenticated
from server.identity.devices import MAX_PIN_FAILURES, find
from server.identity.sessions import start_session
from server.identity.tables import devices, organisations, staff_accounts


async def count_attempt(connection: Connection, org_code: str, device_id: str) -> Row[Any]:
    """The device's org_id, staff_id, pin_hash and failures so far, this one included.

    Raises Forbidden: device_revoked, pin_not_set, pin_locked.
    """
    org_id = await org_id_of(connection, org_code)
    counted = await connection.execute(
        update(devices)
        .where(devices.c.org_id == org_id, devices.c.id == device_id)
        .where(devices.c.revoked_at.is_(None), devices.c.pin_hash.is_not(None))
        .where(devices.c.pin_failures < MAX_PIN_FAILURES)
        .values(pin_failures=devices.c.pin_failures + 1)
        .returning(devices.c.org_id, devices.c.staff_id, devices.c.pin_hash, devices.c.pin_failures)
    )
    row: Row[Any] | None = counted.one_or_none()
    if row is None:
        raise why_not(await find(connection, org_id, device_id))
    return row


async def org_id_of(connection: Connection, org_code: str) -> str:
    wanted = select(organisations.c.org_id).where(organisations.c.code == org_code)
    org_id: str | None = await connection.scalar(wanted)
    if org_id is None:
        raise Unauthenticated("bad_credential")
    return org_id


def why_not(device: Row[Any] | None) -> Unauthenticated | Forbidden:
    if device is None:
        return Unauthenticated("bad_credential")
    if device.revoked_at is not None:
        return Forbidden("device_revoked", why=device.revoked_why)
    return Forbidden("pin_not_set" if device.pin_hash is None else "pin_locked")


async def unlock(
    connection: Connection, org_code: str, device_id: str, attempt: Row[Any], now: int
) -> str:
    """After the right PIN: forgives the failures and returns a new session's cookie."""
    if not await still_works_here(connection, attempt.org_id, attempt.staff_id):
        raise Unauthenticated
    await connection.execute(
        update(devices)
        .where(devices.c.org_id == attempt.org_id, devices.c.id == device_id)
        .values(pin_failures=0)
    )
    return await start_session(
        connection, attempt.org_id, org_code, attempt.staff_id, now, device_id
    )


async def still_works_here(connection: Connection, org_id: str, staff_id: str) -> bool:
    state = await connection.scalar(
        select(staff_accounts.c.state).where(
            staff_accounts.c.org_id == org_id, staff_accounts.c.id == staff_id
        )
    )
    return state is not None and state != "left"
