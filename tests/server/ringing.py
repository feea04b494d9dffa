"""Ringing in chat groups: robots are hung, bells rung, the sender works."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import Database
from server.notify.outbox import Bell, enqueue
from server.notify.robots import Robot as Place
from server.notify.robots import put_robot
from server.notify.sender import Sender
from server.notify.tables import notifications
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
    async def work(connection: AsyncConnection) -> None:
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
