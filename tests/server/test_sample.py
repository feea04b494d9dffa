"""The sample: a chain with a past, the same at every start, and links that work."""

import json
import re
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server import sample
from server.config import Config
from server.db import Database
from server.followups.templates import find_fault
from server.rows.tables import deadlines, rows
from server.sample.cast import BO, CHEN, LIN, ORG_CODE, ORG_ID, PASSWORD, RENMIN
from tests.conftest import DATABASES, MovableClock

pytestmark = pytest.mark.slow


async def bodies(database: Database, entity: str) -> list[dict[str, Any]]:
    async with database.read() as connection:
        query = select(rows.c.body).where(rows.c.org_id == ORG_ID, rows.c.entity == entity)
        return [json.loads(body) for (body,) in await connection.execute(query)]


async def test_two_hundred_customers_differ_from_row_to_row(
    database: Database, config: Config, clock: MovableClock
) -> None:
    assert await sample.load(database, clock(), config)
    customers = await bodies(database, "customer")
    assert len(customers) == 200
    for field in ("name", "phone"):
        assert len({body[field] for body in customers}) == 200
    described = {(b["need"], b["community"], b["budget"], b["tier"]) for b in customers}
    assert len(described) > 195
    assert len({json.dumps(b) for b in await bodies(database, "follow_up")}) > 400
    assert [find_fault(body) for body in await bodies(database, "template")] == [None, None]
    objections = [b for b in await bodies(database, "script") if b.get("kind") == "objection"]
    assert len({body["initials"] for body in objections}) == len(objections) > 5


async def test_there_is_something_due_today_missed_asleep_and_waiting(
    database: Database, config: Config, clock: MovableClock
) -> None:
    await sample.load(database, clock(), config)
    customers, now, day = await bodies(database, "customer"), clock(), 86_400_000
    planned = [body["next_at"] for body in customers if body["next_at"]]
    assert sum(now < at < now + day // 4 for at in planned) >= 3
    assert sum(at < now for at in planned) >= 20
    quiet = [
        b for b in customers if b["owner_id"] and (b["last_contact_at"] or now) < now - 7 * day
    ]
    assert len(quiet) >= 30
    states = {body["state"] for body in await bodies(database, "lead")}
    assert states == {"waiting", "accepted", "contacted", "closed"}
    assert all(body["responsible_id"] for body in await bodies(database, "lead"))


@pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)
async def test_the_managers_screens_have_something_true_on_them(
    database: Database, config: Config, clock: MovableClock, sign_in_sample: httpx.AsyncClient
) -> None:
    assert {card["why"] for card in await bodies(database, "pool_card")} == {
        "no_answer",
        "no_attempt",
    }
    collisions = await bodies(database, "collision")
    assert sorted(each["state"] for each in collisions) == ["one", "open", "split"]
    shared = [body["credits"] for body in await bodies(database, "customer") if body.get("credits")]
    assert [sorted(each.values()) for each in shared] == [[30, 70]]
    store = f"/api/stores/{RENMIN}"
    round = (await sign_in_sample.get(f"{store}/pool/rehearsal")).json()
    assert {each["step"] for each in round["customers"]} >= {"let_go", "stand"}
    month = (await sign_in_sample.get(f"{store}/fairness?month=2026-11")).json()["people"]
    assert {line["staff_id"] for line in month} == {BO.id, CHEN.id}
    for line in month:
        assert min(line["offered"], line["accepted"], line["self_received"]) > 0
        assert abs(line["deviation"]) < line["entitled"] / 4
    whole = sum(line["entitled"] for line in month)
    assert whole == sum(line["received"] for line in month)


@pytest.fixture
async def sign_in_sample(
    database: Database, config: Config, clock: MovableClock, stranger: httpx.AsyncClient
) -> httpx.AsyncClient:
    """Lin's browser, over a sample just loaded."""
    await sample.load(database, clock(), config)
    wish = {"org": ORG_CODE, "login": "lin", "password": PASSWORD}
    assert (await stranger.post("/api/session", json=wish)).status_code == 200
    return stranger


async def test_the_past_rings_nobody(
    database: Database, config: Config, clock: MovableClock
) -> None:
    await sample.load(database, clock(), config)
    async with database.read() as connection:
        query = select(deadlines.c.kind).where(deadlines.c.due_at <= clock())
        assert set((await connection.execute(query)).scalars()) == {"route", "digest"}


async def test_a_second_start_keeps_the_data(
    database: Database, config: Config, clock: MovableClock
) -> None:
    assert await sample.load(database, clock(), config)
    clock.advance(days=3)
    assert not await sample.load(database, clock(), config)
    assert len(await bodies(database, "customer")) == 200


async def test_the_printed_links_sign_in_and_open_the_page(
    database: Database, config: Config, clock: MovableClock, stranger: httpx.AsyncClient
) -> None:
    await sample.load(database, clock(), config)
    printed = await sample.greet(database, config, clock())
    links = re.findall(rf"{config.origin}(/\S+)", printed)
    assert sum(link.startswith("/enter/") for link in links) == 7
    posters = [link for link in links if link.startswith("/r/")]
    assert len(posters) == 6
    assert (await stranger.get(posters[0])).status_code == 200
    await stranger.get(links[0])
    assert (await stranger.get("/api/session")).json()["staff"]["id"] == LIN.id


async def test_the_cast_signs_in_with_the_printed_password(
    database: Database, config: Config, clock: MovableClock, stranger: httpx.AsyncClient
) -> None:
    await sample.load(database, clock(), config)
    wish = {"org": ORG_CODE, "login": "lin", "password": PASSWORD}
    assert (await stranger.post("/api/session", json=wish)).status_code == 200
