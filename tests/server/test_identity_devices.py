"""Devices: enrolling, the push credential, the PIN of a shared phone, revoking."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from server.config import Config
from server.db import Database
from server.errors import Forbidden, Problem, Unauthenticated
from server.identity.devices import credential_for, device_of
from tests.cast import CODE
from tests.conftest import MovableClock, SignIn
from tests.phone import Phone
from tests.server.deeds import customer, make_id

PhoneOf = Callable[[str], Awaitable[Phone]]


async def pusher(database: Database, config: Config, clock: MovableClock, phone: Phone) -> str:
    """Who a push with the phone's credential would be from."""
    header = f"Bearer {phone.credential}"
    async with database.read() as connection:
        row = await device_of(connection, config.keys, header, clock())
    return str(row.staff_id)


async def test_the_credential_still_pushes_after_signing_out(
    phone_of: PhoneOf, database: Database, config: Config, clock: MovableClock
) -> None:
    phone = await phone_of("bo")
    assert (await phone.client.delete("/api/session")).status_code == 204
    assert await pusher(database, config, clock, phone) == "bo"


async def test_the_credential_reads_nothing(phone_of: PhoneOf, stranger: httpx.AsyncClient) -> None:
    phone = await phone_of("bo")
    bearer = {"authorization": f"Bearer {phone.credential}"}
    for path in ["/api/session", "/api/devices"]:
        assert (await stranger.get(path, headers=bearer)).status_code == 401


async def test_a_credential_sends_no_other_devices_work(phone_of: PhoneOf) -> None:
    bo, other = await phone_of("bo"), await phone_of("bo")
    answer = await bo.push([bo.operation("customer", make_id(), customer())], device=other.device)
    told = answer.json()["error"]
    assert (answer.status_code, told) == (400, {"code": "invalid", "field": "device"})
    assert (await other.push()).json()["next"] == 1


async def test_a_forged_credential_is_refused(
    phone_of: PhoneOf, database: Database, config: Config, clock: MovableClock
) -> None:
    phone = await phone_of("bo")
    real = phone.credential
    forged = [
        credential_for(("guessed key",), CODE, phone.device, clock()),
        credential_for(config.keys, CODE, "unknown-device", clock()),
        "other." + real.partition(".")[2],
        real[:-2],
        "",
    ]
    for phone.credential in forged:
        with pytest.raises(Unauthenticated):
            await pusher(database, config, clock, phone)


async def test_enrolling_again_renames_the_device_and_changes_nothing_else(
    phone_of: PhoneOf,
) -> None:
    phone = await phone_of("bo")
    await phone.enrol(name="薄的新名字")
    listed = (await phone.client.get("/api/devices")).json()["devices"]
    assert [(each["id"], each["name"]) for each in listed] == [(phone.device, "薄的新名字")]


async def test_nobody_enrols_as_somebody_elses_device(phone_of: PhoneOf, sign_in: SignIn) -> None:
    phone = await phone_of("bo")
    chen = await sign_in("chen")
    answer = await chen.post("/api/devices", json={"id": phone.device, "name": "借来的"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "device_taken")


@pytest.mark.one_database
@pytest.mark.parametrize("pin", ["123", "1234567", "12a4", ""])
async def test_a_pin_is_four_to_six_digits(bo: httpx.AsyncClient, pin: str) -> None:
    wish = {"id": "0" * 36, "name": "门店手机", "pin": pin}
    answer = await bo.post("/api/devices", json=wish)
    assert answer.json()["error"] == {"code": "invalid", "field": "pin"}


async def test_a_pin_opens_a_new_session_on_the_shared_phone(
    phone_of: PhoneOf, stranger: httpx.AsyncClient
) -> None:
    phone = await (await phone_of("xia")).enrol(shared=True, pin="4711")
    unlock = {"credential": phone.credential, "pin": "4711"}
    answer = await stranger.post("/api/session/unlock", json=unlock)
    assert answer.json()["staff"]["id"] == "xia"
    assert (await stranger.get("/api/session")).status_code == 200


async def test_the_fifth_wrong_pin_locks_until_the_password_is_used(
    phone_of: PhoneOf, stranger: httpx.AsyncClient
) -> None:
    phone = await (await phone_of("xia")).enrol(shared=True, pin="4711")
    wrong = {"credential": phone.credential, "pin": "0000"}
    answers = [await stranger.post("/api/session/unlock", json=wrong) for _ in range(6)]
    errors = [each.json()["error"] for each in answers]
    assert errors[:5] == [{"code": "wrong_pin", "left": left} for left in (4, 3, 2, 1, 0)]
    right = {**wrong, "pin": "4711"}
    locked = await stranger.post("/api/session/unlock", json=right)
    assert [errors[5]["code"], locked.json()["error"]["code"]] == ["pin_locked"] * 2
    await phone.enrol(shared=True)
    assert (await stranger.post("/api/session/unlock", json=right)).status_code == 200


async def test_a_phone_without_a_pin_is_not_unlocked(
    phone_of: PhoneOf, stranger: httpx.AsyncClient
) -> None:
    phone = await phone_of("bo")
    unlock = {"credential": phone.credential, "pin": ""}
    answer = await stranger.post("/api/session/unlock", json=unlock)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "pin_not_set")


