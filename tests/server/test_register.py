"""A stranger scans the poster: the form, the bell, and what a stranger never learns."""

import asyncio
import json
import re
from html import unescape
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server.customers.consent import CURRENT
from server.db import Database
from server.rows.tables import deadlines, rows
from server.stores.queries import hang_poster
from tests.cast import CODE, ORG, RENMIN
from tests.conftest import MovableClock
from tests.server.visitor import Visitor, is_thanks, nonce_in, pass_in


@pytest.fixture
async def known(sun: Visitor) -> Visitor:
    """Ms Zhao registered last week; now somebody stands there with her number."""
    zhao = Visitor(sun.browser, sun.config, sun.clock, sun.poster)
    zhao.answers |= {"phone": "139 0000 1111", "name": "赵女士"}
    assert is_thanks(await zhao.register())
    zhao.clock.advance(days=7)
    return zhao


async def stored(database: Database, entity: str) -> list[dict[str, Any]]:
    async with database.read() as connection:
        query = select(rows.c.body).where(rows.c.entity == entity).order_by(rows.c.seq)
        return [json.loads(body) for (body,) in await connection.execute(query)]


async def untouched(database: Database, entity: str) -> list[Any]:
    """Whole stored rows, to be compared byte by byte."""
    async with database.read() as connection:
        query = select(rows.c.id, rows.c.seq, rows.c.body, rows.c.stamps, rows.c.scopes)
        found = await connection.execute(query.where(rows.c.entity == entity))
        return [tuple(held) for held in found]


# What happens


async def test_a_new_customer_becomes_one_lead_that_is_routed_at_once(
    sun: Visitor, database: Database
) -> None:
    assert is_thanks(await sun.register())
    [customer] = await stored(database, "customer")
    assert (customer["phone"], customer["pinyin"]) == ("+8613800138000", "sunxiansheng")
    assert (customer["owner_id"], customer["marketing"]) == (None, False)
    [lead] = await stored(database, "lead")
    assert (lead["state"], lead["is_known"], lead["need"]) == ("waiting", False, "三室两厅全屋定制")
    assert customer["open_lead_id"]
    async with database.read() as connection:
        due = select(deadlines.c.due_at).where(deadlines.c.kind == "route")
        assert (await connection.execute(due)).scalar_one() == sun.clock()


async def test_the_arrival_keeps_what_was_typed_and_which_words_were_agreed_to(
    sun: Visitor, database: Database
) -> None:
    await sun.register(marketing=CURRENT["marketing"].version)
    [arrival] = await stored(database, "arrival")
    assert (arrival["source"], arrival["position"]) == ("poster", "门口")
    assert [(c["purpose"], c["version"], c["how"]) for c in arrival["consents"]] == [
        ("service", "service-2", "own_phone"),
        ("marketing", "marketing-1", "own_phone"),
    ]
    assert (await stored(database, "customer"))[0]["marketing"] is True


async def test_the_counter_sees_a_card_that_names_nobody_in_full(
    sun: Visitor, database: Database
) -> None:
    page = await sun.register(name="孙晓明")
    [card] = await stored(database, "arrival_card")
    assert card["pass"] == pass_in(page)
    assert (card["name_masked"], card["phone_masked"]) == ("孙**", "138 **** 8000")
    assert "晓明" not in json.dumps(card, ensure_ascii=False)
    assert "13800138000" not in json.dumps(card)


async def test_scanning_twice_in_a_minute_makes_one_lead_that_rings(
    sun: Visitor, database: Database
) -> None:
    first = pass_in(await sun.register())
    second = pass_in(await sun.register())
    assert first != second
    assert len(await stored(database, "customer")) == 1
    [lead] = await stored(database, "lead")
    assert lead["arrivals"] == 2
    assert len(await stored(database, "arrival")) == 2


async def test_sending_the_same_page_twice_is_one_registration(
    sun: Visitor, database: Database
) -> None:
    nonce = nonce_in(await sun.open())
    sun.clock.advance(seconds=5)
    first = await sun.send(nonce)
    sun.clock.advance(seconds=1)
    again = await sun.send(nonce)
    assert pass_in(first) == pass_in(again)
    assert len(await stored(database, "arrival")) == 1


async def test_one_number_sent_from_many_phones_at_once_is_one_customer_and_one_lead(
    sun: Visitor, database: Database
) -> None:
    nonces = [nonce_in(await sun.open()) for _ in range(6)]
    sun.clock.advance(seconds=5)
    pages = await asyncio.gather(*(sun.send(nonce) for nonce in nonces))
    assert len({pass_in(page) for page in pages}) == 6
    assert len(await stored(database, "customer")) == 1
    assert [lead["arrivals"] for lead in await stored(database, "lead")] == [6]


