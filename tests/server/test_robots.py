"""Robots of each vendor under strain: signatures, clocks, rates, errors, silence, and rivals."""

import asyncio
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from server.config import Config
from server.db import Database, open_database
from server.notify import dingtalk, feishu, webhook
from server.notify.channel import Answer
from server.notify.packing import LEASE_MS, take_parcel
from server.notify.robots import change_robot, count_dead, revive
from server.notify.sender import Sender, open_sender
from server.notify.settling import ATTEMPTS
from server.notify.tables import notifications, robots
from tests.cast import BINJIANG, ORG
from tests.conftest import MovableClock
from tests.server.ringing import bell, hang, outbox, ring, send
from tests.server.robot import DingTalkRobot, Robot, robot_on_loopback

pytestmark = pytest.mark.slow


async def state(database: Database, id: str = "robot") -> tuple[str | None, str | None]:
    """error and detail of a robot."""
    query = select(robots.c.error, robots.c.detail).where(robots.c.id == id)
    async with database.read() as connection:
        error, detail = (await connection.execute(query)).one()
    return error, detail


async def waiting(database: Database) -> int:
    return len([row for row in await outbox(database) if row[1] is None and row[2] is None])


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(4):
        while not is_so():  # noqa: ASYNC110  the robots are told by nobody
            await asyncio.sleep(0.01)


def test_signatures_are_those_that_openssl_makes() -> None:
    """`printf '1599360473\\nthis is secret' | openssl dgst -sha256 -hmac 'this is secret' -binary`,
    and the empty text with that text as the key."""
    ours = dingtalk.sign("this is secret", 1599360473), feishu.sign("this is secret", 1599360473)
    theirs = (
        "Aa897dtSTyHzD0ZCF2+ph58VjSQ6lUYLT11QvLTQCnU=",
        "/eYKrXQBzTjUZJ3s6NX16VxGbTwmK7AEs8/FnvC1CSw=",
    )
    assert ours == theirs


def test_a_signature_survives_the_query_whatever_it_holds() -> None:
    for now in range(50):
        url = dingtalk.signed("https://oapi.dingtalk.com/robot/send?access_token=x", "s", now)
        given = parse_qs(urlsplit(url).query, strict_parsing=True)
        assert given["sign"] == [dingtalk.sign("s", now)]
        assert given["timestamp"] == [str(now)]


async def test_each_vendor_takes_what_we_send(
    database: Database,
    clock: MovableClock,
    any_robot: Robot,
    sender: Sender,
) -> None:
    await ring(database, clock, bell(1))
    await send(sender, clock)
    assert "客户1" in any_robot.heard[0]
    assert any_robot.refused == []


async def test_a_rush_never_breaks_a_rate_and_names_everybody(
    database: Database,
    clock: MovableClock,
    any_robot: Robot,
    sender: Sender,
) -> None:
    await ring(database, clock, *map(bell, range(90)))
    await send(sender, clock, 150)
    everything = "\n".join(any_robot.heard)
    assert any_robot.refused == []
    assert any("条提醒：" in text for text in any_robot.heard)
    assert all(f"客户{n}" in everything for n in range(90))
    assert await waiting(database) == 0


async def test_a_rush_of_long_names_stays_within_each_vendors_size(
    database: Database,
    clock: MovableClock,
    any_robot: Robot,
    sender: Sender,
) -> None:
    long = [bell(n, name=f"{n:02}" + "很长的名字" * 8, need="需" * 200) for n in range(40)]
    await ring(database, clock, *long)
    await send(sender, clock, 150)
    everything = "\n".join(any_robot.heard)
    assert any_robot.refused == []
    assert all(f"：{n:02}很长" in everything for n in range(40))


