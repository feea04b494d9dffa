"""A phone whose app is closed is rung: encrypted, for its own person, without names in full."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.config import Config, read_config
from server.customers.names import mask_name
from server.db import Database
from server.errors import BadRequest
from server.notify import web_push
from server.notify.outbox import Bell
from server.notify.sender import Sender
from server.notify.vault import Vault
from server.notify.web_push import WebPush
from tests.conftest import ORIGIN, MovableClock, SignIn
from tests.phone import Phone
from tests.server.push_service import PushService, push_on_loopback, pushing_config
from tests.server.ringing import bell, outbox, ring, send
from tests.server.shop import Shop

pytestmark = pytest.mark.slow


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Config:
    return pushing_config(tmp_path, database_url)


@pytest.fixture
async def service(clock: MovableClock) -> AsyncIterator[PushService]:
    async with push_on_loopback(clock) as service:
        yield service


@pytest.fixture
def sender(app: Starlette) -> Sender:
    sender: Sender = app.state.sender
    return sender


def lins(n: int) -> Bell:
    return bell(n, "escalated", to_id="lin", lead_id=f"lead-{n}")


async def subscribe(client: httpx.AsyncClient, service: PushService) -> str:
    service.key = (await client.get("/api/push")).json()["key"]
    answer = await client.post("/api/push", json=service.subscription)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_phone_is_rung_for_its_person_and_reads_what_happened(
    bo: httpx.AsyncClient,
    service: PushService,
    sender: Sender,
    database: Database,
    clock: MovableClock,
) -> None:
    await subscribe(bo, service)
    shop = Shop(database, clock)
    await shop.scan(name="王小明")
    await shop.settle()
    await shop.wait(minutes=15)
    await send(sender, clock, 2)
    assert [told["kind"] for told in service.told] == ["offer", "nudge"]
    lead = await shop.row("lead")
    assert service.told[1] == {
        "kind": "nudge",
        "name": mask_name("王小明"),
        "store": "人民路店",
        "waited_s": 900,
        "lead_id": lead.id,
    }
    said = str(service.told)
    assert "小明" not in said
    assert "139" not in said


async def test_a_phone_whose_subscription_cannot_be_read_any_more_is_told_that_it_is_off(
    bo: httpx.AsyncClient, lin: httpx.AsyncClient, service: PushService, sender: Sender
) -> None:
    id = await subscribe(bo, service)
    assert (await bo.get("/api/push")).json()["phones"] == [id]
    assert (await lin.get("/api/push")).json()["phones"] == []
    sender.vault = Vault(("another key",))
    assert (await bo.get("/api/push")).json()["phones"] == []
    await subscribe(bo, service)
    assert (await bo.get("/api/push")).json()["phones"] == [id]


@pytest.mark.one_database
async def test_each_lead_is_a_notice_of_its_own_however_many_there_are(
    lin: httpx.AsyncClient,
    service: PushService,
    sender: Sender,
    database: Database,
    clock: MovableClock,
) -> None:
    await subscribe(lin, service)
    await ring(database, clock, *map(lins, range(90)))
    await send(sender, clock, 150)
    assert sorted(told["lead_id"] for told in service.told) == sorted(
        f"lead-{n}" for n in range(90)
    )
    assert len(set(service.topics)) == 90, "none takes the place of another"


async def test_nobody_elses_phone_rings(
    lin: httpx.AsyncClient,
    chen: httpx.AsyncClient,
    service: PushService,
    sender: Sender,
    database: Database,
    clock: MovableClock,
) -> None:
    await subscribe(chen, service)
    await ring(database, clock, lins(1))
    await send(sender, clock)
    assert service.told == []
    await subscribe(lin, service)  # the same phone, another person
    await ring(database, clock, lins(2))
    await send(sender, clock)
    assert len(service.told) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_a_phone_that_took_it_back_is_forgotten(
    lin: httpx.AsyncClient,
    service: PushService,
    sender: Sender,
    database: Database,
    clock: MovableClock,
    status: int,
) -> None:
    await subscribe(lin, service)
    service.status = status
    await ring(database, clock, lins(1), lins(2))
    await send(sender, clock, 3)
    assert (service.asked, await outbox(database)) == (1, [])
    service.status = 0
    await ring(database, clock, lins(3))
    await send(sender, clock)
    assert service.asked == 1


@pytest.mark.one_database
async def test_a_push_service_that_is_busy_is_tried_again(
    lin: httpx.AsyncClient,
    service: PushService,
    sender: Sender,
    database: Database,
    clock: MovableClock,
) -> None:
    await subscribe(lin, service)
    service.status = 503
    await ring(database, clock, lins(1))
    await send(sender, clock)
    service.status = 0
    await send(sender, clock, 10)
    assert len(service.told) == 1


async def test_a_phone_is_silent_once_its_person_says_so_or_its_device_is_revoked(
    sign_in: SignIn,
    service: PushService,
    sender: Sender,
    database: Database,
    clock: MovableClock,
) -> None:
    lin = await sign_in("lin")
    id = await subscribe(lin, service)
    other = await sign_in("chen")
    await other.delete(f"/api/push/{id}")  # not theirs: nothing happens
    await ring(database, clock, lins(1))
    await send(sender, clock)
    assert len(service.told) == 1
    await lin.delete(f"/api/push/{id}")
    await ring(database, clock, lins(2))
    await send(sender, clock, 1)
    phone = await Phone(lin, clock).enrol()
    await subscribe(lin, service)
    await lin.delete(f"/api/devices/{phone.device}")
    await ring(database, clock, lins(3))
    await send(sender, clock, 1)
    assert len(service.told) == 1


async def test_nobody_sees_or_changes_a_phone_by_the_doors_of_robots(
    bo: httpx.AsyncClient, hua: httpx.AsyncClient, service: PushService
) -> None:
    id = await subscribe(bo, service)
    for client in (bo, hua):
        assert (await client.get("/api/robots")).json()["robots"] == []
        assert (await client.delete(f"/api/robots/{id}")).status_code == 404
        changed = await client.patch(f"/api/robots/{id}", json={"url": "https://a.example"})
        assert changed.status_code == 404


@pytest.mark.one_database
async def test_where_this_server_does_not_push_the_phone_is_told_so(
    bo: httpx.AsyncClient, service: PushService, sender: Sender
) -> None:
    channel = sender.channels["push"]
    assert isinstance(channel, WebPush)
    sender.channels["push"] = replace(channel, key="")
    assert (await bo.get("/api/push")).json() == {"key": None, "phones": []}
    answer = await bo.post("/api/push", json=service.subscription)
    assert answer.json()["error"]["code"] == "no_push"


@pytest.mark.one_database
async def test_a_stranger_learns_and_subscribes_nothing(
    stranger: httpx.AsyncClient, service: PushService
) -> None:
    assert (await stranger.get("/api/push")).status_code == 401
    assert (await stranger.post("/api/push", json=service.subscription)).status_code == 401


@pytest.mark.one_database
@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/wp/x",
        "https://10.0.0.1/wp/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://notify.windows.com.evil.example/x",
        "https://fcm.googleapis.com:22/x",
        "https://user@fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "https://[::1/x",
        "",
    ],
)
def test_only_push_services_are_posted_to(endpoint: str) -> None:
    with pytest.raises(BadRequest):
        web_push.check_endpoint(endpoint, loopback=False)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/x",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://web.push.apple.com/x",
        "https://wns2-par02p.notify.windows.com/w/?token=x",
    ],
)
def test_push_services_are_known(endpoint: str) -> None:
    web_push.check_endpoint(endpoint, loopback=False)


@pytest.mark.one_database
@pytest.mark.parametrize("keys", [("", ""), ("AAAA", "AAAA"), ("é", "x"), ("C" * 87, "A" * 22)])
async def test_keys_that_are_none_are_not_taken(
    bo: httpx.AsyncClient, service: PushService, keys: tuple[str, str]
) -> None:
    given = {"endpoint": service.url, "keys": {"p256dh": keys[0], "auth": keys[1]}}
    answer = await bo.post("/api/push", json=given)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "keys")


@pytest.mark.one_database
async def test_a_key_that_is_on_no_curve_is_forgotten_with_the_first_message(
    lin: httpx.AsyncClient,
    service: PushService,
    sender: Sender,
    database: Database,
    clock: MovableClock,
) -> None:
    given = {"endpoint": service.url, "keys": {"p256dh": "B" * 87, "auth": "A" * 22}}
    assert (await lin.post("/api/push", json=given)).status_code == 201
    await ring(database, clock, lins(1))
    await send(sender, clock)
    assert (service.asked, await outbox(database)) == (0, [])


def test_the_key_is_made_once_and_kept_for_its_owner(tmp_path: Path) -> None:
    settings = {"SHOPBELL_DATA": str(tmp_path)}
    first, second = read_config(settings), read_config(settings)
    assert first.push_key == second.push_key
    assert (tmp_path / "push-key").stat().st_mode & 0o777 == 0o600
    channel = WebPush(httpx.AsyncClient(), first.push_key, ORIGIN)
    assert len(web_push.decode(channel.public_key)) == 65
