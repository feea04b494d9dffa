"""Leave, travel, shifts, leaving: who may say so, what becomes of what was offered."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server.clock import DAY_MS, MINUTE_MS
from server.db import Database
from server.identity.tables import rights, staff_accounts
from tests.cast import BINJIANG, ORG, RENMIN
from tests.conftest import MovableClock
from tests.server.shop import ZHAO, Shop

MORNING, WHOLE_DAY = [[600, 840]], [[600, 1320]]
EVENINGS = {"hours": [[[600, 720], [1080, 1320]]] * 7}


@pytest.fixture
def shop(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Shop:
    """Its worker is the application's, which knows every kind of deadline."""
    shop = Shop(database, clock)
    shop.worker = app.state.worker
    return shop


async def say(client: httpx.AsyncClient, who: str, **wish: Any) -> None:
    answer = await client.patch(f"/api/staff/{who}", json=wish)
    assert answer.status_code == 204, answer.text


async def fault(client: httpx.AsyncClient, who: str, **wish: Any) -> tuple[str, str]:
    answer = await client.patch(f"/api/staff/{who}", json=wish)
    assert answer.status_code == 400, answer.text
    (told,) = answer.json()["error"]["faults"]
    return told["code"], told["field"]


async def person(shop: Shop, who: str) -> dict[str, Any]:
    return next(row.body for row in await shop.rows("staff") if row.id == who)


# Away


@pytest.mark.parametrize("state", ["leave", "travel", "left"])
async def test_the_offers_of_somebody_who_goes_are_routed_again_at_once(
    shop: Shop, lin: httpx.AsyncClient, state: str
) -> None:
    await shop.scan()
    await shop.settle()
    first = (await shop.offer()).body["to_id"]
    other = {"bo": "chen", "chen": "bo"}[first]
    await say(lin, first, state=state)
    assert [row.body["state"] for row in await shop.rows("offer")] == ["withdrawn"]
    assert (await shop.lead())["state"] == "waiting"
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == other


@pytest.mark.parametrize("state", ["leave", "left"])
async def test_what_was_escalated_to_somebody_who_goes_is_handed_further_up_at_once(
    shop: Shop, hua: httpx.AsyncClient, state: str
) -> None:
    await shop.scan()
    await shop.settle()
    await shop.wait(minutes=31)
    assert (await shop.lead())["responsible_id"] == "lin"
    await say(hua, "lin", state=state)
    await shop.settle()
    assert (await shop.lead())["responsible_id"] == "qiao"
    last = (await shop.rows("escalation"))[-1].body
    assert (last["level"], last["from_id"], last["reason"]) == ("area", "lin", "absent")
    assert await shop.told("escalated") == ["lin", "qiao"]
    assert (await shop.offer()).body["to_id"] in ("bo", "chen"), "the open offer stands"


async def test_what_waits_at_night_gets_another_name_before_the_morning(
    shop: Shop, lin: httpx.AsyncClient
) -> None:
    await shop.scan()
    await shop.settle()
    first = (await shop.offer()).body["to_id"]
    await shop.wait(hours=0, minutes=10)
    shop.clock.advance(hours=12)
    await say(lin, first, state="left")
    await shop.settle()
    assert (await shop.lead())["responsible_id"] != first


