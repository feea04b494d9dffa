"""Who sends, in what order, and what becomes of messages when another process takes over."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from server.config import Config
from server.db import open_database
from server.notify.channel import Answer
from server.notify.packing import LEASE_MS, take_parcel
from server.notify.robots import change_robot, revive
from server.notify.sender import Sender, open_sender
from server.notify.tables import notifications, robots
from tests.cast import ORG
from tests.conftest import MovableClock
from tests.server.ringing import Chat, bell

pytestmark = pytest.mark.slow


@pytest.fixture
async def rival(config: Config, database_url: str, clock: MovableClock) -> AsyncIterator[Sender]:
    """Another process of ours, as far as the database can tell."""
    database = open_database(database_url)
    async with open_sender(config, database, clock) as sender:
        yield sender
    await database.close()


async def test_two_processes_never_send_one_message_twice(chat: Chat, rival: Sender) -> None:
    await chat.ring(*map(bell, range(10)))
    for _ in range(40):
        await asyncio.gather(
            chat.sender.deliver(), rival.deliver(), chat.sender.deliver(), rival.deliver()
        )
        chat.clock.advance(seconds=1)
    assert sorted(chat.robot.heard) == sorted(set(chat.robot.heard))
    assert len(chat.robot.heard) == 10
    assert chat.robot.refused == []


async def test_whoever_is_killed_while_sending_is_taken_over_from_after_its_lease(
    chat: Chat, rival: Sender
) -> None:
    await chat.ring(bell(1))
    await chat.database.transact(
        lambda c: take_parcel(c, ORG, "robot", chat.sender.channels["wecom"], chat.clock())
    )
    chat.clock.advance(seconds=LEASE_MS / 1000 - 1)
    await rival.deliver()
    assert chat.robot.heard == []
    chat.clock.advance(seconds=1)
    await rival.deliver()
    await chat.sender.deliver()
    await chat.send(60)
    assert len(chat.robot.heard) == 1


async def test_who_comes_back_after_its_lease_notes_what_was_sent_and_nothing_else(
    chat: Chat,
) -> None:
    """Its answer arrives when another process holds the robot: that one's lease stays."""
    await chat.ring(bell(1))
    wecom = chat.sender.channels["wecom"]
    late = await chat.database.transact(lambda c: take_parcel(c, ORG, "robot", wecom, chat.clock()))
    chat.clock.advance(milliseconds=LEASE_MS)
    held = await chat.database.transact(lambda c: take_parcel(c, ORG, "robot", wecom, chat.clock()))
    assert late is not None
    assert held is not None
    await chat.sender.note(late, Answer("failed", "timeout"))
    assert [row[0] for row in await chat.outbox()] == [0]
    await chat.sender.note(late, Answer("sent"))
    async with chat.database.read() as connection:
        lease = await connection.scalar(select(robots.c.leased_until))
    assert lease == held.lease
    assert await chat.waiting() == 0


async def test_a_robot_that_is_switched_off_keeps_what_it_did_not_say(chat: Chat) -> None:
    await chat.ring(bell(1))
    await chat.database.transact(lambda c: change_robot(c, ORG, "robot", {"enabled": 0}))
    await chat.send()
    assert chat.robot.asked == 0
    assert (await chat.outbox())[0][3] == "switched_off"


async def test_escalations_go_first_even_if_they_came_last_and_the_robot_was_away(
    chat: Chat,
) -> None:
    chat.robot.statuses = [500] * 3
    await chat.ring(*map(bell, range(5)))
    await chat.send(20)
    await chat.ring(bell(9, "escalated", to="林", missed_by="薄"))
    await chat.send(60)
    assert chat.robot.heard[0].startswith("【升级】")
    assert len(chat.robot.heard) == 6


async def test_escalations_that_would_come_late_come_together(any_chat: Chat) -> None:
    rush = [bell(n, "escalated", to="林", missed_by="薄") for n in range(70)]
    await any_chat.ring(*rush)
    await any_chat.send(62)
    everything = "\n".join(any_chat.robot.heard)
    assert any_chat.robot.refused == []
    assert all(f"客户{n} " in everything for n in range(30))
    await any_chat.send(60)
    assert await any_chat.waiting() == 0


async def test_a_retried_message_keeps_its_place_by_age(chat: Chat) -> None:
    await chat.ring(bell(1))
    dead = update(notifications).values(failed_at=chat.clock(), error="http")
    await chat.database.transact(lambda c: c.execute(dead))
    chat.clock.advance(seconds=5)
    await chat.ring(bell(2))
    await chat.database.transact(lambda c: revive(c, ORG, "robot", None))
    await chat.send(4)
    assert ["客户1" in chat.robot.heard[0], "客户2" in chat.robot.heard[1]] == [True, True]


async def test_messages_are_forgotten_after_a_month_and_dead_ones_counted(chat: Chat) -> None:
    chat.robot.errcodes = [93000]
    await chat.ring(bell(1))
    await chat.send()
    await chat.sender.sweep()
    assert chat.sender.dead == 1
    chat.clock.advance(days=29)
    await chat.ring(bell(2))
    await chat.send()
    await chat.sender.sweep()
    assert len(await chat.outbox()) == 2
    chat.clock.advance(days=2)
    await chat.sender.sweep()
    assert (len(await chat.outbox()), chat.sender.dead) == (1, 0)