@pytest.mark.parametrize("skew_ms", [-59 * 60_000, 59 * 60_000])
async def test_clocks_may_differ_by_almost_an_hour(
    database: Database,
    clock: MovableClock,
    any_robot: Robot,
    sender: Sender,
    skew_ms: int,
) -> None:
    any_robot.skew_ms = skew_ms
    await ring(database, clock, bell(1))
    await send(sender, clock)
    assert len(any_robot.heard) == 1


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
async def test_a_clock_that_is_off_by_more_shows_at_once(
    database: Database,
    clock: MovableClock,
    sender: Sender,
    xinju: str,
    kind: str,
) -> None:
    async with robot_on_loopback(clock, kind) as strict:
        await hang(database, strict)
        strict.skew_ms = 61 * 60_000
        await ring(database, clock, bell(1))
        await send(sender, clock)
    assert strict.heard == []
    assert (await state(database))[0] == "bad_sign"
    assert (await outbox(database))[0][2] == clock()


@pytest.mark.parametrize(
    ("kind", "code"), [("wecom", "bad_key"), ("dingtalk", "bad_sign"), ("feishu", "bad_sign")]
)
async def test_a_wrong_key_shows_at_once_and_after_correcting_it_nothing_is_lost(
    database: Database,
    clock: MovableClock,
    sender: Sender,
    xinju: str,
    kind: str,
    code: str,
) -> None:
    async with robot_on_loopback(clock, kind) as strict:
        good = {"url": strict.url, "secret": strict.secret}
        await hang(database, strict)
        wrong = {"url": strict.url.replace("top", "old"), "secret": "wrong"}
        wish = wrong if kind == "wecom" else {"secret": "wrong"}
        await database.transact(lambda c: change_robot(c, ORG, "robot", wish))
        await ring(database, clock, bell(1), bell(2), bell(3))
        await send(sender, clock)
        assert strict.asked == 1
        assert (await state(database))[0] == code
        async with database.read() as connection:
            assert await count_dead(connection) == 3
        await database.transact(lambda c: change_robot(c, ORG, "robot", good))
        assert await database.transact(lambda c: revive(c, ORG, "robot", None)) == 3
        await send(sender, clock, 10)
        assert len(strict.heard) == 3
        assert await state(database) == (None, None)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("keywords not in content", "no_keyword"),
        ("invalid timestamp", "bad_time"),
        ("ip 1.2.3.4 not in whitelist", "bad_ip"),
        ("sign not match", "bad_sign"),
    ],
)
async def test_dingtalks_one_code_is_told_apart_by_its_words(
    database: Database,
    clock: MovableClock,
    sender: Sender,
    xinju: str,
    words: str,
    code: str,
) -> None:
    async with robot_on_loopback(clock, "dingtalk") as strict:
        await hang(database, strict)
        assert isinstance(strict, DingTalkRobot)
        strict.errcodes, strict.words = [310000], {310000: words}  # type: ignore[misc]
        await ring(database, clock, bell(1))
        await send(sender, clock)
    assert (await state(database))[0] == code


async def test_dingtalk_that_has_gone_mute_is_left_alone_for_ten_minutes(
    database: Database,
    clock: MovableClock,
    sender: Sender,
    xinju: str,
) -> None:
    async with robot_on_loopback(clock, "dingtalk") as strict:
        await hang(database, strict)
        # Somebody else posts with this robot too.
        strict.at = [clock() for _ in range(20)]
        await ring(database, clock, bell(1))
        await send(sender, clock, 599)
        assert strict.refused == [130101]
        assert (await state(database))[0] == "over_limit"
        await send(sender, clock, 2)
        assert len(strict.heard) == 1
        assert [row[0] for row in await outbox(database)] == [0]


async def test_whoever_says_when_to_come_back_is_left_alone_until_then(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
) -> None:
    robot.statuses, robot.headers = [503], "retry-after: 120\r\n"
    await ring(database, clock, bell(1))
    await send(sender, clock, 119)
    assert (robot.asked, robot.heard) == (1, [])
    await send(sender, clock, 2)
    assert len(robot.heard) == 1