async def test_somebody_on_leave_comes_back_by_themselves(
    shop: Shop, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    back_at = clock() + 2 * DAY_MS
    await say(lin, "bo", state="leave", back_at=back_at)
    assert ((await person(shop, "bo"))["state"], (await person(shop, "bo"))["back_at"]) == (
        "leave",
        back_at,
    )
    await shop.wait(hours=47, minutes=59)
    assert (await person(shop, "bo"))["state"] == "leave"
    await shop.wait(minutes=1)
    assert ((await person(shop, "bo"))["state"], (await person(shop, "bo"))["back_at"]) == (
        "active",
        None,
    )
    told = (await lin.get("/api/staff/bo")).json()["facts"]
    assert [(each["by_id"], each["told"]["state"]) for each in told] == [
        (None, ["leave", "active"]),
        ("lin", ["active", "leave"]),
    ]


async def test_a_longer_leave_replaces_the_shorter_one(
    shop: Shop, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    await say(lin, "bo", state="leave", back_at=clock() + DAY_MS)
    await say(lin, "bo", back_at=clock() + 3 * DAY_MS)
    await shop.wait(days=2)
    assert (await person(shop, "bo"))["state"] == "leave"
    await say(lin, "bo", state="active")
    await say(lin, "bo", state="travel")
    await shop.wait(days=2)
    assert (await person(shop, "bo"))["state"] == "travel"


async def test_a_return_is_in_the_future_and_of_somebody_who_is_away(
    lin: httpx.AsyncClient, xinju: str, clock: MovableClock
) -> None:
    assert await fault(lin, "bo", back_at=clock() + 1) == ("not_away", "back_at")
    assert await fault(lin, "bo", state="leave", back_at=clock()) == ("in_the_past", "back_at")
    far = clock() + 800 * DAY_MS
    assert await fault(lin, "bo", state="leave", back_at=far) == ("date_out_of_range", "back_at")


# Away from a day on


async def test_a_leave_that_begins_later_begins_and_ends_by_the_clock(
    shop: Shop, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    from_at, back_at = clock() + DAY_MS, clock() + 3 * DAY_MS
    await say(lin, "bo", next_away={"state": "travel", "from_at": from_at, "back_at": back_at})
    assert (await person(shop, "bo"))["state"] == "active"
    await shop.wait(hours=23, minutes=59)
    assert (await person(shop, "bo"))["state"] == "active"
    await shop.wait(minutes=1)
    bo = await person(shop, "bo")
    assert (bo["state"], bo["back_at"], bo["next_away"]) == ("travel", back_at, None)
    await shop.wait(days=2)
    assert (await person(shop, "bo"))["state"] == "active"
    told = (await lin.get("/api/staff/bo")).json()["facts"]
    assert [each["by_id"] for each in told] == [None, None, "lin"]


async def test_a_leave_to_come_can_be_moved_and_called_off(
    shop: Shop, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    await say(lin, "bo", next_away={"state": "leave", "from_at": clock() + DAY_MS})
    await say(lin, "bo", next_away={"state": "leave", "from_at": clock() + 2 * DAY_MS})
    await say(lin, "chen", next_away={"state": "leave", "from_at": clock() + DAY_MS})
    await say(lin, "chen", next_away=None)
    await shop.wait(hours=36)
    assert (await person(shop, "bo"))["state"] == "active"
    await shop.wait(hours=12)
    assert (await person(shop, "bo"))["state"] == "leave"
    assert (await person(shop, "chen"))["state"] == "active"


async def test_an_offer_due_within_a_leave_to_come_goes_to_somebody_else(
    shop: Shop, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    in_time = clock() + 30 * MINUTE_MS
    await say(lin, "bo", next_away={"state": "leave", "from_at": in_time})
    await shop.scan()
    await shop.settle()
    assert (await shop.offer()).body["to_id"] == "chen"
    reasons = {each["staff_id"]: each["code"] for each in (await shop.lead())["reasons"]}
    assert reasons["bo"] == "going_away"
    await say(lin, "bo", next_away={"state": "leave", "from_at": in_time + 1})
    await shop.scan(phone=ZHAO)
    await shop.settle()
    assert {row.body["to_id"] for row in await shop.rows("offer")} == {"bo", "chen"}


async def test_a_leave_to_come_lies_ahead_and_ends_after_it_began(
    shop: Shop, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    def plan(from_days: int, days: int) -> dict[str, Any]:
        from_at = clock() + from_days * DAY_MS
        return {"state": "leave", "from_at": from_at, "back_at": from_at + days * DAY_MS}

    assert await fault(lin, "bo", next_away=plan(0, 1)) == ("in_the_past", "next_away.from_at")
    assert await fault(lin, "bo", next_away=plan(1, 0)) == ("ends_before", "next_away.back_at")
    assert await fault(lin, "bo", next_away=plan(700, 60)) == ("date_out_of_range", "next_away")
    await say(lin, "bo", next_away=plan(1, 1))
    await say(lin, "bo", state="left")
    assert (await person(shop, "bo"))["next_away"] is None
    assert await fault(lin, "bo", next_away=plan(1, 1)) == ("not_here", "next_away")
    await shop.wait(days=1)
    assert (await person(shop, "bo"))["state"] == "left"


async def test_a_leave_that_passed_while_the_server_was_down_only_ends(
    shop: Shop, lin: httpx.AsyncClient, clock: MovableClock
) -> None:
    from_at = clock() + DAY_MS
    plan = {"state": "leave", "from_at": from_at, "back_at": from_at + DAY_MS}
    await say(lin, "bo", next_away=plan)
    clock.advance(hours=72)
    await shop.settle()
    bo = await person(shop, "bo")
    assert (bo["state"], bo["next_away"]) == ("active", None)


# Shifts, skills, shares


async def test_a_lead_goes_past_whoever_is_not_on_shift(shop: Shop, lin: httpx.AsyncClient) -> None:
    afternoons = {"hours": [[[900, 1320]]] * 7}
    await say(lin, "bo", shifts={RENMIN: afternoons})
    for nth in range(3):
        await shop.scan(phone=f"1390000000{nth}")
    await shop.settle()
    assert {row.body["to_id"] for row in await shop.rows("offer")} == {"chen"}


async def test_split_shifts_are_kept_and_the_stores_hours_come_back(
    shop: Shop, lin: httpx.AsyncClient
) -> None:
    await say(lin, "bo", shifts={RENMIN: EVENINGS})
    assert (await person(shop, "bo"))["shifts"][RENMIN]["hours"] == EVENINGS["hours"]
    await say(lin, "bo", shifts={RENMIN: None})
    assert (await person(shop, "bo"))["shifts"] == {}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("shifts", "code", "field"),
    [
        ({RENMIN: {"hours": [[[600, 900], [840, 1320]]] * 7}}, "overlap", "hours"),
        ({RENMIN: {"hours": [[[600, 1500]], *[[]] * 6]}}, "out_of_day", "hours"),
        ({RENMIN: {"hours": [[]] * 7}}, "never_opens", "hours"),
        ({RENMIN: {**EVENINGS, "closures": ["2026-02-30"]}}, "bad_date", "closures"),
    ],
)
async def test_a_week_that_cannot_be_is_named_by_a_code(
    lin: httpx.AsyncClient, xinju: str, shifts: dict[str, Any], code: str, field: str
) -> None:
    answer = await lin.patch("/api/staff/bo", json={"shifts": shifts})
    assert answer.status_code == 400
    told = answer.json()["error"]
    assert told["code"] == "person_faulty"
    assert {(each["code"], each["field"]) for each in told["faults"]} == {
        (code, f"shifts.{RENMIN}.{field}")
    }


async def test_shifts_are_at_stores_where_the_person_works(
    lin: httpx.AsyncClient, xinju: str
) -> None:
    wish = {"shifts": {BINJIANG: EVENINGS}}
    assert await fault(lin, "bo", **wish) == ("other_store", f"shifts.{BINJIANG}")


async def test_skills_weight_and_cap_are_written_where_routing_reads_them(
    shop: Shop, lin: httpx.AsyncClient
) -> None:
    await say(lin, "bo", skills=["设计", " 设计 ", "英语"], senior=True, weight=3, cap=8)
    body = await person(shop, "bo")
    assert (body["skills"], body["senior"], body["weight"], body["cap"]) == (
        ["英语", "设计"],
        True,
        3,
        8,
    )
    await say(lin, "bo", weight=None, cap=None)
    assert (await person(shop, "bo"))["weight"] is None


async def test_a_wish_that_changes_nothing_leaves_no_trace(
    lin: httpx.AsyncClient, database: Database, xinju: str
) -> None:
    await say(lin, "bo", state="active", accepts_leads=True)
    assert (await lin.get("/api/staff/bo")).json()["facts"] == []
    async with database.read() as connection:
        assert (await connection.execute(select(rights))).all() == []


# Left


async def test_somebody_who_left_gets_no_lead_from_that_second(
    shop: Shop, lin: httpx.AsyncClient, bo: httpx.AsyncClient
) -> None:
    await say(lin, "bo", state="left")
    for nth in range(4):
        await shop.scan(phone=f"1390000001{nth}")
    await shop.receive("chen", phone="13900000021", reception="colleague", receiver="bo")
    await shop.settle()
    assert "bo" not in {row.body["to_id"] for row in await shop.rows("offer")}
    assert {row.body["responsible_id"] for row in await shop.rows("lead")} == {"chen"}
    assert (await bo.get("/api/session")).status_code == 401


# Who may


async def test_managers_change_the_people_below_them_and_not_their_role(
    lin: httpx.AsyncClient, qiao: httpx.AsyncClient, bo: httpx.AsyncClient, xinju: str
) -> None:
    await say(lin, "xia", state="leave")
    await say(qiao, "lin", state="leave")
    for client, who, wish in (
        (lin, "bo", {"role": "clerk"}),
        (lin, "bo", {"store_ids": [BINJIANG]}),
        (lin, "lin", {"state": "left"}),
        (bo, "bo", {"state": "leave"}),
    ):
        answer = await client.patch(f"/api/staff/{who}", json=wish)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    for who in ("qiao", "hua", "wu", "nobody", RENMIN):
        answer = await lin.patch(f"/api/staff/{who}", json={"state": "leave"})
        assert (answer.status_code, answer.json()["error"]) == (404, {"code": "not_found"})


async def test_whoever_works_at_two_stores_is_not_sent_away_by_one_manager(
    lin: httpx.AsyncClient, hua: httpx.AsyncClient, qiao: httpx.AsyncClient, xinju: str
) -> None:
    await say(hua, "bo", store_ids=[RENMIN, BINJIANG])
    await say(lin, "bo", state="leave")
    assert (await lin.patch("/api/staff/bo", json={"state": "left"})).status_code == 403
    await say(qiao, "bo", state="left")
    assert (await lin.patch("/api/staff/bo", json={"state": "active"})).status_code == 403


async def test_a_manager_of_another_store_sees_nobody(
    lin: httpx.AsyncClient, hua: httpx.AsyncClient, wu: httpx.AsyncClient, xinju: str
) -> None:
    await say(hua, "wu", role="manager")
    listed = (await wu.get("/api/staff")).json()["people"]
    assert [each["id"] for each in listed] == ["wu"]
    for who in ("bo", "lin", "nobody"):
        doors = [
            await wu.get(f"/api/staff/{who}"),
            await wu.patch(f"/api/staff/{who}", json={"state": "left"}),
            await wu.post(f"/api/staff/{who}/handover", json={"to_ids": ["wu"]}),
            await wu.post(f"/api/staff/{who}/handover/rehearsal", json={"to_ids": ["wu"]}),
        ]
        assert {(a.status_code, a.json()["error"]["code"]) for a in doors} == {(404, "not_found")}
    refused = await lin.post("/api/staff/bo/handover", json={"to_ids": ["wu"]})
    unknown = await lin.post("/api/staff/bo/handover", json={"to_ids": ["nobody"]})
    assert refused.status_code == unknown.status_code == 400
    assert refused.json()["error"]["staff_ids"] == ["wu"]


async def test_reps_and_clerks_find_no_such_door(
    bo: httpx.AsyncClient, xia: httpx.AsyncClient, xinju: str
) -> None:
    for client in (bo, xia):
        doors = [
            await client.get("/api/staff"),
            await client.get("/api/staff/chen"),
            await client.post("/api/staff/chen/handover", json={}),
            await client.post("/api/staff/chen/handover/rehearsal", json={}),
        ]
        assert {answer.status_code for answer in doors} == {403}


async def test_the_account_follows_the_directory(
    lin: httpx.AsyncClient, database: Database, xinju: str
) -> None:
    await say(lin, "bo", state="travel", accepts_leads=False)
    query = select(staff_accounts.c.state, staff_accounts.c.accepts_leads).where(
        staff_accounts.c.org_id == ORG, staff_accounts.c.id == "bo"
    )
    async with database.read() as connection:
        assert (await connection.execute(query)).one() == ("travel", 0)


async def test_the_list_tells_who_is_there_and_what_they_hold(
    shop: Shop, lin: httpx.AsyncClient
) -> None:
    await shop.receive("bo")
    people = {each["id"]: each for each in (await lin.get("/api/staff")).json()["people"]}
    assert people.keys() == {"lin", "bo", "chen", "xia"}
    assert {id: each["open_leads"] for id, each in people.items()} == {
        "lin": 0,
        "bo": 1,
        "chen": 0,
        "xia": 0,
    }
