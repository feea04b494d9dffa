"""A store's thresholds for the pool: rehearsed before they are set, refused where they make no
sense, and followed by the very next round."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.clock import DAY_MS, HOUR_MS
from server.pool.changing import faults_in
from server.pool.rounds import open_office
from server.pool.rules import Facts, PoolRules, decide
from sync import Row
from tests.cast import BINJIANG, RENMIN, ZONE
from tests.conftest import DATABASES, PhoneOf, SignIn
from tests.phone import Phone
from tests.server.deeds import follow_up, register, say
from tests.server.held import Holder
from tests.server.pool_stage import Pool

DOOR = f"/api/stores/{RENMIN}/pool"
MONDAY = date(2026, 3, 2)


async def test_the_dry_run_says_who_would_lose_whom_and_changes_nothing(
    pool: Pool, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    id = await register(bo, name="王小明", tier="A")
    kept = await register(bo, phone="13900000009")
    pool.clock.advance(days=10)
    assert await say(bo, "follow_up", **follow_up(kept)) is None
    pool.clock.advance(days=5)
    before = (await Holder(bo).pull()).rows
    told = (await lin.get(f"{DOOR}/rehearsal")).json()
    assert told["rules"]["days"] == 14
    (line,) = told["customers"]
    assert (line["id"], line["owner_id"], line["why"]) == (id, "bo", "no_attempt")
    assert (line["heard_on"], line["is_due"], line["attempts"]) == ("2026-11-23", False, 0)
    assert (await Holder(bo).pull()).rows == before


async def test_every_round_does_what_the_dry_run_said(
    pool: Pool, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    for nth in range(3):
        await register(bo, phone=f"1390000010{nth}")
    while mine := await owned_by(bo):
        told = (await lin.get(f"{DOOR}/rehearsal")).json()
        going = {each["id"] for each in told["customers"] if each["step"] == "let_go"}
        await pool.pass_days(1)
        is_held = told["at"] <= pool.clock()
        assert mine - await owned_by(bo) == (going if is_held else set())


async def owned_by(phone: Phone) -> set[str]:
    return {row.id for row in (await Holder(phone).pull()).of("customer")}


@pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)
async def test_on_a_friday_the_dry_run_speaks_of_monday(pool: Pool, lin: httpx.AsyncClient) -> None:
    pool.clock.advance(days=4)
    told = (await lin.get(f"{DOOR}/rehearsal")).json()
    assert told["at"] - pool.clock() == 3 * DAY_MS - HOUR_MS


async def test_other_thresholds_are_rehearsed_then_set_and_the_next_round_does_just_that(
    pool: Pool, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    ids = {
        tier: await register(bo, tier=tier, phone=f"1390000010{nth}")
        for nth, tier in enumerate("ABC")
    }
    fresh = await register(bo, name="", salutation="", phone="13900000200")
    await pool.pass_days(11)
    assert await say(bo, "follow_up", **follow_up(fresh)) is None
    wish = {"days": 30, "tier_days": {"A": 8, "B": 16}, "daily": 2}
    told = (await lin.post(f"{DOOR}/rehearsal", json=wish)).json()
    steps = {each["id"]: each["step"] for each in told["customers"]}
    spared = {each["id"] for each in told["spared"]}
    assert (steps[ids["A"]], steps[ids["B"]]) == ("let_go", "stand")
    assert spared == {ids["C"], fresh}
    assert "pool" not in (await Holder(bo).pull()).rows[RENMIN].body
    assert (await lin.patch(DOOR, json=wish)).status_code == 200
    kept = (await Holder(bo).pull()).rows[RENMIN].body["pool"]
    assert kept == wish
    await pool.pass_days(3)
    held = (await Holder(bo).pull()).rows
    assert (ids["A"] in held, ids["B"] in held) == (False, True)
    assert {id for id in (ids["C"], fresh) if held[id].body["release_at"]} == set()
    answer = (await lin.patch(DOOR, json={"tier_days": None, "daily": None})).json()["rules"]
    assert (answer["days"], answer["tier_days"], answer["daily"]) == (30, {}, 5)


async def test_who_is_away_is_spared_unless_the_store_says_otherwise(
    pool: Pool, phone_of: PhoneOf, lin: httpx.AsyncClient
) -> None:
    id = await register(await phone_of("bo"))
    await pool.change("bo", state="leave")
    await pool.pass_days(9)
    assert (await lin.get(f"{DOOR}/rehearsal")).json()["customers"] == []
    told = (await lin.post(f"{DOOR}/rehearsal", json={"freeze_leave": False})).json()
    assert [(each["id"], each["step"]) for each in told["customers"]] == [(id, "warn")]


@pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)
async def test_thresholds_that_make_no_sense_are_named_and_change_nothing(
    pool: Pool, lin: httpx.AsyncClient
) -> None:
    for wish, code, field in (
        ({"days": 0}, "invalid", "days"),
        ({"daily": "5"}, "invalid", "daily"),
        ({"tier_days": {"A": 400}}, "invalid", "tier_days[...]"),
        ({"dayz": 3}, "invalid", "dayz"),
        ({"days": 4}, "warned_at_once", "days"),
        ({"tier_days": {"B": 3}}, "warned_at_once", "tier_days.B"),
    ):
        for answer in (
            await lin.patch(DOOR, json=wish),
            await lin.post(f"{DOOR}/rehearsal", json=wish),
        ):
            assert answer.status_code == 400, wish
            assert answer.json()["error"] == {"code": code, "field": field}
    assert (await lin.get(DOOR)).json()["rules"]["days"] == 14


@pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)
async def test_thresholds_and_dry_run_are_for_who_leads_the_store(sign_in: SignIn) -> None:
    for who, store, status in (
        ("lin", RENMIN, 200),
        ("qiao", BINJIANG, 200),
        ("hua", BINJIANG, 200),
        ("lin", BINJIANG, 404),
        ("bo", RENMIN, 404),
        ("lin", "store-nowhere", 404),
    ):
        client, door = await sign_in(who), f"/api/stores/{store}/pool"
        answers = [
            await client.get(door),
            await client.patch(door, json={"daily": 3}),
            await client.get(f"{door}/rehearsal"),
            await client.post(f"{door}/rehearsal", json={}),
        ]
        assert {answer.status_code for answer in answers} == {status}, (who, store)


@pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)
async def test_thresholds_nobody_understands_are_not_followed_and_said_so(
    pool: Pool, lin: httpx.AsyncClient
) -> None:
    await pool.change(RENMIN, pool={"days": -3})
    for door in (DOOR, f"{DOOR}/rehearsal"):
        told = (await lin.get(door)).json()
        assert (told["followed"], told["rules"]["days"]) == (False, 14)


@given(days=st.integers(1, 60), warning=st.integers(1, 30), first=st.integers(0, 6))
def test_thresholds_that_may_be_set_warn_nobody_on_the_first_day(
    days: int, warning: int, first: int
) -> None:
    rules = PoolRules(days=days, warning_days=warning)
    today = MONDAY + timedelta(days=first)
    is_warned = decide(Facts(today, today), rules, today) is not None
    assert bool(list(faults_in(rules))) or not is_warned


def test_a_store_that_freezes_no_holidays_works_through_them() -> None:
    national_day = date(2026, 10, 1)
    for pool, works in (({}, False), ({"freeze_holidays": False}, True)):
        office = open_office(a_store(pool=pool))
        assert office.is_working_day(national_day) is works
        assert not office.is_working_day(date(2026, 11, 28))


def a_store(**body: Any) -> Row:
    told = {"zone": ZONE, "hours": [[[600, 1320]]] * 7, **body}
    return Row(
        id=RENMIN,
        entity="store",
        root=RENMIN,
        body=told,
        at=0,
        captured_at=0,
        received_at=0,
        device="",
    )