async def test_a_date_is_understood_as_a_time_to_come_back(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
) -> None:
    # It is Monday 10:30 in Shanghai.
    robot.statuses, robot.headers = [429], "retry-after: Mon, 23 Nov 2026 02:35:00 GMT\r\n"
    await ring(database, clock, bell(1))
    await send(sender, clock, 299)
    assert (robot.asked, robot.heard) == (1, [])
    await send(sender, clock, 2)
    assert len(robot.heard) == 1


async def test_pauses_grow_and_a_robot_that_fails_is_not_hammered_by_its_queue(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
) -> None:
    robot.statuses = [500] * 1000
    await ring(database, clock, *map(bell, range(8)))
    await send(sender, clock, 300)
    assert 5 <= robot.asked <= 7
    assert await waiting(database) == 8


async def test_after_the_last_try_all_is_kept_and_can_be_tried_again(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
) -> None:
    robot.statuses = [500] * ATTEMPTS
    await ring(database, clock, bell(1), bell(2))
    for _ in range(ATTEMPTS):
        await send(sender, clock)
        clock.advance(minutes=13)
    assert await waiting(database) == 0
    assert {row[3] for row in await outbox(database)} == {"http"}
    assert await database.transact(lambda c: revive(c, ORG, "robot", None)) == 2
    await send(sender, clock, 4)
    assert len(robot.heard) == 2
    async with database.read() as connection:
        assert await count_dead(connection) == 0


@pytest.mark.parametrize(
    ("manner", "code"),
    [("garbled", "garbage"), ("endless", "garbage"), ("forgetful", "unreachable")],
)
async def test_answers_that_make_no_sense_are_failures_that_show(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
    manner: str,
    code: str,
) -> None:
    robot.manner = manner
    await ring(database, clock, bell(1))
    await send(sender, clock)
    assert (await state(database))[0] == code
    assert await waiting(database) == 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(webhook, "WHOLE_S", 0.5)


@pytest.mark.parametrize("manner", ["hanging", "slow"])
async def test_a_robot_that_hangs_times_out_and_shows_it(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
    impatient: None,
    manner: str,
) -> None:
    robot.manner = manner
    await ring(database, clock, bell(1))
    await send(sender, clock)
    assert await state(database) == ("timeout", "")
    assert await waiting(database) == 1


async def test_nobody_waits_for_a_robot_that_hangs(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
) -> None:
    """The others are heard while it is still being waited for."""
    robot.manner = "hanging"
    async with robot_on_loopback(clock) as other:
        await hang(database, other, "other", BINJIANG)
        await ring(database, clock, bell(1), bell(2)._replace(store_id=BINJIANG))
        running = asyncio.create_task(sender.run())
        await until(lambda: bool(robot.asked and other.heard))
        await ring(database, clock, bell(3)._replace(store_id=BINJIANG))
        clock.advance(seconds=4)
        await until(lambda: len(other.heard) == 2)
        assert robot.asked == 1
        assert await state(database) == (None, None)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def rival(config: Config, database_url: str, clock: MovableClock) -> AsyncIterator[Sender]:
    """Another process of ours, as far as the database can tell."""
    database = open_database(database_url)
    async with open_sender(config, database, clock) as sender:
        yield sender
    await database.close()


async def test_two_processes_never_send_one_message_twice(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
    rival: Sender,
) -> None:
    await ring(database, clock, *map(bell, range(10)))
    for _ in range(40):
        await asyncio.gather(sender.deliver(), rival.deliver(), sender.deliver(), rival.deliver())
        clock.advance(seconds=1)
    assert sorted(robot.heard) == sorted(set(robot.heard))
    assert len(robot.heard) == 10
    assert robot.refused == []


async def test_whoever_is_killed_while_sending_is_taken_over_from_after_its_lease(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
    rival: Sender,
) -> None:
    await ring(database, clock, bell(1))
    await database.transact(
        lambda c: take_parcel(c, ORG, "robot", sender.channels["wecom"], clock())
    )
    clock.advance(seconds=LEASE_MS / 1000 - 1)
    await rival.deliver()
    assert robot.heard == []
    clock.advance(seconds=1)
    await rival.deliver()
    await sender.deliver()
    await send(sender, clock, 60)
    assert len(robot.heard) == 1


