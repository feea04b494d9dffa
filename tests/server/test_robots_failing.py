"""Robots that err, hang, lie or lead elsewhere: it shows, and nothing is lost."""

import asyncio
from collections.abc import Callable

import pytest

from server.notify import webhook
from server.notify.robots import count_dead, revive
from server.notify.settling import ATTEMPTS
from tests.cast import BINJIANG, ORG
from tests.server.ringing import Chat, bell, hang
from tests.server.robot import robot_on_loopback

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(4):
        while not is_so():  # noqa: ASYNC110  the robots are told by nobody
            await asyncio.sleep(0.01)


async def test_whoever_says_when_to_come_back_is_left_alone_until_then(chat: Chat) -> None:
    chat.robot.statuses, chat.robot.headers = [503], "retry-after: 120\r\n"
    await chat.ring(bell(1))
    await chat.send(119)
    assert (chat.robot.asked, chat.robot.heard) == (1, [])
    await chat.send(2)
    assert len(chat.robot.heard) == 1


async def test_a_date_is_understood_as_a_time_to_come_back(chat: Chat) -> None:
    # It is Monday 10:30 in Shanghai.
    chat.robot.statuses, chat.robot.headers = (
        [429],
        "retry-after: Mon, 23 Nov 2026 02:35:00 GMT\r\n",
    )
    await chat.ring(bell(1))
    await chat.send(299)
    assert (chat.robot.asked, chat.robot.heard) == (1, [])
    await chat.send(2)
    assert len(chat.robot.heard) == 1


async def test_pauses_grow_and_a_robot_that_fails_is_not_hammered_by_its_queue(chat: Chat) -> None:
    chat.robot.statuses = [500] * 1000
    await chat.ring(*map(bell, range(8)))
    await chat.send(300)
    assert 5 <= chat.robot.asked <= 7
    assert await chat.waiting() == 8


async def test_after_the_last_try_all_is_kept_and_can_be_tried_again(chat: Chat) -> None:
    chat.robot.statuses = [500] * ATTEMPTS
    await chat.ring(bell(1), bell(2))
    for _ in range(ATTEMPTS):
        await chat.send()
        chat.clock.advance(minutes=13)
    assert await chat.waiting() == 0
    assert {row[3] for row in await chat.outbox()} == {"http"}
    assert await chat.database.transact(lambda c: revive(c, ORG, "robot", None)) == 2
    await chat.send(4)
    assert len(chat.robot.heard) == 2
    async with chat.database.read() as connection:
        assert await count_dead(connection) == 0


@pytest.mark.parametrize(
    ("manner", "code"),
    [("garbled", "garbage"), ("endless", "garbage"), ("forgetful", "unreachable")],
)
async def test_answers_that_make_no_sense_are_failures_that_show(
    chat: Chat, manner: str, code: str
) -> None:
    chat.robot.manner = manner
    await chat.ring(bell(1))
    await chat.send()
    assert (await chat.state())[0] == code
    assert await chat.waiting() == 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(webhook, "WHOLE_S", 0.5)


@pytest.mark.parametrize("manner", ["hanging", "slow"])
async def test_a_robot_that_hangs_times_out_and_shows_it(
    chat: Chat, impatient: None, manner: str
) -> None:
    chat.robot.manner = manner
    await chat.ring(bell(1))
    await chat.send()
    assert await chat.state() == ("timeout", "")
    assert await chat.waiting() == 1


async def test_nobody_waits_for_a_robot_that_hangs(chat: Chat) -> None:
    """The others are heard while it is still being waited for."""
    chat.robot.manner = "hanging"
    async with robot_on_loopback(chat.clock) as other:
        await hang(chat.database, other, "other", BINJIANG)
        await chat.ring(bell(1), bell(2)._replace(store_id=BINJIANG))
        running = asyncio.create_task(chat.sender.run())
        await until(lambda: bool(chat.robot.asked and other.heard))
        await chat.ring(bell(3)._replace(store_id=BINJIANG))
        chat.clock.advance(seconds=4)
        await until(lambda: len(other.heard) == 2)
        assert chat.robot.asked == 1
        assert await chat.state() == (None, None)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_nobody_is_led_elsewhere(chat: Chat) -> None:
    async with robot_on_loopback(chat.clock) as other:
        chat.robot.statuses, chat.robot.headers = [307, 302], f"location: {other.url}\r\n"
        await chat.ring(bell(1))
        await chat.send(10)
    assert other.asked == 0
    assert await chat.state() == ("http", "HTTP 302")