@pytest.mark.one_database
async def test_reloading_the_thanks_sends_nothing(sun: Visitor, database: Database) -> None:
    thanks = await sun.register()
    assert thanks.request.method == "GET"
    assert (await sun.browser.get(str(thanks.url))).text == thanks.text
    assert len(await stored(database, "arrival")) == 1


# What a stranger never learns


async def test_a_stranger_registering_a_known_phone_changes_nothing_and_learns_nothing(
    known: Visitor, database: Database
) -> None:
    [before] = await stored(database, "customer")
    lead_open = before["open_lead_id"]
    as_stored = await untouched(database, "customer")
    sun = Visitor(known.browser, known.config, known.clock, known.poster)
    nonces = [nonce_in(await sun.open()) for _ in range(2)]
    sun.clock.advance(seconds=20)
    for_new = await sun.send(nonces[0])
    for_known = await sun.send(nonces[1], phone="139 0000 1111", name="周先生")
    assert without_pass(for_known) == without_pass(for_new)
    assert names(for_known) == names(for_new)
    [zhao] = [c for c in await untouched(database, "customer") if c[0] == as_stored[0][0]]
    assert zhao == as_stored[0]
    assert lead_open


def without_pass(page: httpx.Response) -> str:
    """The page with the code, its picture and the links to itself and to one's own left out."""
    drawn = re.sub(r'(?<=fill="#000" d=")[^"]+|(?<=href="/my/)[^"?]+', "", page.text)
    return re.sub(r"<b>\w{4} \w{4}</b>", "", drawn)


def names(page: httpx.Response) -> list[str]:
    return sorted(name for name in page.headers if name not in ("x-request-id", "content-length"))


async def test_a_known_phone_with_another_name_is_marked_as_different(
    known: Visitor, database: Database
) -> None:
    await known.register(name="周先生")
    first, second = await stored(database, "arrival")
    assert (first["differs"], second["differs"]) == (False, True)
    assert second["name"] == "周先生"
    assert [c["name"] for c in await stored(database, "customer")] == ["赵女士"]


async def test_nobody_agrees_to_marketing_for_a_known_customer(
    known: Visitor, database: Database
) -> None:
    await known.register(marketing=CURRENT["marketing"].version)
    assert (await stored(database, "customer"))[0]["marketing"] is False


# What is refused, and how


@pytest.mark.one_database
async def test_without_consent_nothing_is_stored_and_the_page_says_what_to_do(
    sun: Visitor, database: Database
) -> None:
    page = await sun.register(service="")
    assert page.status_code == 422
    assert "您可以直接找店员" in page.text
    for entity in ("customer", "arrival", "lead", "arrival_card"):
        assert await stored(database, entity) == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"phone": ""}, "请填写手机号"),
        ({"phone": "138 0013"}, "这个号码好像不完整"),
        ({"name": "  "}, "请告诉我们怎么称呼您"),
        ({"need": ""}, "请写一句想看什么"),
        ({"name": "孙" * 41}, "请缩短到 40 个字以内"),
        ({"need": "柜" * 500}, "请缩短到 200 个字以内"),
        ({"service": "service-0"}, "没有勾选同意"),
    ],
)
async def test_a_mistake_is_named_and_everything_typed_is_kept(
    sun: Visitor, database: Database, typed: dict[str, str], told: str
) -> None:
    page = await sun.register(**typed)
    assert page.status_code == 422
    assert told in page.text
    for name, value in {**sun.answers, **typed}.items():
        if name != "service":
            assert f'value="{value[:40].strip()}' in page.text or not value.strip()
    if "service" not in typed:
        assert 'name="service" value="service-2" checked' in page.text
    assert await stored(database, "arrival") == []


@pytest.mark.one_database
async def test_after_a_mistake_the_mended_form_goes_through(sun: Visitor) -> None:
    page = await sun.register(phone="138")
    sun.clock.advance(seconds=8)
    assert is_thanks(await sun.send(nonce_in(page)))


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("wait", "told"),
    [(0.5, "没有收到"), (61 * 60, "页面打开的时间有点久")],
)
async def test_a_page_sent_too_fast_or_too_late_is_asked_for_again(
    sun: Visitor, wait: float, told: str
) -> None:
    nonce = nonce_in(await sun.open())
    sun.clock.advance(seconds=wait)
    page = await sun.send(nonce)
    assert page.status_code == 422
    assert told in page.text
    assert "孙先生" in page.text
    sun.clock.advance(seconds=5)
    assert is_thanks(await sun.send(nonce_in(page)))


@pytest.mark.one_database
async def test_a_machine_that_fills_every_field_gets_nowhere(
    sun: Visitor, database: Database
) -> None:
    assert (await sun.register(website="https://example.org")).status_code == 422
    assert await stored(database, "arrival") == []


