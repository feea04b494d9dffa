"""Sessions: a random token in a cookie, its SHA-256 in the database, one statement to check it."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, bindparam, select, update
from starlette.requests import Request
from starlette.responses import Response

from server.clock import DAY_MS
from server.db import Connection, Database
from server.errors import Unauthenticated
from server.ground import ground_of
from server.identity.actor import Actor
from server.identity.tables import organisations, sessions, staff_accounts

COOKIE = "shopbell_session"
TOKEN_BYTES = 32
IDLE_DAYS = 30
ABSOLUTE_DAYS = 90

Place = tuple[str, str]
"""(org_id, token_hash) of a session."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a cookie says: the organisation's code and the hash of the token."""

    org_code: str
    token_hash: str


class LastSeen:
    """When sessions were used last, in memory: reading must not write. Flushed each minute."""

    def __init__(self) -> None:
        self.at: dict[Place, int] = {}

    def note(self, place: Place, now: int) -> None:
        self.at[place] = now

    def latest(self, place: Place, stored: int) -> int:
        return max(stored, self.at.get(place, 0))

    async def flush(self, database: Database) -> None:
        if not self.at:
            return
        noted, self.at = self.at, {}
        values = [{"org": o, "hash": h, "seen": at} for (o, h), at in noted.items()]
        await database.transact(lambda connection: connection.execute(SEEN, values))


async def signed_in(request: Request, connection: Connection) -> Actor:
    """The actor behind the request's cookie. Raises Unauthenticated."""
    row = await session_of(request, connection)
    return actor_of(row)


async def session_of(request: Request, connection: Connection) -> Row[Any]:
    """The row of SESSION for the request's cookie: live, and now noted as seen."""
    now = ground_of(request).clock()
    seen: LastSeen = request.app.state.seen
    row = await live_session(connection, request.cookies.get(COOKIE), now, seen)
    seen.note((row.org_id, row.token_hash), now)
    return row


async def live_session(
    connection: Connection, cookie: str | None, now: int, seen: LastSeen
) -> Row[Any]:
    ticket = read_cookie(cookie)
    row: Row[Any] | None = (await connection.execute(SESSION, parameters(ticket))).one_or_none()
    if row is None or not is_live(row, now, seen):
        raise Unauthenticated
    return row


def session_query() -> Select[Any]:
    """One statement for everything a request needs to know of its sender.

    Parameters `org_code` and `token_hash` (see `parameters`). Join more to it, as the pull does.
    """
    return (
        select(
            sessions.c.org_id,
            sessions.c.token_hash,
            sessions.c.staff_id,
            sessions.c.device_id,
            sessions.c.last_seen_at,
            sessions.c.expires_at,
            staff_accounts.c.name,
            staff_accounts.c.role,
            staff_accounts.c.store_ids,
            staff_accounts.c.accepts_leads,
            organisations.c.code.label("org_code"),
            organisations.c.name.label("org_name"),
            organisations.c.zone,
        )
        .select_from(organisations)
        .join(sessions, sessions.c.org_id == organisations.c.org_id)
        .join(
            staff_accounts,
            (staff_accounts.c.org_id == sessions.c.org_id)
            & (staff_accounts.c.id == sessions.c.staff_id),
        )
        .where(organisations.c.code == bindparam("org_code"))
        .where(sessions.c.token_hash == bindparam("token_hash"))
        .where(sessions.c.revoked_at.is_(None), staff_accounts.c.state != "left")
    )


SESSION = session_query()
SEEN = (
    update(sessions)
    .where(sessions.c.org_id == bindparam("org"), sessions.c.token_hash == bindparam("hash"))
    .values(last_seen_at=bindparam("seen"))
)


def parameters(ticket: Ticket) -> dict[str, str]:
    return {"org_code": ticket.org_code, "token_hash": ticket.token_hash}


def is_live(row: Row[Any], now: int, seen: LastSeen) -> bool:
    last = seen.latest((row.org_id, row.token_hash), row.last_seen_at)
    return bool(now < row.expires_at and now - last < IDLE_DAYS * DAY_MS)


def actor_of(row: Row[Any]) -> Actor:
    """From a row with the columns of SESSION (or DEVICE, which has the same ones)."""
    return Actor(
        org_id=row.org_id,
        staff_id=row.staff_id,
        role=row.role,
        store_ids=tuple(msgspec.json.decode(row.store_ids)),
        accepts_leads=bool(row.accepts_leads),
        device_id=row.device_id,
    )


def read_cookie(cookie: str | None) -> Ticket:
    """The cookie is "<organisation's code>.<token>". Raises Unauthenticated."""
    org_code, dot, token = (cookie or "").partition(".")
    if not (org_code and dot and token):
        raise Unauthenticated
    return Ticket(org_code, hash_of(token))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def start_session(
    connection: Connection,
    org_id: str,
    org_code: str,
    staff_id: str,
    now: int,
    device_id: str | None = None,
) -> str:
    """Stores a new session and returns the cookie's value, which exists nowhere else."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await connection.execute(
        sessions.insert().values(
            org_id=org_id,
            token_hash=hash_of(token),
            staff_id=staff_id,
            device_id=device_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE_DAYS * DAY_MS,
        )
    )
    return f"{org_code}.{token}"


async def end_session(connection: Connection, org_id: str, token_hash: str, now: int) -> None:
    await connection.execute(
        update(sessions)
        .where(sessions.c.org_id == org_id, sessions.c.token_hash == token_hash)
        .values(revoked_at=now)
    )


async def end_sessions(
    connection: Connection, org_id: str, whose: ColumnElement[bool], now: int
) -> None:
    """`whose`: a condition on the table, such as one device's or one person's."""
    await connection.execute(
        update(sessions)
        .where(sessions.c.org_id == org_id, whose)
        .where(sessions.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


async def bind_session(
    connection: Connection, org_id: str, token_hash: str, device_id: str
) -> None:
    """From now on the session falls with the device."""
    await connection.execute(
        update(sessions)
        .where(sessions.c.org_id == org_id, sessions.c.token_hash == token_hash)
        .values(device_id=device_id)
    )


def set_cookie(response: Response, value: str, *, https: bool) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=ABSOLUTE_DAYS * DAY_MS // 1000,
        path="/",
        httponly=True,
        samesite="lax",
        secure=https,
    )
