"""Phones that were lost, copied or restored, and people whose rights changed meanwhile."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import customer, follow_up, make_id, register
from tests.server.held import Got, Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


async def settle(app: Starlette, clock: MovableClock) -> None:
    while await app.state.worker.tick(clock()):
        pass


def comment(phone: Phone, customer_id: str, text: str = "想看北欧风") -> dict[str, Any]:
    return phone.operation("comment", make_id(), {"customer_id": customer_id, "text": text})


async def refused(phone: Phone) -> list[Got]:
    return (await Holder(phone).pull()).of("refusal")


# Phones that were lost


@pytest.mark.parametrize("why", ["lost", "replaced"])
async def test_what_was_on_a_lost_phone_is_kept_once_for_the_manager(
    phone_of: PhoneOf, app: Starlette, clock: MovableClock, why: str
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    unsent = [bo.operation("follow_up", make_id(), follow_up(id))]
    assert (await lin.client.delete(f"/api/devices/{bo.device}?why={why}")).status_code == 204
    first = await bo.push(unsent)
    assert first.json()["revoked"] == why
    assert [each["code"] for each in first.json()["except"]] == ["revoked"]
    assert (await bo.push(unsent)).json()["except"] == first.json()["except"]
    (kept,) = await refused(lin)
    assert (kept.body["state"], kept.body["entity"]) == ("asked", "follow_up")
    fields = {"refusal_id": kept.id, "choice": "apply"}
    await lin.push([lin.operation("release", make_id(), fields)])
    await settle(app, clock)
    assert (await Holder(lin).pull()).one("follow_up").meta[0] == "bo"


async def test_a_compromised_phone_can_send_nothing(phone_of: PhoneOf) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await lin.client.delete(f"/api/devices/{bo.device}?why=compromised")
    answer = await bo.push([comment(bo, id)])
    assert (answer.status_code, answer.json()["error"]["why"]) == (403, "compromised")
    assert await refused(lin) == []


# Rights that changed in between


async def change(admin: httpx.AsyncClient, who: str, **rights: Any) -> None:
    answer = await admin.patch(f"/api/staff/{who}", json=rights)
    assert answer.status_code == 204, answer.text


async def test_rights_may_change_twice_in_one_millisecond(
    phone_of: PhoneOf, hua: httpx.AsyncClient
) -> None:
    await change(hua, "bo", role="clerk")
    await change(hua, "bo", role="rep")


async def test_a_report_counts_if_its_author_had_the_right_since_the_last_contact(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    """Lin registers as manager of Renmin, and is moved to the other store while offline."""
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await lin.push()
    clock.advance(minutes=5)
    written = [lin.operation("follow_up", make_id(), follow_up(id))]
    await change(hua, "lin", store_ids=["store-binjiang"])
    clock.advance(minutes=5)
    assert "except" not in (await lin.push(written)).json()
    assert (await Holder(bo).pull()).one("follow_up").meta[0] == "lin"
    late = (await lin.push([lin.operation("follow_up", make_id(), follow_up(id))])).json()
    assert [each["code"] for each in late["except"]] == ["not_found"]


async def test_what_is_sent_in_several_pushes_is_judged_by_the_contact_before_the_first(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await lin.push([comment(lin, id, "店里见过")])
    clock.advance(minutes=5)
    await change(hua, "lin", store_ids=["store-binjiang"])
    clock.advance(minutes=5)
    for more in (True, True, False):
        assert "except" not in (await lin.push([comment(lin, id)], more=more)).json()
    late = (await lin.push([comment(lin, id)])).json()
    assert [each["code"] for each in late["except"]] == ["not_found"]


async def test_a_claim_is_judged_on_the_present_alone(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    lin, lead = await phone_of("lin"), make_id()
    await lin.push()
    clock.advance(minutes=5)
    await change(hua, "lin", role="rep")
    claim = lin.operation("reassignment", make_id(), {"lead_id": lead, "to_id": "bo"})
    assert (await lin.push([claim])).json()["except"][0]["code"] == "forbidden"


async def test_whoever_left_sends_what_was_written_before_and_nothing_after(
    phone_of: PhoneOf, hua: httpx.AsyncClient, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    clock.advance(minutes=5)
    await change(hua, "bo", state="left")
    clock.advance(minutes=5)
    assert "except" not in (await bo.push([comment(bo, id, "走之前写的")])).json()
    clock.advance(minutes=5)
    after = (await bo.push([comment(bo, id, "走之后写的")])).json()
    assert [each["code"] for each in after["except"]] == ["forbidden"]
    assert (await Holder(lin).pull()).one("comment").body["text"] == "走之前写的"
    assert (await bo.client.get("/api/session")).status_code == 401


async def test_only_an_admin_changes_rights(lin: httpx.AsyncClient, hua: httpx.AsyncClient) -> None:
    assert (await lin.patch("/api/staff/bo", json={"role": "admin"})).status_code == 403
    assert (await hua.patch("/api/staff/nobody", json={"role": "rep"})).status_code == 404
    assert (await hua.patch("/api/staff/bo", json={})).status_code == 400
    assert (await hua.patch("/api/staff/bo", json={"store_ids": ["bo"]})).status_code == 400


# Two outboxes with one identity


async def test_a_mismatch_says_which_content_was_judged_before(phone_of: PhoneOf) -> None:
    """A restored backup numbers again what another phone of Bo's has sent meanwhile."""
    bo, other = await phone_of("bo"), await phone_of("bo")
    id = await register(bo)
    sent = comment(bo, id)
    await bo.push([sent])
    await other.push([{**sent, "n": 1}])
    known, fresh = {**sent, "n": 1}, {**comment(bo, id, "新写的"), "n": 2}
    answer = (await bo.push([known], [fresh])).json()
    assert answer["except"] == [
        {"o": "mismatch", "n": 1, "known": True},
        {"o": "mismatch", "n": 2},
    ]
    assert answer["next"] == 3