@pytest.mark.one_database
@pytest.mark.parametrize("nonce", ["", "x", "WzEsMl0.AAAA", "é" * 2000])
async def test_a_forged_page_is_asked_for_again(
    sun: Visitor, database: Database, nonce: str
) -> None:
    assert (await sun.send(nonce)).status_code == 422
    assert await stored(database, "arrival") == []


@pytest.mark.one_database
async def test_a_page_for_one_poster_does_not_serve_another(
    sun: Visitor, database: Database, clock: MovableClock
) -> None:
    other = await database.transact(
        lambda connection: hang_poster(
            connection, ORG, CODE, RENMIN, "收银台", b"\x09" * 10, clock()
        )
    )
    nonce = nonce_in(await sun.open())
    clock.advance(seconds=5)
    elsewhere = Visitor(sun.browser, sun.config, clock, other)
    assert (await elsewhere.send(nonce)).status_code == 422


NASTY = [
    "'; DROP TABLE rows; --",
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    "{{7*7}} ${7*7} %s %(x)s {0}",
    "\u202egnp.exe\u0000\u200b",
    "&lt;b&gt; ' \" ` \\",
]


@pytest.mark.parametrize("nasty", NASTY)
async def test_sql_and_markup_stay_text_in_every_field(
    sun: Visitor, database: Database, nasty: str
) -> None:
    page = await sun.register(phone=nasty, name=nasty, need=nasty)
    assert page.status_code == 422
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert is_thanks(await sun.register(name=nasty, need=nasty))
    [arrival] = await stored(database, "arrival")
    assert arrival["need"] == nasty.replace("\x00", "").strip()


@pytest.mark.one_database
async def test_a_body_that_is_no_form_gets_the_form(sun: Visitor, database: Database) -> None:
    for body, kind in [
        (b"{}", "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"%ff%fe=%zz&&&", "application/x-www-form-urlencoded"),
        (b"", ""),
        (b"phone=1&" * 500, "application/x-www-form-urlencoded"),
    ]:
        headers = {"content-type": kind} if kind else {}
        page = await sun.browser.post(sun.path, content=body, headers=headers)
        assert page.status_code == 422
        assert "<form" in page.text
    assert await stored(database, "arrival") == []


@pytest.mark.one_database
async def test_a_body_of_many_megabytes_is_turned_away(sun: Visitor) -> None:
    page = await sun.browser.post(sun.path, content=b"need=" + b"x" * 5_000_000)
    assert page.status_code == 413


async def test_one_phone_typed_again_and_again_is_answered_politely_and_not_stored(
    sun: Visitor, database: Database
) -> None:
    pages = [await sun.register() for _ in range(7)]
    assert [page.status_code for page in pages] == [200] * 6 + [429]
    assert "现在登记的人比较多" in pages[-1].text
    assert "孙先生" in pages[-1].text
    assert len(await stored(database, "arrival")) == 6


@pytest.mark.one_database
@pytest.mark.parametrize("token", ["x", "WzEsMl0.AAAA", "%00", "a" * 3000])
async def test_a_forged_link_opens_nothing(sun: Visitor, token: str) -> None:
    assert (await sun.browser.get(f"/r/{token}")).status_code == 404
    assert (await sun.browser.post(f"/r/{token}", data={})).status_code == 404
    assert (await sun.browser.get(f"{sun.path}/thanks/{token}")).status_code == 404


@pytest.mark.one_database
async def test_the_thanks_are_shown_for_a_day(sun: Visitor) -> None:
    thanks = await sun.register()
    sun.clock.advance(hours=25)
    assert (await sun.browser.get(str(thanks.url))).status_code == 404


@pytest.mark.one_database
async def test_somebody_under_14_is_sent_to_a_parent_and_leaves_nothing(
    sun: Visitor, database: Database
) -> None:
    page = await sun.register(under_14="1", name="小明")
    assert page.status_code == 422
    assert "需要家长或监护人用自己的手机号登记并同意。什么都没有保存" in page.text
    assert "小明" not in page.text
    assert await stored(database, "arrival") == []
    assert is_thanks(await sun.register())


@pytest.mark.one_database
async def test_under_14_is_said_before_anything_is_typed(sun: Visitor, database: Database) -> None:
    form = (await sun.open()).text
    link = re.findall(r'href="([?]lang=zh&amp;under_14=1)"', form)[0]
    assert form.index(link) < form.index('name="phone"')
    told = await sun.browser.get(sun.path + unescape(link))
    assert (told.status_code, "请由家长来登记" in told.text) == (200, True)
    assert "<form" not in told.text
    assert f'href="{sun.path}?lang=zh"' in told.text
    english = await sun.browser.get(f"{sun.path}?under_14=1&lang=en")
    assert "Under 14, a parent or guardian registers" in english.text
    assert await stored(database, "arrival") == []