async def test_a_revoked_device_reads_nothing_and_learns_why(
    phone_of: PhoneOf, lin: httpx.AsyncClient, database: Database, config: Config,
    clock: MovableClock,
) -> None:  # fmt: skip
    lost, phone = await phone_of("bo"), await phone_of("bo")
    for revoked, why in ((lost, "lost"), (phone, "compromised")):
        answer = await lin.delete(f"/api/devices/{revoked.device}?why={why}")
        assert answer.status_code == 204
        assert (await revoked.client.get("/api/session")).status_code == 401
    assert await pusher(database, config, clock, lost) == "bo"
    with pytest.raises(Forbidden) as refused:
        await pusher(database, config, clock, phone)
    problem: Problem = refused.value
    assert (problem.code, problem.context) == ("device_revoked", {"why": "compromised"})


async def test_whoever_signs_in_anew_on_a_revoked_phone_learns_why_from_the_pull(
    phone_of: PhoneOf, lin: httpx.AsyncClient, sign_in: SignIn
) -> None:
    phone = await phone_of("bo")
    await lin.delete(f"/api/devices/{phone.device}?why=replaced")
    phone.client = await sign_in("bo")
    asked = {"device": phone.device, "name": "测试手机"}
    pulled = await phone.client.post("/sync/pull", json=asked)
    again = await phone.client.post("/api/devices", json={"id": phone.device, "name": "又来"})
    for answer in (pulled, again):
        assert answer.status_code == 403
        assert answer.json()["error"] == {"code": "device_revoked", "why": "replaced"}


async def test_a_manager_sees_the_phones_of_the_store_and_a_rep_only_the_own(
    phone_of: PhoneOf, lin: httpx.AsyncClient, hua: httpx.AsyncClient
) -> None:
    phones = {who: await phone_of(who) for who in ("bo", "chen", "wu")}

    async def seen_by(client: httpx.AsyncClient) -> set[str]:
        return {each["staff_id"] for each in (await client.get("/api/devices")).json()["devices"]}

    assert await seen_by(lin) == {"bo", "chen"}
    assert await seen_by(hua) == {"bo", "chen", "wu"}
    assert await seen_by(phones["bo"].client) == {"bo"}


async def test_a_device_one_may_not_see_is_not_found(
    phone_of: PhoneOf, chen: httpx.AsyncClient
) -> None:
    phone = await phone_of("bo")
    unseen = await chen.delete(f"/api/devices/{phone.device}")
    missing = await chen.delete("/api/devices/no-such-device")
    assert unseen.status_code == missing.status_code == 404
    assert unseen.json()["error"] == missing.json()["error"]


async def test_an_admin_says_how_long_phones_open_without_the_server(
    phone_of: PhoneOf, hua: httpx.AsyncClient, lin: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    await bo.pull()
    assert (await lin.patch("/api/organisation", json={"lease_days": 3})).status_code == 403
    for wrong in (0, 91, "3"):
        answer = await hua.patch("/api/organisation", json={"lease_days": wrong})
        assert answer.status_code == 400
    assert (await hua.patch("/api/organisation", json={"lease_days": 3})).status_code == 200
    rows = [row for frame in await bo.pull() for row in frame.get("rows", [])]
    assert [(row[0], row[5]["lease_days"]) for row in rows] == [("organisation", 3)]