async def test_after_a_mismatch_nothing_new_is_judged_under_the_shared_identity(
    phone_of: PhoneOf,
) -> None:
    """It might name what the mismatched operation was to make."""
    bo = await phone_of("bo")
    await register(bo)
    id = make_id()
    other = {**bo.operation("customer", id, customer(phone="13900000009")), "n": 1}
    fact = comment(bo, id)
    answer = (await bo.push([other], [{**fact, "n": 2}])).json()
    assert (answer["done"], answer["next"]) == ([1, 1], 2)
    assert answer["except"] == [{"o": "mismatch", "n": 1}]


# Work that was carried in a file


def envelope(phone: Phone, *units: list[dict[str, Any]]) -> dict[str, Any]:
    """As it leaves another phone: numbered anew from the first on."""
    operations = [operation for unit in units for operation in unit]
    numbers = {id(operation): n for n, operation in enumerate(operations, start=1)}
    told = [[{**each, "n": numbers[id(each)]} for each in unit] for unit in units]
    return {"v": 1, "schema": 1, "device": phone.device, "sent_at": phone.clock(), "units": told}


async def test_what_its_author_sent_before_is_recognised_on_another_phone(
    phone_of: PhoneOf,
) -> None:
    first, second, chen = await phone_of("bo"), await phone_of("bo"), await phone_of("chen")
    id = await register(first)
    said = [[comment(first, id, text)] for text in ("想看北欧风", "周末带家人来")]
    out_of_reach = [comment(first, make_id(), "不在范围里")]
    await first.push(*said, out_of_reach)
    unsent = [comment(first, id, "还没发出")]
    carried = envelope(second, unsent, out_of_reach, *said)
    answer = await second.client.post("/sync/known", json=carried)
    assert answer.json() == {"known": [2, 3, 4]}, "what was refused was judged, too"
    theirs = await chen.client.post("/sync/known", json=carried)
    assert theirs.json() == {"known": []}, "nobody learns what a colleague has written"

    left = [second.operation("comment", unsent[0]["i"], unsent[0]["f"])]
    assert "except" not in (await second.push(left)).json()
    again = await second.client.post("/sync/known", json=envelope(second, left))
    assert again.json() == {"known": [1]}
