"""A replaced code goes on for a grace. An old sheet never leads nowhere; a stolen one does."""

import re
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.stores.posters import sign
from server.stores.queries import find_poster
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock, SignIn
from tests.server.shop import Shop
from tests.server.test_poster_figures import WECHAT
from tests.server.visitor import Visitor, is_thanks

POSTERS = f"/api/stores/{RENMIN}/posters"


async def end(client: httpx.AsyncClient, id: str, **wish: Any) -> httpx.Response:
    return await client.post(f"{POSTERS}/{id}/ending", json=wish)


async def told(client: httpx.AsyncClient) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.get(POSTERS)).json()
    return answer


async def test_a_replaced_code_goes_on_for_its_grace_and_then_asks_for_the_store(
    app: Starlette,
    sun: Visitor,
    lin: httpx.AsyncClient,
    sign_in: SignIn,
    database: Database,
    clock: MovableClock,
) -> None:
    shop = Shop(database, clock)
    answer = await end(lin, sun.poster.id, how="replace")
    assert answer.status_code == 200, answer.text
    old, new = answer.json()["old"], answer.json()["new"]
    assert (old["standing"], old["replaced_by"], old["ended_by"]) == ("leaving", new["id"], "lin")
    assert old["ends_at"] - clock() == 14 * 86_400_000 + (13 * 60 + 30) * 60_000
    listed = await told(lin)
    assert [each["id"] for each in listed["posters"]] == [new["id"]]
    assert listed["old"] == [old]
    assert new["position"] == "门口"
    again = await end(lin, sun.poster.id, how="replace")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ended_before")
    assert (await lin.get(f"/posters/{sun.poster.id}.pdf")).status_code == 404

    clock.advance(days=14)
    assert is_thanks(await sun.register())
    clock.advance(hours=14)
    page = await sun.open(**WECHAT)
    assert page.status_code == 200
    assert "您现在在哪家店？" in page.text
    links = re.findall(r'<li><a href="([^"]+)">([^<]+)</a>', page.text)
    assert [name for _, name in links] == ["人民路店", "滨江店"]
    assert "您现在在哪家店？" in (await sun.browser.post(sun.path, data={})).text

    there = AtStore(sun.browser, sun.config, clock, sun.poster, sun.answers, BINJIANG)
    assert links[1][0].startswith(there.path)
    form = await there.browser.get(links[1][0])
    assert "滨江店" in form.text
    thanks = await there.register(phone="13800138009")
    assert is_thanks(thanks)
    assert "滨江店" in thanks.text
    (arrival,) = [row for row in await shop.rows("arrival") if row.body["store_id"] == BINJIANG]
    assert arrival.body["position"] == ""
    nowhere = replace(there, store="store-nowhere")
    assert "您现在在哪家店？" in (await nowhere.browser.get(nowhere.path)).text

    # What is still scanned of the old one is told apart: its sheet hangs yet.
    await app.state.scans.flush(database)
    figures = (await lin.get(f"{POSTERS}/figures")).json()["posters"]
    assert figures[sun.poster.id]["last_scan_on"] == "2026-12-08"
    assert new["id"] not in figures
    clock.advance(days=62)
    assert (await told(await sign_in("lin")))["old"] == []


@dataclass
class AtStore(Visitor):
    """Whoever scanned an old sheet, at the store they chose."""

    store: str = ""

    @property
    def path(self) -> str:
        return f"{super().path}/{self.store}"


async def test_a_stolen_code_leads_nowhere_at_once_also_in_its_grace(
    sun: Visitor, lin: httpx.AsyncClient, config: Config, database: Database
) -> None:
    answer = await end(lin, sun.poster.id, how="revoke")
    old, new = answer.json()["old"], answer.json()["new"]
    assert old["standing"] == "revoked"
    page = await sun.open()
    assert page.status_code == 404
    assert "这个二维码已经停用" in page.text
    assert (await sun.browser.post(sun.path, data={})).status_code == 404

    left = (await end(lin, new["id"], how="replace", grace_days=30)).json()
    assert (await sun.browser.get(new["link"])).status_code == 200
    again = (await end(lin, new["id"], how="revoke")).json()
    assert again["new"] is None
    assert again["old"]["replaced_by"] == left["new"]["id"]
    assert (await sun.browser.get(new["link"])).status_code == 404
    async with database.read() as connection:
        held = await find_poster(connection, left["new"]["id"])
    assert held is not None
    assert (await sun.browser.get(f"/r/{sign(config.keys, held.poster)}")).status_code == 200
    assert [each["standing"] for each in (await told(lin))["old"]] == ["revoked", "revoked"]


@pytest.mark.one_database
async def test_a_position_that_is_given_up_has_no_new_code_and_its_name_is_free(
    sun: Visitor, lin: httpx.AsyncClient, bo: httpx.AsyncClient, qiao: httpx.AsyncClient
) -> None:
    assert (await end(bo, sun.poster.id, how="take_down")).status_code == 404
    elsewhere = POSTERS.replace(RENMIN, BINJIANG)
    wrong = await qiao.post(f"{elsewhere}/{sun.poster.id}/ending", json={"how": "take_down"})
    assert wrong.status_code == 404
    answer = (await end(lin, sun.poster.id, how="take_down")).json()
    assert (answer["new"], answer["old"]["standing"]) == (None, "ended")
    assert "您现在在哪家店？" in (await sun.open()).text
    made = await lin.post(POSTERS, json={"position": "门口"})
    assert made.status_code == 201
