"""From the outbox to the chat groups and mailboxes, each robot at its own pace.

A message may be sent twice (the process dies between the answer and its note), never lost: it stays
in the outbox until it was taken, and stays visible with its reason where it was given up.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from ssl import SSLContext

import httpx
from sqlalchemy import func, select

from server.clock import MINUTE_MS, Clock
from server.config import Config
from server.db import Connection, Database
from server.notify.acknowledging import link_maker
from server.notify.channel import Answer, Channels, Letter
from server.notify.dingtalk import DingTalk
from server.notify.feishu import Feishu
from server.notify.mail import Mail
from server.notify.packing import LinkFor, Parcel, address_letter, take_parcel
from server.notify.robots import LOST_KEY, count_dead, forget_old
from server.notify.settling import settle
from server.notify.tables import WAITING, notifications, robots
from server.notify.vault import Vault, reseal
from server.notify.web_push import WebPush
from server.notify.wecom import WeCom
from server.notify.words import tame
from server.rows import find_row

ROBOTS_AT_ONCE = 32
PAUSE_S = 1.0
SWEEP_MS = 5 * MINUTE_MS
log = logging.getLogger("shopbell.notify")

Place = tuple[str, str]
"""Organisation and robot."""


@asynccontextmanager
async def open_channels(config: Config) -> AsyncIterator[Channels]:
    """No cookies, no redirects; a connection for each robot that hangs, and for the others."""
    limits = httpx.Limits(max_connections=ROBOTS_AT_ONCE * 2, max_keepalive_connections=8)
    async with httpx.AsyncClient(limits=limits, follow_redirects=False, verify=trusted()) as client:
        yield {
            "wecom": WeCom(client, config.origin),
            "dingtalk": DingTalk(client, config.origin),
            "feishu": Feishu(client, config.origin),
            "mail": Mail(config.smtp, config.origin),
            "push": WebPush(client, config.push_key, config.origin),
        }


@cache
def trusted() -> SSLContext:
    """Whom we trust; reading their certificates takes longer than all else at a start."""
    return httpx.create_ssl_context()


@dataclass
class Sender:
    """`dead`: how many messages were given up when they were last counted."""

    database: Database
    channels: Channels
    clock: Clock
    link_for: LinkFor
    vault: Vault
    dead: int = 0
    swept_at: int = 0

    async def run(self) -> None:
        """Until cancelled. Nobody waits for a robot that hangs but its own messages."""
        busy: set[asyncio.Task[int]] = set()
        try:
            while True:
                await self.sweep()
                for place in await self.find_ready(ROBOTS_AT_ONCE - len(busy)):
                    task = asyncio.create_task(self.serve(place))
                    busy.add(task)
                    task.add_done_callback(busy.discard)
                await asyncio.sleep(PAUSE_S)
        finally:
            for task in busy:
                task.cancel()

    async def sweep(self) -> None:
        now = self.clock()
        if now - self.swept_at < SWEEP_MS:
            return
        self.swept_at = now
        await self.database.transact(lambda connection: forget_old(connection, now))
        await self.database.transact(lambda connection: reseal(connection, self.vault))
        async with self.database.read(snapshot=False) as connection:
            self.dead = await count_dead(connection)

    async def deliver(self) -> int:
        """One letter for each robot whose turn it is; returns how many were sent off."""
        ready = await self.find_ready(ROBOTS_AT_ONCE)
        return sum(await asyncio.gather(*map(self.serve, ready)))

    async def find_ready(self, most: int) -> list[Place]:
        now = self.clock()
        query = (
            select(robots.c.org_id, robots.c.id)
            .join(
                notifications,
                (notifications.c.org_id == robots.c.org_id)
                & (notifications.c.target == robots.c.id),
            )
            .where(WAITING, notifications.c.due_at <= now)
            .where(robots.c.next_at <= now, robots.c.leased_until <= now)
            .group_by(robots.c.org_id, robots.c.id)
            .order_by(func.min(notifications.c.priority), func.min(notifications.c.due_at))
            .limit(most)
        )
        if most <= 0:
            return []
        async with self.database.read(snapshot=False) as connection:
            return [(org_id, id) for org_id, id in await connection.execute(query)]

    async def serve(self, place: Place) -> int:
        try:
            return await self.send_next(*place)
        except Exception:
            log.exception("sending failed", extra={"facts": {"robot": place[1]}})
            return 0

    async def send_next(self, org_id: str, robot_id: str) -> int:
        async def pack(connection: Connection) -> tuple[Parcel, str] | None:
            kind = await kind_of(connection, org_id, robot_id)
            if kind not in self.channels:
                return None
            channel, now = self.channels[kind], self.clock()
            parcel = await take_parcel(connection, org_id, robot_id, channel, now)
            return (parcel, await addressee(connection, parcel)) if parcel else None

        packed = await self.database.transact(pack)
        if packed is None:
            return 0
        parcel, name = packed
        channel = self.channels[parcel.robot.kind]
        letter = address_letter(parcel, channel, self.link_for, name)
        await self.say(parcel, letter)
        return 1

    async def say(self, parcel: Parcel, letter: Letter) -> Answer:
        """Sends it off and notes the answer. A key that was lost may come back with the next
        start, so what could not be read is tried again like what could not be reached."""
        robot = parcel.robot
        if self.vault.can_open(robot.url, robot.secret):
            secret = self.vault.open(robot.secret) if robot.secret else None
            opened = letter._replace(address=self.vault.open(robot.url), secret=secret)
            answer = await self.channels[robot.kind].send(opened, self.clock())
        else:
            answer = Answer("failed", LOST_KEY)
        await self.note(parcel, answer)
        return answer

    async def note(self, parcel: Parcel, answer: Answer) -> None:
        pace = self.channels[parcel.robot.kind].pace

        async def work(connection: Connection) -> None:
            await settle(connection, parcel, answer, pace, self.clock())

        await self.database.transact(work)


async def kind_of(connection: Connection, org_id: str, robot_id: str) -> str:
    query = select(robots.c.kind).where(robots.c.org_id == org_id, robots.c.id == robot_id)
    return str(await connection.scalar(query))


async def addressee(connection: Connection, parcel: Parcel) -> str:
    """The name of whom the message is about."""
    to_id = parcel.messages[0].to_id
    person = await find_row(connection, parcel.robot.org_id, to_id) if to_id else None
    return tame(str(person.body.get("name") or "")) if person else ""


@asynccontextmanager
async def open_sender(config: Config, database: Database, clock: Clock) -> AsyncIterator[Sender]:
    async with open_channels(config) as channels:
        yield Sender(database, channels, clock, link_maker(config, clock), Vault(config.keys))
