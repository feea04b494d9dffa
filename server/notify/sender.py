"""From the outbox to the chat groups: one message every three seconds for each robot.

A message may be sent twice (the process dies between the answer and its note), never lost: it stays
in the outbox until the vendor has said `errcode 0`, or until it has failed ATTEMPTS times.
"""

import asyncio
import logging
from typing import Any, NamedTuple

import httpx
import msgspec
from sqlalchemy import Row as Record
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import MINUTE_MS, Clock
from server.db import Database
from server.notify import wecom
from server.notify.outbox import URGENT
from server.notify.tables import notifications, robots
from server.notify.words import MARKDOWN_BYTES, bytes_of, say_digest, shorten

SPACING_MS = 3_000
CALM_A_MINUTE = 15
MOST_A_MINUTE = 20
"""The vendor's limit. Past CALM_A_MINUTE, what waits is merged."""
ATTEMPTS = 8
FIRST_BACKOFF_MS = 5_000
LONGEST_BACKOFF_MS = 10 * MINUTE_MS
OVER_LIMIT_MS = MINUTE_MS
LEASE_MS = 30_000
DIGEST_MOST = 100
ROBOTS_AT_ONCE = 8
PAUSE_S = 1.0
log = logging.getLogger("shopbell.notify")

WAITING = notifications.c.sent_at.is_(None) & notifications.c.failed_at.is_(None)


class Parcel(NamedTuple):
    """What goes out in one POST: one message, or several merged."""

    org_id: str
    robot_id: str
    url: str
    messages: list[Record[Any]]
    sent: list[int]

    @property
    def is_digest(self) -> bool:
        return len(self.messages) > 1

    @property
    def text(self) -> str:
        bodies = [message.body for message in self.messages]
        return say_digest(bodies) if self.is_digest else bodies[0]


async def run(database: Database, clock: Clock) -> None:
    """Until cancelled."""
    async with httpx.AsyncClient() as client:
        while True:
            if await deliver(database, client, clock) == 0:
                await asyncio.sleep(PAUSE_S)


async def deliver(database: Database, client: httpx.AsyncClient, clock: Clock) -> int:
    """One POST for each robot whose turn it is; returns how many were made."""
    ready = await find_ready(database, clock())
    results = await asyncio.gather(
        *(serve(database, client, clock, org_id, robot_id) for org_id, robot_id in ready)
    )
    return sum(results)


async def find_ready(database: Database, now: int) -> list[tuple[str, str]]:
    query = (
        select(robots.c.org_id, robots.c.id)
        .join(
            notifications,
            (notifications.c.org_id == robots.c.org_id) & (notifications.c.target == robots.c.id),
        )
        .where(WAITING, notifications.c.due_at <= now, robots.c.next_at <= now)
        .group_by(robots.c.org_id, robots.c.id)
        .order_by(func.min(notifications.c.due_at))
        .limit(ROBOTS_AT_ONCE)
    )
    async with database.read(snapshot=False) as connection:
        return [(org_id, id) for org_id, id in await connection.execute(query)]


async def serve(
    database: Database, client: httpx.AsyncClient, clock: Clock, org_id: str, robot_id: str
) -> int:
    async def pack(connection: AsyncConnection) -> Parcel | None:
        return await take_parcel(connection, org_id, robot_id, clock())

    parcel = await database.transact(pack)
    if parcel is None:
        return 0
    answer = await wecom.post(client, parcel.url, parcel.text, markdown=parcel.is_digest)

    async def note(connection: AsyncConnection) -> None:
        await settle(connection, parcel, answer, clock())

    await database.transact(note)
    return 1


async def take_parcel(
    connection: AsyncConnection, org_id: str, robot_id: str, now: int
) -> Parcel | None:
    """Choose what this robot says next, and hold the robot while it is said."""
    query = select(robots).where(
        robots.c.org_id == org_id, robots.c.id == robot_id, robots.c.next_at <= now
    )
    robot = (await connection.execute(query.with_for_update(skip_locked=True))).one_or_none()
    if robot is None:
        return None
    sent = [at for at in msgspec.json.decode(robot.sent, type=list[int]) if at > now - MINUTE_MS]
    if len(sent) >= MOST_A_MINUTE:
        await set_robot(connection, org_id, robot_id, next_at=sent[0] + MINUTE_MS)
        return None
    waiting = await find_waiting(connection, org_id, robot_id, now)
    if not waiting or not robot.enabled:
        await drop(connection, org_id, waiting, now)
        return None
    chosen = waiting if is_merged(waiting, sent) else waiting[:1]
    await set_robot(connection, org_id, robot_id, next_at=now + LEASE_MS)
    return Parcel(org_id, robot_id, robot.url, fitting(chosen), sent)


