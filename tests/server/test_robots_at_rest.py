"""What is kept of a robot cannot be posted with; keys rotate as for everything that is signed."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.notify.sender import Sender, open_sender
from server.notify.tables import robots
from server.notify.vault import Vault
from tests.cast import RENMIN
from tests.conftest import ORIGIN, MovableClock
from tests.server.ringing import bell, hang, outbox, ring, send
from tests.server.robot import robot_on_loopback
from tests.server.shop import new_id

pytestmark = pytest.mark.slow

OLD, NEW = "the old key", "the new key"


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Config:
    plain = Config(data=tmp_path, database_url=database_url, keys=(OLD,), origin=ORIGIN)
    return replace(plain, robot_loopback=True)


async def kept(database: Database) -> tuple[str, str]:
    """address and secret, as they lie in the database."""
    async with database.read() as connection:
        url, secret = (await connection.execute(select(robots.c.url, robots.c.secret))).one()
    return url, secret


def app_sender(app: Starlette, *keys: str) -> Sender:
    sender: Sender = app.state.sender
    sender.vault = Vault(keys)
    return sender


async def test_a_robot_set_up_on_a_phone_lies_encrypted_and_speaks(
    app: Starlette, database: Database, clock: MovableClock, lin: httpx.AsyncClient
) -> None:
    async with robot_on_loopback(clock, "dingtalk") as robot:
        asked = {"id": new_id(), "kind": "dingtalk", "store_id": RENMIN}
        answer = await lin.post(
            "/api/robots", json={**asked, "url": robot.url, "secret": robot.secret}
        )
        assert answer.status_code == 201
        for held, said in zip(await kept(database), (robot.url, robot.secret), strict=True):
            assert str(said) not in held
            assert held.startswith("fernet:")
        await ring(database, clock, bell(1))
        await send(app.state.sender, clock)
        assert len(robot.heard) == 1
        hint = (await lin.get("/api/robots")).json()["robots"][0]["hint"]
        assert robot.url.endswith(hint.removeprefix("…"))


async def test_rows_of_before_and_of_an_older_key_are_read_and_written_anew(
    config: Config, database: Database, clock: MovableClock, xinju: str
) -> None:
    async with robot_on_loopback(clock, "feishu") as robot:
        await hang(database, robot)
        assert await kept(database) == (robot.url, robot.secret)
        for n, keys in enumerate([(OLD,), (OLD, NEW), (NEW,)]):
            before = await kept(database)
            async with open_sender(replace(config, keys=keys), database, clock) as sender:
                await ring(database, clock, bell(n))
                await send(sender, clock, 2)
                assert len(robot.heard) == n + 1
                await sender.sweep()
            assert all(each.startswith(Vault(keys).mark) for each in await kept(database))
            assert (await kept(database) == before) == (keys == (NEW,)), "once is enough"


async def test_a_lost_key_is_said_and_nothing_is_lost_until_the_address_is_given_again(
    app: Starlette, database: Database, clock: MovableClock, lin: httpx.AsyncClient
) -> None:
    async with robot_on_loopback(clock, "dingtalk") as robot:
        id = new_id()
        asked = {"url": robot.url, "secret": robot.secret}
        place = {"id": id, "kind": "dingtalk", "store_id": RENMIN}
        await lin.post("/api/robots", json={**place, **asked})
        sender = app_sender(app, NEW)
        shown = (await lin.get("/api/robots")).json()["robots"][0]
        assert (shown["error"], shown["hint"], shown["has_secret"]) == ("lost_key", "", True)
        answer = (await lin.post(f"/api/robots/{id}/test", json={})).json()
        assert (answer["verdict"], answer["code"]) == ("failed", "lost_key")
        await ring(database, clock, bell(1))
        await send(sender, clock, 60)
        await sender.sweep()
        assert robot.asked == 0
        assert [row[1:3] for row in await outbox(database)] == [(None, None)]
        await lin.patch(f"/api/robots/{id}", json={"url": robot.url})
        assert (await lin.get("/api/robots")).json()["robots"][0]["error"] == "lost_key"
        await lin.patch(f"/api/robots/{id}", json=asked)
        await send(sender, clock, 2)
        assert len(robot.heard) == 1
        assert (await lin.get("/api/robots")).json()["robots"][0]["error"] is None
