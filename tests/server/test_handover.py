"""Handover in one act: everything goes, nothing is left, late work arrives in the new tree."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.db import Database
from server.people.sharing import share_out
from sync import Row
from tests.cast import RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import arrival, follow_up, make_id, register, say, self_reception
from tests.server.held import Holder
from tests.server.shop import Shop

PhoneOf = Callable[[str], Awaitable[Phone]]
NEXT_AT = 1_795_400_000_000


@pytest.fixture
def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    shop = Shop(database, clock)
    shop.worker = app.state.worker
    return shop


async def hand_over(client: httpx.AsyncClient, *to_ids: str, **wish: Any) -> dict[str, Any]:
    answer = await client.post("/api/staff/bo/handover", json={"to_ids": to_ids, **wish})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def rehearse(client: httpx.AsyncClient, *to_ids: str, **wish: Any) -> dict[str, Any]:
    body = {"to_ids": to_ids, **wish}
    answer = await client.post("/api/staff/bo/handover/rehearsal", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def busy(bo: Phone) -> tuple[str, str]:
    """Bo owns two customers: one with an appointment, one whose lead he holds."""
    booked, held = await register(bo, phone="13900000011"), make_id()
    await say(bo, "follow_up", **follow_up(booked, revisit={"result": "booked", "at": NEXT_AT}))
    answer = await bo.push(self_reception(bo, held, phone="13900000012"))
    assert "except" not in answer.json(), answer.text
    return booked, held


async def test_customers_leads_and_appointments_go_and_nothing_stays_on_the_old_phone(
    phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    booked, held = await busy(bo)
    told = await hand_over(lin, "chen")
    assert (told["customers"], told["leads"], told["appointments"]) == (2, 1, 1)
    old, new = await Holder(bo).pull(), await Holder(chen).pull()
    assert old.of("customer") == old.of("lead") == old.of("follow_up") == []
    customers = {row.id: row.body for row in new.of("customer")}
    assert {id: body["owner_id"] for id, body in customers.items()} == {
        booked: "chen",
        held: "chen",
    }
    assert customers[booked]["next_at"] == NEXT_AT
    assert customers[held]["holder_ids"] == ["chen"]
    assert new.one("lead").body["holder_id"] == "chen"
    assert new.one("follow_up").root == booked
    assert new.agrees()
    assert old.agrees()


async def test_an_open_offer_is_made_to_the_new_person(
    shop: Shop, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    await shop.change("chen", state="leave")
    await shop.scan()
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "bo"
    await shop.change("chen", state="active")
    assert (await hand_over(lin, "chen"))["offers"] == 1
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "chen"
    moved = await shop.row("reassignment")
    assert (moved.author, moved.body["from_id"], moved.body["from_left"]) == ("lin", "bo", False)
    assert (await shop.lead())["reasons"] == [card_of(moved)]


def card_of(moved: Row) -> dict[str, Any]:
    """From whom to whom, by whom and when."""
    named = {"staff_id": moved.body["to_id"], "code": "reassigned", "by_id": moved.author}
    left = {"from_left": True} if moved.body["from_left"] else {}
    return {**named, "at": moved.at, "from_id": moved.body["from_id"], **left}


async def test_the_card_and_the_history_of_a_held_lead_say_who_left_it_to_whom(
    shop: Shop, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    await busy(await phone_of("bo"))
    assert (await lin.patch("/api/staff/bo", json={"state": "left"})).status_code == 204
    await hand_over(lin, "chen")
    lead, moved = await shop.row("lead"), await shop.row("reassignment")
    assert moved.body == {
        "lead_id": lead.id,
        "to_id": "chen",
        "from_id": "bo",
        "from_left": True,
    }
    assert (lead.body["holder_id"], lead.body["reasons"]) == ("chen", [card_of(moved)])
    chen = await Holder(await phone_of("chen")).pull()
    assert chen.one("reassignment").body == moved.body, "it comes with the customer"


async def test_work_of_the_old_owner_that_arrives_later_is_in_the_new_owners_tree(
    phone_of: PhoneOf, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    booked, _ = await busy(bo)
    clock.advance(hours=1)
    written = [bo.operation("follow_up", make_id(), follow_up(booked, mood="keen"))]
    edited = [bo.operation("customer", booked, {"budget": "30 万"}, base=10_000)]
    clock.advance(hours=1)
    await hand_over(lin, "chen", leaves=True)
    clock.advance(hours=3)
    answer = (await bo.push(written, edited)).json()
    assert "except" not in answer
    assert answer["revoked"] == "replaced"
    new = await Holder(chen).pull()
    assert [row.meta[0] for row in new.of("follow_up")] == ["bo", "bo"]
    assert {row.body.get("budget") for row in new.of("customer")} == {"30 万", None}
    assert (await bo.client.get("/api/session")).status_code == 401


async def test_a_rehearsal_says_what_would_go_and_changes_nothing(
    phone_of: PhoneOf, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    bo, spare, chen = await phone_of("bo"), await phone_of("bo"), await phone_of("chen")
    await busy(bo)
    before = (await Holder(chen).pull()).rows.keys()
    await bo.pull(pending=2, oldest_pending_at=clock(), photos=1)
    trees = [row for row in (await Holder(bo).pull()).rows.values() if row.root != row.id]
    await bo.pull(pending=2, oldest_pending_at=clock(), photos=1)
    told = await rehearse(lin, "chen")
    assert (told["customers"], told["leads"], told["offers"], told["appointments"]) == (2, 1, 0, 1)
    assert told["rows"] == 2 + len([row for row in trees if "staff:bo" in row.scopes])
    assert (told["unsent"], told["photos"], told["never_heard"]) == (2, 1, 1)
    assert {phone["id"] for phone in told["phones"]} == {bo.device, spare.device}
    assert (await Holder(chen).pull()).rows.keys() == before
    done = await hand_over(lin, "chen")
    assert done == {name: told[name] for name in done}
    assert (await rehearse(lin, "chen"))["rows"] == 0


async def test_what_was_written_to_the_old_owner_alone_is_not_counted_as_going(
    shop: Shop, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    """Their offers and notices stay with them."""
    bo = await phone_of("bo")
    await busy(bo)
    await shop.change("chen", state="leave")
    await shop.scan("13900000012")
    await shop.scan("13900000013")
    await shop.settle()
    await shop.wait(minutes=31)
    offer = await shop.offer(to_id="bo")
    await say(bo, "acceptance", lead_id=offer.body["lead_id"], offer_id=offer.id)
    await shop.wait(days=1)
    assert {"nudge", "ring"} <= {row.body["kind"] for row in await shop.rows("notice", to_id="bo")}
    before = (await Holder(bo).pull()).rows.keys()
    told = await rehearse(lin, "lin")
    await hand_over(lin, "lin")
    after = (await Holder(bo).pull()).rows.keys()
    assert told["rows"] == len(before - after) > 0


async def test_who_handed_over_what_to_whom_is_on_record(
    phone_of: PhoneOf, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    booked, held = await busy(await phone_of("bo"))
    await hand_over(lin, "chen")
    (fact,) = (await lin.get("/api/staff/bo")).json()["facts"]
    assert (fact["kind"], fact["by_id"], fact["at"]) == ("handover", "lin", clock())
    assert fact["told"]["customers"] == {"chen": sorted([booked, held])}


async def test_without_a_name_the_store_shares_out_by_weight(
    shop: Shop, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    for nth in range(8):
        await register(bo, phone=f"1390000002{nth}")
    await shop.change("chen", weight=3)
    await shop.change("lin", accepts_leads=True)
    told = await hand_over(lin)
    shares = {each["staff_id"]: each["customers"] for each in told["receivers"]}
    assert shares == {"chen": 6, "lin": 2}


async def test_whoever_is_named_and_cannot_take_them_gets_nothing(
    shop: Shop, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    await shop.change("chen", state="leave")
    answer = await lin.post("/api/staff/bo/handover", json={"to_ids": ["chen"], "leaves": True})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_eligible")
    assert (await shop.row("customer", owner_id="bo")).id == id
    assert (await bo.client.get("/api/session")).status_code == 200


async def test_what_the_only_seller_had_goes_to_whoever_answers_for_the_store(
    shop: Shop, phone_of: PhoneOf, lin: httpx.AsyncClient, hua: httpx.AsyncClient
) -> None:
    """The manager, though she receives no leads; without her the area manager."""
    bo = await phone_of("bo")
    booked, held = await busy(bo)
    await shop.change("chen", state="leave")
    await shop.scan("13900000013")
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "bo"
    told = await rehearse(lin)
    assert told["stand_ins"] == [{"store_id": RENMIN, "staff_id": "lin"}]
    assert [(each["staff_id"], each["customers"]) for each in told["receivers"]] == [("lin", 2)]
    await shop.change("lin", state="leave")
    assert (await rehearse(hua))["stand_ins"] == [{"store_id": RENMIN, "staff_id": "qiao"}]
    await shop.change("lin", state="active")
    await hand_over(lin, leaves=True)
    await shop.settle()
    customers = {row.id: row.body["owner_id"] for row in await shop.rows("customer")}
    assert (customers[booked], customers[held]) == ("lin", "lin")
    leads = [row.body for row in await shop.rows("lead")]
    assert {body["responsible_id"] for body in leads} == {"lin"}
    assert (await shop.offer()).body["to_id"] == "lin"


async def test_with_nobody_at_work_above_them_either_nothing_moves(
    shop: Shop, phone_of: PhoneOf, hua: httpx.AsyncClient
) -> None:
    await register(await phone_of("bo"))
    for who in ("chen", "lin", "qiao", "hua"):
        await shop.change(who, state="leave")
    answer = await hua.post("/api/staff/bo/handover", json={"leaves": True})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "nobody_eligible")


def household(id: str, *linked: str) -> Row:
    body = {"store_id": RENMIN, "household_ids": list(linked)}
    return Row(
        id=id, entity="customer", root=id, body=body, at=0, captured_at=0, received_at=0, device=""
    )


def test_a_household_stays_with_one_person() -> None:
    people = [household("a", "c"), household("b"), household("c", "a"), household("d")]
    chosen = share_out(people, {RENMIN: {"bo": 1, "chen": 1}})
    assert chosen["a"] == chosen["c"] != chosen["b"] == chosen["d"]
    assert share_out(people, {RENMIN: {}}) == {}


async def test_a_lead_of_somebody_elses_customer_changes_its_holder_only(
    shop: Shop, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    id = await register(chen, phone="13900000031")
    await say(chen, "arrival", **arrival(id, phone="13900000031"))
    lead = await shop.row("lead")
    await say(await phone_of("lin"), "reassignment", lead_id=lead.id, to_id="bo")
    await shop.settle()
    offer = await shop.offer(to_id="bo")
    await say(bo, "acceptance", lead_id=lead.id, offer_id=offer.id)
    assert (await shop.lead())["holder_id"] == "bo"
    told = await hand_over(lin, "chen")
    assert (told["customers"], told["leads"]) == (0, 1)
    assert (await shop.lead())["holder_id"] == "chen"
    assert (await shop.row("customer")).body["holder_ids"] == ["chen"]