async def find_waiting(
    connection: AsyncConnection, org_id: str, robot_id: str, now: int
) -> list[Record[Any]]:
    query = (
        select(notifications)
        .where(
            WAITING,
            notifications.c.org_id == org_id,
            notifications.c.target == robot_id,
            notifications.c.due_at <= now,
        )
        .order_by(notifications.c.priority, notifications.c.due_at, notifications.c.id)
        .limit(DIGEST_MOST)
    )
    return list(await connection.execute(query))


def is_merged(waiting: list[Record[Any]], sent: list[int]) -> bool:
    """Escalations go out alone and first; the rest is merged once the minute is busy."""
    return len(sent) >= CALM_A_MINUTE and waiting[0].priority != URGENT


def fitting(messages: list[Record[Any]]) -> list[Record[Any]]:
    """As many as one digest can hold whole; the others wait for the next."""
    fit = len(messages)
    while fit > 1 and bytes_of(say_all(messages[:fit])) > MARKDOWN_BYTES:
        fit -= 1
    return messages[:fit]


def say_all(messages: list[Record[Any]]) -> str:
    return say_digest([message.body for message in messages], limit=1 << 30)


async def settle(
    connection: AsyncConnection, parcel: Parcel, answer: wecom.Answer, now: int
) -> None:
    if answer.verdict == "over_limit":
        await put_back(connection, parcel, answer, now, count=0)
        await set_robot(connection, parcel.org_id, parcel.robot_id, next_at=now + OVER_LIMIT_MS)
        return
    if answer.verdict == "sent":
        await mark(connection, parcel.org_id, parcel.messages, sent_at=now, error=None)
    elif answer.verdict == "too_long":
        await shorten_bodies(connection, parcel, answer, now)
    else:
        await put_back(connection, parcel, answer, now)
    sent = msgspec.json.encode([*parcel.sent, now]).decode()
    await set_robot(connection, parcel.org_id, parcel.robot_id, next_at=now + SPACING_MS, sent=sent)


async def put_back(
    connection: AsyncConnection, parcel: Parcel, answer: wecom.Answer, now: int, count: int = 1
) -> None:
    """Later and later; after ATTEMPTS it is dead, with its reason, for somebody to see."""
    for message in parcel.messages:
        attempts = message.attempts + count
        later = now + min(FIRST_BACKOFF_MS * 2 ** max(attempts - 1, 0), LONGEST_BACKOFF_MS)
        values: dict[str, Any] = {"attempts": attempts, "due_at": later, "error": answer.error}
        if attempts >= ATTEMPTS:
            values["failed_at"] = now
            log.error("message given up", extra={"facts": {"id": message.id, "why": answer.error}})
        await mark(connection, parcel.org_id, [message], **values)


async def shorten_bodies(
    connection: AsyncConnection, parcel: Parcel, answer: wecom.Answer, now: int
) -> None:
    """The vendor counts differently than we do: half as long, and once more."""
    await put_back(connection, parcel, answer, now)
    for message in parcel.messages:
        shorter = shorten(message.body, bytes_of(message.body) // 2)
        await mark(connection, parcel.org_id, [message], body=shorter, due_at=now)


async def drop(
    connection: AsyncConnection, org_id: str, messages: list[Record[Any]], now: int
) -> None:
    """A robot that was switched off says nothing, now or later."""
    await mark(connection, org_id, messages, failed_at=now, error="robot disabled")


async def mark(
    connection: AsyncConnection, org_id: str, messages: list[Record[Any]], **values: Any
) -> None:
    ids = [message.id for message in messages]
    statement = update(notifications).where(
        notifications.c.org_id == org_id, notifications.c.id.in_(ids)
    )
    await connection.execute(statement.values(**values))


async def set_robot(connection: AsyncConnection, org_id: str, robot_id: str, **values: Any) -> None:
    statement = update(robots).where(robots.c.org_id == org_id, robots.c.id == robot_id)
    await connection.execute(statement.values(**values))
