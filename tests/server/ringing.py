"""Ringing in chat groups: robots are hung, bells rung, the sender works."""

from dataclasses import dataclass

from sqlalchemy import select

from server.db import Connection, Database
from server.notify.outbox import Bell, enqueue
from server.notify.robots import Robot as Place
from server.notify.robots import put_robot
from server.notify.sender import Sender
from server.notify.tables import notifications, robots
from tests.cast import ORG, RENMIN
from tests.conftest import MovableClock
from tests.server.robot import Robot


async def hang(database: Database, robot: Robot, id: str = "robot", store: str = RENMIN) -> None:
    place = Place(ORG, id, robot.kind, store, None, robot.url, robot.secret)
    await database.transact(lambda connection: put_robot(connection, place))


def bell(n: int, kind: str = "offer", **facts: object) -> Bell:
    return Bell(
        kind, RENMIN, f"lead-{n}:{kind}", {"name": f"客户{n}", "store": "人民路店", **facts}
    )


async def ring(database: Database, clock: MovableClock, *bells: Bell) -> None:
    async def work(connection: Connection) -> None:
        await enqueue(connection, ORG, bells, clock())

    await database.transact(work)


async def send(sender: Sender, clock: MovableClock, seconds: int = 0) -> None:
    """The sender works for so many seconds."""
    await sender.deliver()
    for _ in range(seconds):
        clock.advance(seconds=1)
        await sender.deliver()


async def outbox(database: Database) -> list[tuple[int, int | None, int | None, str | None]]:
    """attempts, sent_at, failed_at and error of each message."""
    table = notifications.c
    query = select(table.attempts, table.sent_at, table.failed_at, table.error)
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def state(database: Database, id: str = "robot") -> tuple[str | None, str | None]:
    """error and detail of a robot."""
    query = select(robots.c.error, robots.c.detail).where(robots.c.id == id)
    async with database.read() as connection:
        error, detail = (await connection.execute(query)).one()
    return error, detail


@dataclass
class Chat:
    """A chat group with its robot, and the sender that speaks in it."""

    database: Database
    clock: MovableClock
    robot: Robot
    sender: Sender

    async def ring(self, *bells: Bell) -> None:
        await ring(self.database, self.clock, *bells)

    async def send(self, seconds: int = 0) -> None:
        await send(self.sender, self.clock, seconds)

    async def outbox(self) -> list[tuple[int, int | None, int | None, str | None]]:
        return await outbox(self.database)

    async def waiting(self) -> int:
        return len([row for row in await self.outbox() if row[1] is None and row[2] is None])

    async def state(self) -> tuple[str | None, str | None]:
        return await state(self.database)
