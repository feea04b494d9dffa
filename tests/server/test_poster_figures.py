"""What a poster brings: who scanned it, who registered, whose registration somebody took."""

from functools import partial
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.db import Database
from server.stores.scans import add_scans, is_scan
from tests.cast import BINJIANG, ORG, RENMIN
from tests.conftest import MovableClock
from tests.server.shop import Shop
from tests.server.visitor import Visitor, is_thanks

WECHAT = {"user-agent": "Mozilla/5.0 (Linux; Android 12) Chrome/107 MicroMessenger/8.0"}
FIGURES = f"/api/stores/{RENMIN}/posters/figures"
NOTHING = {"scans": 0, "registrations": 0, "accepted": 0}


@pytest.fixture
def shop(database: Database, clock: MovableClock, xinju: str) -> Shop:
    return Shop(database, clock)


async def figures(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(FIGURES)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_scans_registrations_and_acceptances_of_a_poster_are_counted_apart_by_week(
    app: Starlette,
    shop: Shop,
    sun: Visitor,
    lin: httpx.AsyncClient,
    database: Database,
    clock: MovableClock,
) -> None:
    for _ in range(3):
        await sun.open(**WECHAT)
        await app.state.scans.flush(database)
    for phone in ("13800138000", "13800138001"):
        assert is_thanks(await sun.register(phone=phone))
    await shop.settle()
    offer = (await shop.rows("offer"))[0]
    await shop.accept(offer.body["to_id"], offer)
    await app.state.scans.flush(database)
    told = await figures(lin)
    week = {"scans": 3, "registrations": 2, "accepted": 1}
    id = sun.poster.id
    assert told["monday"] == "2026-11-23"
    assert told["posters"] == {
        id: {"this_week": week, "last_week": NOTHING, "last_scan_on": "2026-11-23"}
    }
    # Monday begins at midnight in the store, while it is still Sunday in Greenwich.
    clock.advance(days=6, hours=13, minutes=40)
    await sun.open(**WECHAT)
    await app.state.scans.flush(database)
    after = (await figures(lin))["posters"][id]
    assert after["last_week"] == week
    assert after["this_week"] == {**NOTHING, "scans": 1}
    assert after["last_scan_on"] == "2026-11-30"
    clock.advance(days=14)
    assert (await figures(lin))["posters"][id]["last_week"] == NOTHING


async def test_two_processes_add_to_the_same_day(
    database: Database, lin: httpx.AsyncClient, sun: Visitor
) -> None:
    place = (ORG, sun.poster.id, "2026-11-23")
    for n in (2, 3):
        await database.transact(partial(add_scans, counts={place: n}))
    assert (await figures(lin))["posters"][sun.poster.id]["this_week"]["scans"] == 5


@pytest.mark.one_database
async def test_only_whoever_leads_the_store_sees_what_its_posters_bring(
    bo: httpx.AsyncClient, lin: httpx.AsyncClient, hua: httpx.AsyncClient
) -> None:
    assert (await bo.get(FIGURES)).status_code == 404
    assert (await lin.get(FIGURES.replace(RENMIN, BINJIANG))).status_code == 404
    assert (await hua.get(FIGURES.replace(RENMIN, "store-nowhere"))).status_code == 404


def test_machines_and_pages_fetched_ahead_are_no_scans() -> None:
    assert is_scan("GET", WECHAT, {})
    assert not is_scan("HEAD", WECHAT, {})
    assert not is_scan("GET", WECHAT, {"lang": "en"})
    for ahead in ({"purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}):
        assert not is_scan("GET", WECHAT | ahead, {})
    for agent in ("", "Googlebot/2.1", "Mozilla/5.0 (compatible; bingbot/2.0)", "curl/8.5",
                  "WhatsApp/2 facebookexternalhit/1.1", "python-httpx/0.28"):  # fmt: skip
        assert not is_scan("GET", {"user-agent": agent}, {})
    for agent in ("Mozilla/5.0 (iPhone) Version/17.0 Mobile Safari", "Mozilla/5.0 Cubot/P40"):
        assert is_scan("GET", {"user-agent": agent}, {})
