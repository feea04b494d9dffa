"""Signing in and out, and what a session is worth."""

import httpx
import pytest

from server.config import Config
from server.db import Database
from server.identity.accounts import Account, Organisation, found_organisation, open_accounts
from server.identity.links import Link, link_for
from tests.cast import CODE, NAME, ORG, PASSWORD, RENMIN, ZONE, password_hash
from tests.conftest import MovableClock, SignIn

BO = {"login": "bo", "password": PASSWORD}


@pytest.mark.parametrize("login", ["bo", "Bo", "13800000003", "138 0000 0003", "+8613800000003"])
async def test_bo_signs_in_by_name_or_phone_and_is_told_who_he_is(
    stranger: httpx.AsyncClient, xinju: str, clock: MovableClock, login: str
) -> None:
    answer = await stranger.post("/api/session", json={"login": login, "password": PASSWORD})
    assert answer.status_code == 200
    shown = await stranger.get("/api/session")
    assert shown.json() == answer.json()
    assert shown.json() == {
        "staff": {
            "id": "bo",
            "name": "薄",
            "role": "rep",
            "store_ids": [RENMIN],
            "accepts_leads": True,
        },
        "org": {"id": ORG, "code": CODE, "name": NAME, "zone": ZONE},
        "now": clock.now,
    }


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    stranger: httpx.AsyncClient, xinju: str
) -> None:
    answer = await stranger.post("/api/session", json=BO)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("shopbell_session=xinju.")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"login": "nobody"}, {"org": "elsewhere"}]
)
async def test_a_wrong_word_is_answered_the_same_whichever_it_was(
    stranger: httpx.AsyncClient, xinju: str, wrong: dict[str, str]
) -> None:
    answer = await stranger.post("/api/session", json={**BO, **wrong})
    assert (answer.status_code, answer.json()["error"]) == (401, {"code": "wrong_password"})


async def test_guessing_is_slowed_down_after_ten_attempts(
    stranger: httpx.AsyncClient, xinju: str
) -> None:
    guesses = [await stranger.post("/api/session", json={**BO, "password": "x"}) for _ in range(11)]
    assert [each.status_code for each in guesses] == [401] * 10 + [429]
    assert guesses[-1].headers["retry-after"] == "300"
    assert (await stranger.post("/api/session", json=BO)).status_code == 429


async def test_one_phone_number_in_two_organisations_asks_which_one(
    stranger: httpx.AsyncClient, xinju: str, database: Database
) -> None:
    async with database.write() as connection:
        await found_organisation(connection, Organisation("org-2", "anjia", "安家", ZONE))
        twin = Account("org-2", "bo2", "bo", "薄", "rep", password_hash())
        await open_accounts(connection, [twin])
    answer = await stranger.post("/api/session", json=BO)
    assert answer.json()["error"]["code"] == "organisation_needed"
    assert sorted(answer.json()["error"]["orgs"]) == ["anjia", "xinju"]
    assert (await stranger.post("/api/session", json={**BO, "org": "anjia"})).status_code == 200


async def test_signing_out_ends_the_session_on_the_server(
    sign_in: SignIn, stranger: httpx.AsyncClient
) -> None:
    bo = await sign_in("bo")
    cookie = bo.cookies["shopbell_session"]
    assert (await bo.delete("/api/session")).status_code == 204
    stranger.cookies.set("shopbell_session", cookie)
    assert (await stranger.get("/api/session")).status_code == 401


async def test_a_session_sleeps_in_after_thirty_days_without_use(
    bo: httpx.AsyncClient, clock: MovableClock
) -> None:
    for _ in range(2):
        clock.advance(days=29)
        assert (await bo.get("/api/session")).status_code == 200
    clock.advance(days=30)
    assert (await bo.get("/api/session")).status_code == 401


async def test_a_session_ends_after_ninety_days_however_busy(
    bo: httpx.AsyncClient, clock: MovableClock
) -> None:
    for _ in range(3):
        clock.advance(days=29)
        assert (await bo.get("/api/session")).status_code == 200
    clock.advance(days=3)
    assert (await bo.get("/api/session")).status_code == 401


async def test_use_is_remembered_when_the_server_restarts(
    bo: httpx.AsyncClient, clock: MovableClock, database: Database
) -> None:
    clock.advance(days=29)
    await bo.get("/api/session")
    seen = bo._transport.app.state.seen  # type: ignore[attr-defined]
    await seen.flush(database)
    assert not seen.at
    clock.advance(days=29)
    assert (await bo.get("/api/session")).status_code == 200


@pytest.mark.one_database
@pytest.mark.parametrize("cookie", ["", "xinju", "xinju.", ".token", "xinju.guess", "other.guess"])
async def test_a_cookie_that_is_not_ours_opens_nothing(
    stranger: httpx.AsyncClient, xinju: str, cookie: str
) -> None:
    stranger.cookies.set("shopbell_session", cookie)
    assert (await stranger.get("/api/session")).status_code == 401


async def test_a_link_signs_in_for_a_day(
    stranger: httpx.AsyncClient, xinju: str, config: Config, clock: MovableClock
) -> None:
    link = link_for(config.keys, Link(ORG, CODE, "lin"), clock())
    answer = await stranger.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await stranger.get("/api/session")).json()["staff"]["id"] == "lin"
    clock.advance(hours=25)
    stranger.cookies.clear()
    late = await stranger.get(link)
    assert (late.status_code, late.headers["location"]) == (303, "/?link=void")
    assert (await stranger.get("/api/session")).status_code == 401


async def test_a_link_sealed_with_another_key_opens_nothing(
    stranger: httpx.AsyncClient, xinju: str, clock: MovableClock
) -> None:
    answer = await stranger.get(link_for(("stolen?",), Link(ORG, CODE, "lin"), clock()))
    assert (answer.status_code, answer.headers["location"]) == (303, "/?link=void")
    assert (await stranger.get("/api/session")).status_code == 401


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"login":"bo"}', 400),
        (b'{"login":"bo","password":"x","role":"admin"}', 400),
        (b'{"login":' + b"[" * 100_000, 400),
        (b'{"login":"\xff","password":"x"}', 400),
    ],
)
async def test_a_body_that_is_no_sign_in_is_refused_kindly(
    stranger: httpx.AsyncClient, xinju: str, body: bytes, status: int
) -> None:
    headers = {"content-type": "application/json"}
    answer = await stranger.post("/api/session", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "invalid")


async def test_sql_and_html_in_a_login_are_only_text(
    stranger: httpx.AsyncClient, xinju: str
) -> None:
    for login in ["' OR 1=1 --", "<script>alert(1)</script>", "bo'; DROP TABLE sessions; --"]:
        answer = await stranger.post("/api/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 401
    assert (await stranger.post("/api/session", json=BO)).status_code == 200
