"""The bell outside the app: a chat robot with the vendor's limits."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db import Database
from server.notify.robots import count_dead
from server.notify.sender import Sender
from server.notify.settling import ATTEMPTS
from server.notify.words import bytes_of, say, say_with_link, shorten, tame
from tests.conftest import MovableClock
from tests.server.ringing import bell, outbox, ring, send
from tests.server.robot import Robot
from tests.server.shop import Shop

pytestmark = pytest.mark.slow


async def test_an_offer_a_nudge_and_an_escalation_reach_the_group(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    shop = Shop(database, clock)
    await shop.scan()
    await shop.settle()
    await send(sender, clock, 4)
    for minutes in (15, 5, 5, 5):
        await shop.wait(minutes=minutes)
        await send(sender, clock, 4)
    tags = [text.split("】")[0] for text in robot.heard]
    assert tags == ["【新客", "【请接单", "【转派", "【快超时", "【升级"]
    assert "孙先生" in robot.heard[0]
    assert "由 林 负责" in robot.heard[-1]
    assert all("13900000002" not in text for text in robot.heard)


async def test_one_bell_is_heard_once_however_often_it_is_rung(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    for _ in range(3):
        await ring(database, clock, bell(1))
        await send(sender, clock, 4)
    assert len(robot.heard) == 1


async def test_messages_keep_three_seconds_apart(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    await ring(database, clock, *map(bell, range(4)))
    await send(sender, clock, 12)
    gaps = [later - sooner for sooner, later in zip(robot.at, robot.at[1:], strict=False)]
    assert gaps == [3000, 3000, 3000]


async def test_a_rush_is_merged_past_fifteen_a_minute_and_never_over_the_limit(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    await ring(database, clock, *map(bell, range(60)))
    await send(sender, clock, 60)
    assert robot.refused == []
    assert robot.kinds[:15] == ["text"] * 15
    assert set(robot.kinds[15:]) == {"markdown"}
    everything = "\n".join(robot.heard)
    assert all(f"客户{n}" in everything for n in range(60))
    assert len(robot.heard) <= 20


async def test_an_escalation_jumps_the_queue(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    await ring(database, clock, *map(bell, range(30)))
    await send(sender, clock, 6)
    await ring(database, clock, bell(99, "escalated", to="林", missed_by="薄"))
    await send(sender, clock, 3)
    assert robot.heard[-1].startswith("【升级】")


async def test_an_errcode_with_http_200_is_a_failure_and_is_tried_again(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    robot.errcodes = [-1, 50001]
    await ring(database, clock, bell(1))
    await send(sender, clock)
    assert (await outbox(database))[0][1] is None
    await send(sender, clock, 30)
    assert len(robot.heard) == 1
    assert (await outbox(database))[0][3] is None


async def test_over_the_limit_the_robot_rests_a_minute_and_nothing_is_lost(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    robot.errcodes = [45009]
    await ring(database, clock, bell(1), bell(2))
    await send(sender, clock, 59)
    assert robot.heard == []
    await send(sender, clock, 10)
    assert len(robot.heard) == 2
    assert [row[0] for row in await outbox(database)] == [0, 0]


async def test_a_message_that_is_too_long_for_the_vendor_is_shortened(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    robot.errcodes = [40058]
    await ring(database, clock, bell(1, need="长" * 300))
    await send(sender, clock, 4)
    assert robot.heard[0].endswith("…")


async def test_a_robot_that_never_answers_is_given_up_visibly(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    robot.statuses = [500] * ATTEMPTS
    await ring(database, clock, bell(1))
    for _ in range(ATTEMPTS):
        await send(sender, clock)
        clock.advance(minutes=13)
    await send(sender, clock)
    attempts, sent_at, failed_at, error = (await outbox(database))[0]
    assert (attempts, sent_at, error) == (ATTEMPTS, None, "http")
    assert failed_at is not None
    async with database.read() as connection:
        assert await count_dead(connection) == 1
    assert robot.heard == []


async def test_a_lost_answer_sends_the_message_again_rather_than_never(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    robot.manner = "forgetful"
    await ring(database, clock, bell(1))
    await send(sender, clock)
    robot.manner = ""
    await send(sender, clock, 10)
    assert len(robot.heard) == 2
    assert (await outbox(database))[0][1] is not None


async def test_a_robot_of_another_store_hears_nothing(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    await ring(database, clock, bell(1)._replace(store_id="store-binjiang"))
    await send(sender, clock, 3)
    assert robot.heard == []


async def test_the_robots_key_is_never_logged(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    robot.statuses = [500]
    await ring(database, clock, bell(1))
    await send(sender, clock, 10)
    assert len(robot.heard) == 1
    assert "top-secret-key" not in caplog.text


def test_what_a_customer_typed_mentions_nobody_and_shows_no_full_number() -> None:
    said = say("offer", {"name": "<@all> 138 1234 5678", "need": "打我 13812345678", "store": "店"})
    assert "<@" not in said
    assert "@all" not in said
    assert "13812345678" not in said
    assert "138****78" in said


@given(st.text(max_size=3000), st.integers(8, 2048))
def test_no_text_is_over_its_limit_in_bytes(text: str, limit: int) -> None:
    text = text.encode(errors="replace").decode()
    assert bytes_of(shorten(text, limit)) <= limit


@given(st.text(max_size=3000), st.text(max_size=20), st.integers(800, 4096))
def test_a_sentence_is_cut_before_its_link_is(text: str, name: str, limit: int) -> None:
    said = say_with_link(text, name, "https://shop.example/a/" + "x" * 300, limit)
    assert said.endswith("x" * 300)
    assert bytes_of(said) <= limit


@given(st.text())
def test_tamed_text_is_one_line_without_long_numbers(text: str) -> None:
    tamed = tame(text)
    assert "\n" not in tamed
    assert "@" not in tamed


@pytest.mark.parametrize(
    "typed",
    [
        "138.1234.5678",
        "138—1234—5678",
        "138/1234/5678",
        "138 - 1234 - 5678",
        "+86 (138) 1234 5678",
        "１３８１２３４５６７８",
        "1 3 8 1 2 3 4 5 6 7 8",
        "138\u200b1234\u200b5678",
    ],
)
def test_a_number_is_never_said_whole_however_it_was_typed(typed: str) -> None:
    said = say("offer", {"name": f"赵 {typed}", "need": f"打我{typed}", "store": "店"})
    figures = "".join(filter(str.isalnum, said))
    assert "12345" not in figures
    assert "１２３４５" not in figures
    assert "****" in said


def test_what_a_customer_typed_links_nowhere() -> None:
    said = say("offer", {"name": "[点我](http://evil.example/x)", "need": "", "store": "店"})
    assert "](" not in said
    assert "://" not in said
    assert "evil.example" not in said