async def test_who_comes_back_after_its_lease_notes_what_was_sent_and_nothing_else(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
) -> None:
    """Its answer arrives when another process holds the robot: that one's lease stays."""
    await ring(database, clock, bell(1))
    wecom = sender.channels["wecom"]
    late = await database.transact(lambda c: take_parcel(c, ORG, "robot", wecom, clock()))
    clock.advance(milliseconds=LEASE_MS)
    held = await database.transact(lambda c: take_parcel(c, ORG, "robot", wecom, clock()))
    assert late is not None
    assert held is not None
    await sender.note(late, Answer("failed", "timeout"))
    assert [row[0] for row in await outbox(database)] == [0]
    await sender.note(late, Answer("sent"))
    async with database.read() as connection:
        lease = await connection.scalar(select(robots.c.leased_until))
    assert lease == held.lease
    assert await waiting(database) == 0


async def test_a_robot_that_is_switched_off_keeps_what_it_did_not_say(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
) -> None:
    await ring(database, clock, bell(1))
    await database.transact(lambda c: change_robot(c, ORG, "robot", {"enabled": 0}))
    await send(sender, clock)
    assert robot.asked == 0
    assert (await outbox(database))[0][3] == "switched_off"


async def test_escalations_go_first_even_if_they_came_last_and_the_robot_was_away(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
) -> None:
    robot.statuses = [500] * 3
    await ring(database, clock, *map(bell, range(5)))
    await send(sender, clock, 20)
    await ring(database, clock, bell(9, "escalated", to="林", missed_by="薄"))
    await send(sender, clock, 60)
    assert robot.heard[0].startswith("【升级】")
    assert len(robot.heard) == 6


async def test_escalations_that_would_come_late_come_together(
    database: Database, clock: MovableClock, any_robot: Robot, sender: Sender
) -> None:
    rush = [bell(n, "escalated", to="林", missed_by="薄") for n in range(70)]
    await ring(database, clock, *rush)
    await send(sender, clock, 62)
    everything = "\n".join(any_robot.heard)
    assert any_robot.refused == []
    assert all(f"客户{n} " in everything for n in range(30))
    await send(sender, clock, 60)
    assert await waiting(database) == 0


async def test_nobody_is_led_elsewhere(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    async with robot_on_loopback(clock) as other:
        robot.statuses, robot.headers = [307, 302], f"location: {other.url}\r\n"
        await ring(database, clock, bell(1))
        await send(sender, clock, 10)
    assert other.asked == 0
    assert await state(database) == ("http", "HTTP 302")


async def test_messages_are_forgotten_after_a_month_and_dead_ones_counted(
    database: Database, clock: MovableClock, robot: Robot, sender: Sender
) -> None:
    robot.errcodes = [93000]
    await ring(database, clock, bell(1))
    await send(sender, clock)
    await sender.sweep()
    assert sender.dead == 1
    clock.advance(days=29)
    await ring(database, clock, bell(2))
    await send(sender, clock)
    await sender.sweep()
    assert len(await outbox(database)) == 2
    clock.advance(days=2)
    await sender.sweep()
    assert (len(await outbox(database)), sender.dead) == (1, 0)


async def test_a_retried_message_keeps_its_place_by_age(
    database: Database,
    clock: MovableClock,
    robot: Robot,
    sender: Sender,
) -> None:
    await ring(database, clock, bell(1))
    dead = update(notifications).values(failed_at=clock(), error="http")
    await database.transact(lambda c: c.execute(dead))
    clock.advance(seconds=5)
    await ring(database, clock, bell(2))
    await database.transact(lambda c: revive(c, ORG, "robot", None))
    await send(sender, clock, 4)
    assert ["客户1" in robot.heard[0], "客户2" in robot.heard[1]] == [True, True]
