"""A sender dies by kill -9 at each of its steps: at least once, never lost, and a copy says so."""

import asyncio
import signal
from collections import Counter

import msgspec
import pytest
from sqlalchemy import update

from server.config import Config
from server.notify.packing import LEASE_MS
from server.notify.tables import robots
from tests.server.doomed import Point, deliver_in_a_process
from tests.server.ringing import Chat, bell

pytestmark = pytest.mark.slow

MINUTE_S = 60
STEPS: list[tuple[Point, int, int]] = [
    ("before", 1, 1),  # nothing was taken yet
    ("after", 1, 1),  # before the post
    ("before", 2, 2),  # between the post and its note
    ("after", 2, 1),  # after the note
]
"""Where it dies, and how often the group hears the message in the end."""


async def live(chat: Chat, config: Config, point: Point = "never", nth: int = 0) -> int:
    """A sender's life in a process of its own; how it ended."""
    return await asyncio.to_thread(deliver_in_a_process, config, chat.clock(), point, nth)


async def test_whenever_a_sender_is_killed_its_message_is_heard_and_a_copy_has_the_same_key(
    chat: Chat, config: Config
) -> None:
    for n, (point, nth, _) in enumerate(STEPS):
        await chat.ring(bell(n))
        assert await live(chat, config, point, nth) == -signal.SIGKILL
        chat.clock.advance(milliseconds=LEASE_MS)
        assert await live(chat, config) == 0
        chat.clock.advance(seconds=4)
    assert await chat.waiting() == 0
    heard = chat.robot.heard
    times = [sum(f"客户{n}。" in text for text in heard) for n in range(len(STEPS))]
    assert times == [each for _, _, each in STEPS]
    assert sorted(Counter(chat.robot.keys).values()) == [1, 1, 1, 2]


async def test_a_digest_that_died_goes_again_as_it_was_though_the_rush_is_over_and_more_waits(
    chat: Chat, config: Config
) -> None:
    pace = chat.sender.channels["wecom"].pace
    busy = msgspec.json.encode([chat.clock()] * pace.calm_a_minute).decode()
    await chat.database.transact(lambda c: c.execute(update(robots).values(sent=busy)))
    await chat.ring(*map(bell, range(4)))
    assert await live(chat, config, "before", 2) == -signal.SIGKILL
    chat.clock.advance(seconds=MINUTE_S + 1)
    await chat.ring(bell(8), bell(9, "escalated"))
    await chat.send(10)
    digest, escalation, again, single = chat.robot.heard
    assert again == digest
    assert all(f"客户{n}" in digest for n in range(4))
    assert escalation.startswith("【升级】"), "which still goes first"
    assert "客户8" in single
    keys = chat.robot.keys
    assert keys[0] == keys[2]
    assert len(set(keys)) == 3
