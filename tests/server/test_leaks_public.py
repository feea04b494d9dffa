"""What a stranger at the public doors cannot find out, and which doors there are at all."""

import random
import re

import httpx
import pytest
from sqlalchemy import update
from starlette.routing import Route

from server.app import ROUTES
from server.config import Config
from server.db import Database
from server.stores import qr
from server.stores.posters import ALPHABET, Poster, sign
from server.stores.tables import posters
from tests.cast import BINJIANG, CODE, ORG, RENMIN
from tests.conftest import MovableClock, SignIn
from tests.server.visitor import Visitor, is_thanks, pass_in

ALL_DOORS = {
    "/sync/push", "/sync/pull", "/sync/verify", "/sync/known", "/sync/events",
    "/sync/schema", "/consent/{version}",
    "/api/session", "/api/session/unlock", "/enter/{token}",
    "/api/staff", "/api/staff/{id}", "/api/staff/{id}/handover",
    "/api/staff/{id}/handover/rehearsal", "/api/staff-list", "/api/hr/people",
    "/api/wecom/{org_code}", "/api/stores/{id}", "/api/known-phones",
    "/api/customers/{id}/erasure", "/api/erasures", "/api/erasures/find", "/api/erasures/refused",
    "/api/erasure-requests", "/api/erasure-requests/{id}/decline", "/api/overdue",
    "/api/customers/{id}/own-link",
    "/api/customers/{id}/looks", "/api/staff/{id}/looks", "/api/looks",
    "/my/{token}", "/my/{token}/{opened}", "/my/{token}/{opened}/data.zip",
    "/api/customers/{id}/data.zip",
    "/api/devices", "/api/devices/{id}", "/api/leads/{id}/candidates", "/api/losses",
    "/api/boards", "/api/boards/{id}", "/api/boards/{id}/contacts",
    "/api/organisation", "/api/stores/{id}/routing", "/api/stores/{id}/routing/rehearsal",
    "/api/stores/{id}/fairness",
    "/api/stores/{id}/pool", "/api/stores/{id}/pool/rehearsal",
    "/api/stores/{id}/personal-codes",
    "/api/robots", "/api/robots/{id}", "/api/robots/{id}/test", "/api/robots/{id}/retry",
    "/a/{token}", "/r/{token}", "/r/{token}/{store}", "/r/{token}/thanks/{thanks}",
    "/r/{token}/{store}/thanks/{thanks}", "/p/{code}", "/pass/{code}.svg",
    "/posters/{id}.pdf", "/posters/{id}.png", "/posters/{id}.svg", "/api/stores/{id}/posters",
    "/api/stores/{id}/posters/figures", "/api/stores/{id}/posters/{poster_id}/ending",
    "/api/stores/{id}/posters.pdf",
    "/api/push", "/api/push/{id}",
    "/photos/uploads", "/photos/uploads/{name}", "/photos/{id}/{size}", "/recordings/{id}",
    "/photos/{id}/alike", "/v", "/v/{code}",
    "/livez", "/readyz", "/metrics", "/version",
}  # fmt: skip


async def test_a_poster_taken_down_is_answered_like_one_that_never_hung(
    database: Database, stranger: httpx.AsyncClient, config: Config, poster: Poster
) -> None:
    gone = update(posters).where(posters.c.id == poster.id).values(revoked_at=1)
    never = Poster(ORG, f"{CODE}-zzzzz", poster.store_id, "", "ZZZZZ", None, poster.created_at)
    await database.transact(lambda connection: connection.execute(gone))
    for path in ("/posters/{}.pdf", "/posters/{}.png"):
        answers = [await stranger.get(path.format(each.id)) for each in (poster, never)]
        assert answers[0].status_code == answers[1].status_code == 404
        assert answers[0].json()["error"] == answers[1].json()["error"] == {"code": "not_found"}
        assert len(answers[0].content) == len(answers[1].content)
    links = [await stranger.get(f"/r/{sign(config.keys, each)}") for each in (poster, never)]
    assert links[0].status_code == links[1].status_code == 404
    assert links[0].text == links[1].text


async def test_a_pass_is_drawn_whether_it_exists_or_not(
    sun: Visitor, stranger: httpx.AsyncClient
) -> None:
    real = pass_in(await sun.register())
    made_up = "".join(random.Random(1).choice(ALPHABET) for _ in real)
    for code in (real, made_up):
        answer = await stranger.get(f"/pass/{code}.svg")
        assert answer.status_code == 200
        assert answer.text == qr.to_svg(f"{sun.config.origin}/pass/{code}", code)


async def test_the_customers_page_thanks_known_and_unknown_numbers_alike(
    sun: Visitor, clock: MovableClock
) -> None:
    pages = []
    for phone in ("13800138000", "13800138000", "13800138001"):
        page = await sun.register(phone=phone)
        assert is_thanks(page)
        clock.advance(minutes=-1)
        pages.append(page)
    texts = {
        re.sub(
            r"<svg.*?</svg>|/pass/\w+|/(?:thanks|my)/[^\"?]+|<b>\w{4} \w{4}</b>",
            "",
            p.text,
            flags=re.S,
        )
        for p in pages
    }
    assert len({re.sub(r"\d\d:\d\d", "", text) for text in texts}) == 1


async def test_the_doors_of_a_store_tell_nobody_who_does_not_lead_it_whether_it_exists(
    sign_in: SignIn,
) -> None:
    for who, stores in (("bo", (RENMIN, BINJIANG)), ("lin", (BINJIANG,)), ("wu", (RENMIN,))):
        client = await sign_in(who)
        for store in stores:
            real, none = [await ask_all(client, id) for id in (store, "store-nowhere")]
            assert real == none == [(404, {"code": "not_found"})] * 10


async def ask_all(client: httpx.AsyncClient, store: str) -> list[tuple[int, object]]:
    path = f"/api/stores/{store}"
    answers = [
        await client.get(f"{path}/routing"),
        await client.patch(f"{path}/routing", json={"open_cap": 9}),
        await client.post(f"{path}/routing/rehearsal", json={"people": {"bo": {"weight": 1}}}),
        await client.get(f"{path}/fairness"),
        await client.get(f"{path}/pool/rehearsal"),
        await client.post(f"{path}/personal-codes", json={"staff_id": "lin"}),
        await client.get(f"{path}/posters"),
        await client.get(f"{path}/posters/figures"),
        await client.post(f"{path}/posters/xinju-23456/ending", json={"how": "revoke"}),
        await client.post(f"{path}/posters", json={"position": "门口"}),
    ]
    return [(answer.status_code, answer.json()["error"]) for answer in answers]


def test_these_are_all_the_doors_there_are() -> None:
    """Searching happens on the phone, over the rows it holds. Two doors go beyond: admins find one
    person by their whole number, and one person's own file is handed out (test_own_file.py). A door
    that is new here needs a test above if it takes an id or a key."""
    paths = {route.path for route in ROUTES if isinstance(route, Route)}
    assert paths == ALL_DOORS
    assert len({type(route) for route in ROUTES}) == 1


@pytest.mark.parametrize(
    "path", ["/api/search?q=孙", "/api/customers", "/api/export", "/sync/rows"]
)
async def test_no_door_searches_or_exports(bo: httpx.AsyncClient, path: str) -> None:
    for method in ("GET", "POST"):
        answer = await bo.request(method, path)
        assert answer.status_code in (404, 405)
