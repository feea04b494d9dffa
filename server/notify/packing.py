"""What a robot says next: what is urgent first, then by age; what is too much becomes a digest."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row as Record
from sqlalchemy import select, update

from server.clock import MINUTE_MS
from server.db import Connection
from server.notify.channel import Channel, Letter, Pace
from server.notify.outbox import URGENT
from server.notify.tables import WAITING, notifications, robots
from server.notify.words import bytes_of, say_digest, say_with_link
from sync import derive_id

LEASE_MS = 30_000
"""Longer than any channel takes. Whoever was killed while sending is taken for dead after it."""
DIGEST_MOST = 100
LAST_PLACES = 2

LinkFor = Callable[[str, str, str, str], str | None]
"""The address at which a person acknowledges a lead: organisation, lead, person, channel."""


Messages = Sequence[Record[Any]]


class Parcel(NamedTuple):
    """What goes out in one go. `lease` is ours for as long as the robot's row says the same."""

    robot: Record[Any]
    lease: int
    messages: Messages = ()

    @property
    def is_digest(self) -> bool:
        return len(self.messages) > 1


async def take_parcel(
    connection: Connection, org_id: str, robot_id: str, channel: Channel, now: int
) -> Parcel | None:
    """Choose what this robot says next, and hold the robot while it is said."""
    robot = await take_turn(connection, org_id, robot_id, now)
    if robot is None or robot.next_at > now:
        return None
    waiting = await find_waiting(connection, org_id, robot_id, now)
    if not waiting or not robot.enabled:
        await drop(connection, org_id, waiting, now)
        return None
    sent = recent(robot, now)
    if (rest := rest_for(channel.pace, sent)) is not None:
        await set_robot(connection, robot, next_at=rest)
        return None
    chosen = await choose(connection, waiting, sent, channel)
    return Parcel(robot, await hold(connection, robot, sent, now), chosen)


async def choose(
    connection: Connection, waiting: Messages, sent: Sequence[int], channel: Channel
) -> Messages:
    """A digest that was packed before goes again as it was: a copy is told by its key."""
    first = waiting[0]
    if first.parcel:
        return await find_packed(connection, first)
    merges = channel.digest_bytes > 0 and is_merged(waiting, sent, channel.pace)
    chosen = fitting(waiting, channel) if merges else waiting[:1]
    if len(chosen) > 1:
        await mark(connection, first.org_id, chosen, parcel=key_of(chosen))
    return chosen


async def take_turn(
    connection: Connection, org_id: str, robot_id: str, now: int
) -> Record[Any] | None:
    """The robot, unless somebody is sending with it at this moment."""
    query = select(robots).where(
        robots.c.org_id == org_id, robots.c.id == robot_id, robots.c.leased_until <= now
    )
    return (await connection.execute(query.with_for_update(skip_locked=True))).one_or_none()


def recent(robot: Record[Any], now: int) -> list[int]:
    sent = msgspec.json.decode(robot.sent, type=list[int])
    return [at for at in sent if at > now - MINUTE_MS]


def rest_for(pace: Pace, sent: Sequence[int]) -> int | None:
    """Until when the minute is full, if it is."""
    return sent[-pace.most_a_minute] + MINUTE_MS if len(sent) >= pace.most_a_minute else None


async def hold(connection: Connection, robot: Record[Any], sent: Sequence[int], now: int) -> int:
    """The attempt counts before it is made: whoever dies in it was not too fast."""
    lease = now + LEASE_MS
    noted = msgspec.json.encode([*sent, now]).decode()
    await set_robot(connection, robot, leased_until=lease, sent=noted)
    return lease


async def find_waiting(connection: Connection, org_id: str, robot_id: str, now: int) -> Messages:
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
    return (await connection.execute(query)).all()


async def find_packed(connection: Connection, first: Record[Any]) -> Messages:
    query = (
        select(notifications)
        .where(
            WAITING,
            notifications.c.org_id == first.org_id,
            notifications.c.target == first.target,
            notifications.c.parcel == first.parcel,
        )
        .order_by(notifications.c.priority, notifications.c.due_at, notifications.c.id)
    )
    return (await connection.execute(query)).all()


def is_merged(waiting: Messages, sent: Sequence[int], pace: Pace) -> bool:
    """The rest is merged once the minute is busy. What is urgent goes first and alone, with its
    links, unless all but the last places of the minute are taken: better together than late."""
    is_urgent = waiting[0].priority == URGENT
    return len(sent) >= (pace.most_a_minute - LAST_PLACES if is_urgent else pace.calm_a_minute)


def fitting(messages: Messages, channel: Channel) -> Messages:
    """As many as one digest can hold whole, links and all; the others wait for the next."""
    fit = len(messages)
    while fit > 1 and bytes_of(digest_of(messages[:fit], channel)) > channel.digest_bytes:
        fit -= 1
    return messages[:fit]


def digest_of(messages: Messages, channel: Channel) -> str:
    return say_digest([line_of(message, channel) for message in messages])


def line_of(message: Record[Any], channel: Channel) -> str:
    link = channel.open_lead(message.lead_id) if message.lead_id else ""
    return f"{message.body}{link}"


def address_letter(parcel: Parcel, channel: Channel, link_for: LinkFor, name: str) -> Letter:
    """`name`: of the person who is to acknowledge, if the parcel is about one."""
    first, robot = parcel.messages[0], parcel.robot
    text = digest_of(parcel.messages, channel) if parcel.is_digest else first.body
    has_link = channel.digest_bytes > 0 and not parcel.is_digest
    if has_link and first.lead_id and first.to_id:
        link = link_for(robot.org_id, first.lead_id, first.to_id, robot.kind)
        text = say_with_link(text, name, link, channel.text_bytes) if link else text
    return Letter(key_of(parcel.messages), robot.url, robot.secret, text, parcel.is_digest)


def key_of(messages: Messages) -> str:
    """The same messages have the same key, and others another: a digest that grew is no copy."""
    ids = [message.id for message in messages]
    return derive_id("digest", *sorted(ids)) if len(ids) > 1 else str(ids[0])


async def drop(connection: Connection, org_id: str, messages: Messages, now: int) -> None:
    """A robot that was switched off says nothing, now or later."""
    await mark(connection, org_id, messages, failed_at=now, error="switched_off")


async def mark(connection: Connection, org_id: str, messages: Messages, **values: Any) -> None:
    ids = [message.id for message in messages]
    statement = update(notifications).where(
        notifications.c.org_id == org_id, notifications.c.id.in_(ids)
    )
    await connection.execute(statement.values(**values))


async def set_robot(connection: Connection, robot: Record[Any], **values: Any) -> None:
    statement = update(robots).where(robots.c.org_id == robot.org_id, robots.c.id == robot.id)
    await connection.execute(statement.values(**values))
