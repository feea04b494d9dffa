"""What an answer does to the messages it was about, and to the robot that gave it."""

import logging
import random
from typing import Any

import msgspec
from sqlalchemy import case, select, update

from server.clock import MINUTE_MS
from server.db import Connection
from server.notify.channel import Answer, Pace
from server.notify.packing import Parcel, mark, recent, set_robot
from server.notify.robots import remove_robot
from server.notify.tables import WAITING, notifications, robots
from server.notify.words import bytes_of, shorten

ATTEMPTS = 10
FIRST_BACKOFF_MS = 5_000
LONGEST_BACKOFF_MS = 10 * MINUTE_MS
JITTER = 0.25
REFUSED_REST_MS = MINUTE_MS
log = logging.getLogger("shopbell.notify")


async def settle(
    connection: Connection, parcel: Parcel, answer: Answer, pace: Pace, now: int
) -> None:
    """What was taken is sent, whoever notes it. All else is for whoever still holds the robot."""
    if answer.verdict == "sent":
        sent = {"sent_at": now, "failed_at": None, "error": None, "detail": None}
        await mark(connection, parcel.robot.org_id, parcel.messages, **sent)
    if not await is_still_held(connection, parcel):
        return
    if answer.verdict == "gone":
        await remove_robot(connection, parcel.robot.org_id, parcel.robot.id)
        return
    if answer.verdict == "too_long":
        await shorten_bodies(connection, parcel)
    if answer.verdict in ("failed", "refused", "too_long"):
        await count_attempt(connection, parcel, answer, now)
    await set_robot(
        connection,
        parcel.robot,
        leased_until=0,
        next_at=now + rest_after(parcel, answer, pace),
        sent=msgspec.json.encode([*recent(parcel.robot, now), now]).decode(),
        **state_after(parcel, answer, now),
    )


async def is_still_held(connection: Connection, parcel: Parcel) -> bool:
    query = select(robots.c.leased_until).where(
        robots.c.org_id == parcel.robot.org_id, robots.c.id == parcel.robot.id
    )
    return await connection.scalar(query.with_for_update()) == parcel.lease


def rest_after(parcel: Parcel, answer: Answer, pace: Pace) -> int:
    """In ms. A robot that fails rests as a whole, so that its other messages do not hammer it."""
    if answer.verdict == "over_limit":
        return max(pace.rest_ms, answer.retry_after_ms)
    if answer.verdict == "failed":
        return max(backoff(parcel.robot.failures + 1), answer.retry_after_ms)
    return REFUSED_REST_MS if answer.verdict == "refused" else pace.spacing_ms


def backoff(failures: int) -> int:
    """Longer and longer, and never for all robots at the same moment."""
    usual = min(FIRST_BACKOFF_MS * 2 ** min(failures - 1, 20), LONGEST_BACKOFF_MS)
    return int(usual * (1 + JITTER * random.random()))


def state_after(parcel: Parcel, answer: Answer, now: int) -> dict[str, Any]:
    if answer.verdict == "sent":
        return {"failures": 0, "error": None, "detail": None, "error_at": None, "sent_at": now}
    failures = parcel.robot.failures + (answer.verdict == "failed")
    told = {"error": answer.code, "detail": answer.detail, "error_at": now}
    return {"failures": failures, **told}


async def count_attempt(connection: Connection, parcel: Parcel, answer: Answer, now: int) -> None:
    """It was the robot that failed, so the attempt counts for all that waits for it. After
    ATTEMPTS, or at once if it will not get better by itself, they are dead: kept with their
    reason, to be seen and tried again."""
    robot, attempts = parcel.robot, notifications.c.attempts + 1
    is_over = answer.verdict == "refused"
    dead = now if is_over else case((attempts >= ATTEMPTS, now), else_=None)
    about = notifications.c.org_id == robot.org_id, notifications.c.target == robot.id
    told = {"error": answer.code, "detail": answer.detail}
    statement = update(notifications).where(WAITING, *about, notifications.c.due_at <= now)
    if answer.verdict == "too_long":
        statement = statement.where(notifications.c.id.in_([m.id for m in parcel.messages]))
    await connection.execute(statement.values(attempts=attempts, failed_at=dead, **told))
    if is_over or robot.failures + 1 >= ATTEMPTS:
        log.error("messages given up", extra={"facts": {"robot": robot.id, "why": answer.code}})


async def shorten_bodies(connection: Connection, parcel: Parcel) -> None:
    """They count differently than we do: half as long, and once more."""
    for message in parcel.messages:
        shorter = shorten(message.body, bytes_of(message.body) // 2)
        await mark(connection, parcel.robot.org_id, [message], body=shorter)
