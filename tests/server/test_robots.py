"""What each vendor asks: signatures, clocks, rates and sizes."""

from urllib.parse import parse_qs, urlsplit

import pytest

from server.clock import MINUTE_MS
from server.notify import dingtalk, feishu
from server.notify.robots import change_robot, count_dead, revive
from sync import derive_id
from tests.cast import ORG
from tests.conftest import ORIGIN
from tests.server.ringing import Chat, bell

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


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


async def test_each_vendor_takes_what_we_send_even_if_our_clocks_differ_by_almost_an_hour(
    any_chat: Chat,
) -> None:
    for n, minutes in enumerate((0, -59, 59)):
        any_chat.robot.skew_ms = minutes * MINUTE_MS
        await any_chat.ring(bell(n))
        await any_chat.send(4)
        assert f"客户{n}" in any_chat.robot.heard[n]
    assert any_chat.robot.refused == []


@pytest.mark.parametrize("any_robot", ["dingtalk", "feishu"], indirect=True)
async def test_a_clock_that_is_off_by_more_shows_at_once(any_chat: Chat) -> None:
    any_chat.robot.skew_ms = 61 * MINUTE_MS
    await any_chat.ring(bell(1))
    await any_chat.send()
    assert any_chat.robot.heard == []
    assert (await any_chat.state())[0] == "bad_sign"
    assert (await any_chat.outbox())[0][2] == any_chat.clock()


async def test_a_rush_never_breaks_a_rate_and_names_everybody(any_chat: Chat) -> None:
    await any_chat.ring(*map(bell, range(90)))
    await any_chat.send(150)
    everything = "\n".join(any_chat.robot.heard)
    assert any_chat.robot.refused == []
    assert any("条提醒：" in text for text in any_chat.robot.heard)
    assert all(f"客户{n}" in everything for n in range(90))
    assert await any_chat.waiting() == 0


async def test_a_rush_of_long_names_stays_within_each_vendors_size_and_every_line_opens_its_lead(
    any_chat: Chat,
) -> None:
    ids = [derive_id("lead", n) for n in range(40)]
    long = [
        bell(n, name=f"{n:02}" + "很长的名字" * 8, need="需" * 200, lead_id=id)
        for n, id in enumerate(ids)
    ]
    await any_chat.ring(*long)
    await any_chat.send(150)
    assert any_chat.robot.refused == []
    heard = [line for text in any_chat.robot.heard for line in text.split("\n")]
    for n, id in enumerate(ids):
        line = next(line for line in heard if f"：{n:02}很长" in line)
        end = f" {ORIGIN}/leads/{id}"
        is_alone = line in any_chat.robot.heard
        form = f" [打开]({end.strip()})" if any_chat.robot.kind == "wecom" else end
        assert is_alone or line.endswith(form)
    assert any("条提醒：" in line for line in heard)


async def test_a_wrong_key_shows_at_once_and_after_correcting_it_nothing_is_lost(
    any_chat: Chat,
) -> None:
    robot, database = any_chat.robot, any_chat.database
    good = {"url": robot.url, "secret": robot.secret}
    is_signed = robot.secret is not None
    wrong = {"secret": "wrong"} if is_signed else {"url": robot.url.replace("top", "old")}
    await database.transact(lambda c: change_robot(c, ORG, "robot", wrong))
    await any_chat.ring(bell(1), bell(2), bell(3))
    await any_chat.send()
    assert robot.asked == 1
    assert (await any_chat.state())[0] == ("bad_sign" if is_signed else "bad_key")
    async with database.read() as connection:
        assert await count_dead(connection) == 3
    await database.transact(lambda c: change_robot(c, ORG, "robot", good))
    assert await database.transact(lambda c: revive(c, ORG, "robot", None)) == 3
    await any_chat.send(10)
    assert len(robot.heard) == 3
    assert await any_chat.state() == (None, None)


@pytest.mark.parametrize("any_robot", ["dingtalk"], indirect=True)
async def test_dingtalks_one_code_is_told_apart_by_its_words(
    any_chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words, code in (
        ("keywords not in content", "no_keyword"),
        ("invalid timestamp", "bad_time"),
        ("ip 1.2.3.4 not in whitelist", "bad_ip"),
        ("sign not match", "bad_sign"),
    ):
        monkeypatch.setattr(any_chat.robot, "words", {310000: words})
        any_chat.robot.errcodes = [310000]
        await any_chat.ring(bell(1)._replace(key=code))
        await any_chat.send()
        assert (await any_chat.state())[0] == code
        any_chat.clock.advance(minutes=2)


@pytest.mark.parametrize("any_robot", ["dingtalk"], indirect=True)
async def test_dingtalk_that_has_gone_mute_is_left_alone_for_ten_minutes(any_chat: Chat) -> None:
    # Somebody else posts with this robot too.
    any_chat.robot.at = [any_chat.clock() for _ in range(20)]
    await any_chat.ring(bell(1))
    await any_chat.send(599)
    assert any_chat.robot.refused == [130101]
    assert (await any_chat.state())[0] == "over_limit"
    await any_chat.send(2)
    assert len(any_chat.robot.heard) == 1
    assert [row[0] for row in await any_chat.outbox()] == [0]
