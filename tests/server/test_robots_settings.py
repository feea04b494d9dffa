"""Setting up robots: who may, where they may be, and that their secrets never come back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.errors import BadRequest
from server.notify.hooks import check_address, check_url
from server.notify.robots import Robot as Place
from server.notify.robots import put_robot
from tests.cast import BINJIANG, RENMIN
from tests.conftest import ORIGIN, MovableClock, SignIn
from tests.server.ringing import bell, ring, send
from tests.server.robot import SECRET, Robot, robot_on_loopback
from tests.server.shop import new_id

pytestmark = pytest.mark.slow
GOOD = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=0f1e2d",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/fcd7-1b-4e",
}


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Config:
    plain = Config(data=tmp_path, database_url=database_url, keys=("test key",), origin=ORIGIN)
    return replace(plain, robot_loopback=True)


@pytest.fixture
async def group(clock: MovableClock, xinju: str) -> AsyncIterator[Robot]:
    """A DingTalk robot that nobody has set up yet."""
    async with robot_on_loopback(clock, "dingtalk") as robot:
        yield robot


def wish(kind: str = "wecom", store: str | None = RENMIN, **more: Any) -> dict[str, Any]:
    return {"id": new_id(), "kind": kind, "url": GOOD.get(kind, ""), "store_id": store, **more}


async def seen(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/api/robots")).json()["robots"]
    return found


async def add(client: httpx.AsyncClient, asked: dict[str, Any]) -> str:
    answer = await client.post("/api/robots", json=asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_manager_sets_up_each_kind_and_reads_no_secret_back(lin: httpx.AsyncClient) -> None:
    for kind in GOOD:
        await add(lin, wish(kind, secret=SECRET))
    text = (await lin.get("/api/robots")).text
    assert {robot["kind"] for robot in await seen(lin)} == set(GOOD)
    assert all(robot["has_secret"] for robot in await seen(lin))
    assert SECRET not in text
    assert not [url for url in GOOD.values() if url in text or url.split("=")[-1] in text]


async def test_asking_twice_makes_one(lin: httpx.AsyncClient) -> None:
    asked = wish()
    await add(lin, asked)
    await add(lin, asked)
    assert len(await seen(lin)) == 1


async def test_those_who_lead_a_store_see_its_robots_and_nobody_else(
    sign_in: SignIn, lin: httpx.AsyncClient
) -> None:
    id = await add(lin, wish())
    for who in ("qiao", "hua"):
        assert [robot["id"] for robot in await seen(await sign_in(who))] == [id]
    for who in ("bo", "wu", "xia"):
        client = await sign_in(who)
        assert await seen(client) == []
        assert [await status_of(client, id, door) for door in DOORS] == [404] * len(DOORS)
        assert (await client.post("/api/robots", json=wish())).status_code == 404


DOORS = ("PATCH", "DELETE", "test", "retry")


async def status_of(client: httpx.AsyncClient, id: str, door: str) -> int:
    if door in ("PATCH", "DELETE"):
        body = {"enabled": False} if door == "PATCH" else None
        return (await client.request(door, f"/api/robots/{id}", json=body)).status_code
    return (await client.post(f"/api/robots/{id}/{door}", json={})).status_code


async def test_a_robot_of_another_store_is_answered_like_none(
    lin: httpx.AsyncClient, qiao: httpx.AsyncClient
) -> None:
    other = await add(qiao, wish(store=BINJIANG))
    assert await seen(lin) == []
    for id in (other, "nothing"):
        assert [await status_of(lin, id, door) for door in DOORS] == [404] * len(DOORS)
    for store in (BINJIANG, "nothing"):
        assert (await lin.post("/api/robots", json=wish(store=store))).status_code == 404
    assert (await lin.post("/api/robots", json={**wish(), "id": other})).status_code == 409
    assert [robot["store_id"] for robot in await seen(qiao)] == [BINJIANG]


async def test_nobody_signed_out_gets_in(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/api/robots")).status_code == 401
    assert (await stranger.post("/api/robots", json=wish())).status_code == 401
    assert [await status_of(stranger, "x", door) for door in DOORS] == [401] * len(DOORS)


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=1",
        "https://evil@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=1",
        "https://10.0.0.5/cgi-bin/webhook/send?key=1",
        "https://169.254.169.254/cgi-bin/webhook/send?key=1",
        "https://[::ffff:10.0.0.5]/cgi-bin/webhook/send?key=1",
        "http://127.0.0.1:8000/cgi-bin/webhook/send?key=1",
        "https://localhost/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com/cgi-bin/other?key=1",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1&key=2",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1#x",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1\r\nx: y",
        "https://qyapi.weixin.qq.com:nothing/",
        "https://[oops",
        "ftp://qyapi.weixin.qq.com/",
        "not a url",
    ],
)
def test_a_robot_is_at_its_vendor_and_nowhere_else(url: str) -> None:
    with pytest.raises(BadRequest):
        check_url("wecom", url, loopback=False)


def test_what_the_vendors_hand_out_is_taken() -> None:
    for kind, url in GOOD.items():
        check_url(kind, url, loopback=False)
        with pytest.raises(BadRequest):
            check_url("dingtalk" if kind == "wecom" else "wecom", url, loopback=False)


def test_loopback_is_taken_only_where_it_is_configured() -> None:
    url = "http://127.0.0.1:9/cgi-bin/webhook/send?key=1"
    check_url("wecom", url, loopback=True)
    with pytest.raises(BadRequest):
        check_url("wecom", "http://192.168.1.1/cgi-bin/webhook/send?key=1", loopback=True)


@pytest.mark.parametrize(
    "address", ["", "lin", "lin@", "lin@here", "a b@c.de", "a@b.c\r\nBcc: d@e.f"]
)
def test_what_is_no_address_is_not_taken(address: str) -> None:
    with pytest.raises(BadRequest):
        check_address(address)


async def test_a_bad_url_is_refused_by_the_doors_too(lin: httpx.AsyncClient) -> None:
    bad = "https://evil.example/cgi-bin/webhook/send?key=1"
    answer = await lin.post("/api/robots", json=wish(url=bad))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_the_vendor")
    id = await add(lin, wish())
    assert (await lin.patch(f"/api/robots/{id}", json={"url": bad})).status_code == 400
    assert (await lin.patch(f"/api/robots/{id}", json={})).status_code == 400


async def test_a_test_message_arrives_at_once_and_its_answer_is_told(
    lin: httpx.AsyncClient, group: Robot
) -> None:
    id = await add(lin, wish("dingtalk", url=group.url, secret=SECRET))
    answer = await lin.post(f"/api/robots/{id}/test", json={})
    assert answer.json() == {"verdict": "sent", "code": None, "detail": ""}
    assert group.heard[0].startswith("【测试】人民路店")
    assert (await seen(lin))[0]["sent_at"] is not None


async def test_a_test_with_a_wrong_secret_says_so_and_shows_it_until_it_is_right(
    lin: httpx.AsyncClient, group: Robot
) -> None:
    id = await add(lin, wish("dingtalk", url=group.url, secret="wrong"))
    answer = (await lin.post(f"/api/robots/{id}/test", json={})).json()
    assert answer == {"verdict": "refused", "code": "bad_sign", "detail": "310000 sign not match"}
    assert (await seen(lin))[0]["error"] == "bad_sign"
    assert (await lin.patch(f"/api/robots/{id}", json={"secret": SECRET})).status_code == 204
    assert (await seen(lin))[0]["error"] is None
    assert (await lin.post(f"/api/robots/{id}/test", json={})).json()["verdict"] == "sent"


async def test_tests_count_against_the_rate_like_everything_else(
    lin: httpx.AsyncClient, group: Robot
) -> None:
    id = await add(lin, wish("dingtalk", url=group.url, secret=SECRET))
    statuses = [(await lin.post(f"/api/robots/{id}/test", json={})).status_code for _ in range(19)]
    assert statuses == [200] * 18 + [429]
    assert group.refused == []


async def test_dead_letters_are_seen_with_their_reason_and_sent_on_demand(
    app: Starlette,
    database: Database,
    clock: MovableClock,
    lin: httpx.AsyncClient,
    group: Robot,
) -> None:
    id = await add(lin, wish("dingtalk", url=group.url, secret="wrong"))
    await ring(database, clock, bell(1), bell(2))
    await app.state.sender.deliver()
    robot = (await seen(lin))[0]
    assert (robot["waiting"], robot["dead"]) == (0, 2)
    assert {letter["error"] for letter in robot["letters"]} == {"bad_sign"}
    assert all("客户" in letter["body"] for letter in robot["letters"])
    await lin.patch(f"/api/robots/{id}", json={"secret": SECRET})
    one = robot["letters"][0]["id"]
    answer = await lin.post(f"/api/robots/{id}/retry", json={"messages": [one, "nothing"]})
    assert answer.json() == {"revived": 1}
    assert (await lin.post(f"/api/robots/{id}/retry", json={})).json() == {"revived": 1}
    for _ in range(4):
        await app.state.sender.deliver()
        clock.advance(seconds=3)
    assert len(group.heard) == 2
    assert (await seen(lin))[0]["dead"] == 0


async def test_a_removed_robot_is_gone_with_what_it_had_not_said(
    app: Starlette,
    database: Database,
    clock: MovableClock,
    lin: httpx.AsyncClient,
    group: Robot,
) -> None:
    id = await add(lin, wish("dingtalk", url=group.url, secret=SECRET))
    await ring(database, clock, bell(1))
    assert (await lin.delete(f"/api/robots/{id}")).status_code == 204
    await app.state.sender.deliver()
    assert group.asked == 0
    assert await seen(lin) == []


async def test_a_store_has_twenty_robots_at_most(lin: httpx.AsyncClient) -> None:
    for _ in range(20):
        await add(lin, wish())
    answer = await lin.post("/api/robots", json=wish())
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "too_many_robots")


async def test_a_robot_has_a_name_and_may_be_rung_by_escalations_alone(
    lin: httpx.AsyncClient, app: Starlette, database: Database, clock: MovableClock, group: Robot
) -> None:
    asked = wish("dingtalk", url=group.url, secret=SECRET, name=" 店长群 ", urgent_only=True)
    id = await add(lin, asked)
    assert [(r["name"], r["urgent_only"]) for r in await seen(lin)] == [("店长群", True)]
    rung = [bell(1), bell(2, "nudge"), bell(3, "escalated"), bell(4, "first_follow_up")]
    await ring(database, clock, *rung)
    await send(app.state.sender, clock, 10)
    assert [text[:4] for text in group.heard] == ["【升级】"] * 2
    change = {"name": "全店", "urgent_only": False}
    assert (await lin.patch(f"/api/robots/{id}", json=change)).status_code == 204
    assert [(r["name"], r["urgent_only"]) for r in await seen(lin)] == [("全店", False)]
    await ring(database, clock, bell(5))
    await send(app.state.sender, clock, 4)
    assert "客户5" in group.heard[-1]
    too_long = {"name": "长" * 41}
    assert (await lin.patch(f"/api/robots/{id}", json=too_long)).status_code == 400


async def test_a_mailbox_is_its_readers_own(
    sign_in: SignIn, bo: httpx.AsyncClient, lin: httpx.AsyncClient, hua: httpx.AsyncClient
) -> None:
    id = await add(bo, {"id": new_id(), "kind": "mail", "url": "bo@xinju.example"})
    assert [(r["id"], r["hint"]) for r in await seen(bo)] == [(id, "bo@xinju.example")]
    for client in (lin, hua):
        assert await seen(client) == []
        assert [await status_of(client, id, door) for door in DOORS] == [404] * len(DOORS)
    answer = (await bo.post(f"/api/robots/{id}/test", json={})).json()
    assert (answer["verdict"], answer["code"]) == ("refused", "no_mail")


async def test_robots_of_another_organisation_are_not_there(
    database: Database, lin: httpx.AsyncClient
) -> None:
    foreign = Place("org-rival", "theirs", "wecom", RENMIN, None, GOOD["wecom"])
    await database.transact(lambda connection: put_robot(connection, foreign))
    assert await seen(lin) == []
    assert [await status_of(lin, "theirs", door) for door in DOORS] == [404] * len(DOORS)
