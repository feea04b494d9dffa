"""A customer's own page: what is held about them, and what they may do about it."""

import re
from collections.abc import Awaitable, Callable
from html import unescape
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from server.attempts import Attempts
from server.customers.consent import CURRENT
from server.customers.own_link import OwnLink, seal_link
from server.db import Database
from server.rows import find_row, is_erased
from tests.cast import ORG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import agreed, make_id, register, say, self_reception
from tests.server.erasure_stage import Haystack, hang_robot
from tests.server.held import Holder
from tests.server.visitor import Visitor, nonce_in

PhoneOf = Callable[[str], Awaitable[Phone]]
MARKETING = {"marketing": CURRENT["marketing"].version}


def own_path(thanks: httpx.Response) -> str:
    found: list[str] = re.findall(r'href="(/my/[^"?]+)', thanks.text)
    return found[0]


async def enter(client: httpx.AsyncClient, path: str, digits: str = "8000") -> httpx.Response:
    return await client.post(path, data={"digits": digits}, follow_redirects=True)


async def do(
    client: httpx.AsyncClient, page: httpx.Response, act: str, **more: str
) -> httpx.Response:
    told = {"act": act, "nonce": nonce_in(page), "lang": "zh", **more}
    path = page.url.copy_with(query=None)
    return await client.post(path, data=told, follow_redirects=True)


async def told_to(phone: Phone) -> list[tuple[str, str]]:
    """Which notices this phone holds, and about whom."""
    rows = (await Holder(phone).pull()).of("notice")
    kinds = ("corrects", "asks_erasure", "self_erased", "withdrew")
    return [(row.body["kind"], row.body["name"]) for row in rows if row.body["kind"] in kinds]


async def test_a_customer_sees_corrects_and_withdraws_what_their_registration_left(
    sun: Visitor, stranger: httpx.AsyncClient, phone_of: PhoneOf, clock: MovableClock
) -> None:
    lin, bo = await phone_of("lin"), await phone_of("bo")
    path = own_path(await sun.register(**MARKETING))
    asked = await stranger.get(f"{path}?lang=en")
    assert "last four digits" in asked.text
    assert "三室两厅全屋定制" not in asked.text
    page = await enter(stranger, path)
    for text in ("孙先生", "138 **** 8000", "三室两厅全屋定制", "人民路店", "service-2"):
        assert text in page.text
    assert "13800138000" not in page.text
    assert len(page.content) < 30_000
    assert "<script" not in page.text
    done = await do(stranger, page, "marketing")
    assert "这次登记不再用于优惠和活动通知" in done.text
    assert "撤回这一项" not in done.text
    wrong = await do(stranger, done, "correct", text="我姓孙，<b>名伟")
    assert "已发给接待您的顾问和店长" in wrong.text
    # The same page sent again does nothing again.
    await do(stranger, page, "marketing")
    await do(stranger, done, "correct", text="我姓孙，<b>名伟")
    held = await Holder(lin).pull()
    customer, fact = held.one("customer"), held.one("consent")
    assert customer.body["marketing"] is False
    assert (fact.meta[0], fact.body["given"], fact.body["how"]) == (None, False, "own_phone")
    assert held.one("comment").body["text"] == "客户本人要求更正：我姓孙，<b>名伟"
    assert await told_to(lin) == [("corrects", "孙先生")]
    assert await told_to(bo) == []
    clock.advance(minutes=31)
    assert "请再输入一次" in (await do(stranger, page, "marketing")).text


async def test_withdrawing_contact_is_asked_again_and_then_erases_everything(
    sun: Visitor,
    stranger: httpx.AsyncClient,
    phone_of: PhoneOf,
    database: Database,
    clock: MovableClock,
) -> None:
    lin = await phone_of("lin")
    path = own_path(await sun.register())
    id = (await Holder(lin).pull()).one("customer").id
    page = await enter(stranger, path)
    sure = await do(stranger, page, "end")
    assert "确认删除" in sure.text
    assert (await Holder(lin).pull()).one("customer").id == id
    ended = await do(stranger, sure, "erase")
    assert "这次登记填写的内容已经删除" in ended.text
    async with database.read() as connection:
        assert await is_erased(connection, ORG, id)
    held = await Holder(lin).pull()
    assert held.of("customer") == []
    assert await told_to(lin) == [("self_erased", "")]
    (told,) = (await lin.client.get("/api/erasures")).json()["erasures"]
    assert (told["by_id"], told["reason"]) == (None, "consent_withdrawn")
    # Gone is answered like a slip of the finger.
    gone, slip = await enter(stranger, path), await enter(stranger, path, "1111")
    assert (gone.status_code, slip.status_code) == (422, 422)
    assert gone.text == slip.text
    assert "请再输入一次" in (await do(stranger, page, "correct", text="还在吗")).text


async def test_whoever_types_a_known_number_sees_what_they_typed_and_ends_nothing(
    app: Starlette,
    clock: MovableClock,
    sun: Visitor,
    stranger: httpx.AsyncClient,
    phone_of: PhoneOf,
    database: Database,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, name="秘密", phone="13800138000", need="谁也不说")
    await say(bo, "comment", customer_id=id, text="她住在滨江")
    await say(bo, "consent", **agreed(id))
    path = own_path(await sun.register(name="生人", **MARKETING))
    page = await enter(stranger, path)
    assert "生人" in page.text
    for secret in ("秘密", "谁也不说", "备注", "滨江"):
        assert secret not in page.text
    await do(stranger, page, "marketing")
    await do(stranger, page, "correct", text="换个名字")
    ended = await do(stranger, await do(stranger, page, "end"), "erase")
    assert "这次登记填写的内容已经删除" in ended.text
    assert "店长会先与您核实" in ended.text
    await app.state.worker.tick(clock())
    async with database.read() as connection:
        held = await find_row(connection, ORG, id)
    assert held is not None
    assert (held.body["name"], held.body["marketing"]) == ("秘密", True)
    for phone in (bo, lin):
        assert await told_to(phone) == [("corrects", "秘密"), ("asks_erasure", "秘密")]
    said = [row.body["text"] for row in (await Holder(lin).pull()).of("comment")]
    assert "有人扫码登记了这个号码，要求更正（请先核实是不是本人）：换个名字" in said
    # From here on the link says what it says of somebody who is gone.
    assert (await enter(stranger, path)).text == (await enter(stranger, path, "1111")).text


async def test_what_a_stranger_typed_about_a_known_number_is_gone_with_the_lead_it_opened(
    app: Starlette,
    clock: MovableClock,
    sun: Visitor,
    stranger: httpx.AsyncClient,
    phone_of: PhoneOf,
    database: Database,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    await hang_robot(database)
    await register(bo, name="", salutation="", phone="13800138000", need="谁也不说")
    path = own_path(await sun.register(name="生人甲", need="红木大床"))
    await app.state.worker.tick(clock())
    haystack = Haystack(database, sun.config.data)
    said = await haystack.everything()
    assert all(each in said for each in ("生人甲", "红木大床"))
    page = await enter(stranger, path)
    await do(stranger, await do(stranger, page, "end"), "erase")
    await database.scrub(["rows", "notifications"])
    left = await haystack.everything()
    assert [each for each in ("生人甲", "红木大床", "生人*") if each in left] == []
    held = await Holder(lin).pull()
    lead = held.one("lead").body
    assert (lead["state"], lead["close_reason"], lead["need"]) == ("closed", "withdrawn", "")
    assert held.one("customer").body["need"] == "谁也不说"
    assert [row.body["state"] for row in held.of("offer")] == ["withdrawn"]
    assert held.of("arrival_card") == []
    for _ in range(4):
        clock.advance(minutes=15)
        await app.state.worker.tick(clock())
    rung = [row.body["kind"] for row in (await Holder(lin).pull()).of("notice")]
    assert rung == ["asks_erasure"]


async def test_a_lead_that_was_open_before_outlives_a_stranger_who_withdraws(
    app: Starlette,
    clock: MovableClock,
    sun: Visitor,
    stranger: httpx.AsyncClient,
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    await bo.push(self_reception(bo, make_id(), phone="13800138000"))
    page = await enter(stranger, own_path(await sun.register(name="生人")))
    await do(stranger, await do(stranger, page, "end"), "erase")
    await app.state.worker.tick(clock())
    lead = (await Holder(bo).pull()).one("lead").body
    assert (lead["state"], lead["holder_id"], lead["need"]) == ("accepted", "bo", "全屋定制")


async def test_staff_hand_out_a_link_that_shows_everything_for_a_day_and_erases_nothing(
    app: Starlette,
    stranger: httpx.AsyncClient,
    phone_of: PhoneOf,
    wu: httpx.AsyncClient,
    xia: httpx.AsyncClient,
    clock: MovableClock,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, phone="13900000001")
    await say(bo, "comment", customer_id=id, text="喜欢北欧")
    door = f"/api/customers/{id}/own-link"
    for client in (wu, xia):
        assert (await client.post(door)).status_code == 404
    told = (await bo.client.post(door)).json()
    assert told["expires_at"] == clock() + 24 * 3600 * 1000
    path = httpx.URL(told["link"]).path
    page = await enter(stranger, path, "0001")
    for text in ("孙伟", "备注 1 条", "139 **** 0001"):
        assert text in page.text
    english = await stranger.get(page.url.copy_with(query=b"lang=en"))
    assert "What we hold" in english.text
    assert re.findall(r"[\u3000-\u9fff\uff00-\uffef]", bare(english.text)) == []
    assert (await stranger.get(f"{page.url.path}/data.zip")).status_code == 200
    sure = await do(stranger, page, "end")
    ended = await do(stranger, sure, "erase")
    assert "店长与您核实后删除" in ended.text
    await do(stranger, sure, "erase")
    await app.state.worker.tick(clock())
    assert await told_to(bo) == await told_to(lin) == [("withdrew", "孙伟")]
    held = await Holder(lin).pull()
    assert set(held.one("customer").body["withdrawn"]) == {"service", "marketing", "photo"}
    assert held.one("consent").body["handed_by"] == "bo"
    looks = (await lin.client.get(f"/api/customers/{id}/looks")).json()["looks"]
    assert [(each["what"], each["staff_id"]) for each in looks][:1] == [("took_handed", "bo")]
    (asked,) = (await lin.client.get("/api/erasure-requests")).json()["requests"]
    assert (asked["via"], asked["by_id"], asked["days_left"]) == ("handed_link", "bo", 15)
    waits = await enter(stranger, path, "0001")
    assert "您要求删除资料" in waits.text
    assert "确认" not in waits.text
    no = {"reason": "还有售后没做完"}
    assert (
        await lin.client.post(f"/api/erasure-requests/{asked['id']}/decline", json=no)
    ).is_success
    assert "没有删除：还有售后没做完" in (await enter(stranger, path, "0001")).text
    other = await register(bo, phone="13900000002")
    fresh = httpx.URL((await bo.client.post(f"/api/customers/{other}/own-link")).json()["link"])
    silent = await register(bo, phone="")
    refused = await bo.client.post(f"/api/customers/{silent}/own-link")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_phone")
    clock.advance(days=1, seconds=1)
    assert (await enter(stranger, fresh.path, "0002")).status_code == 404


def bare(text: str) -> str:
    for name in ("孙伟", "全屋定制", "人民路店", "中文", '"PingFang SC","Noto Sans CJK SC"'):
        text = text.replace(name, "")
    return unescape(text)


@pytest.mark.one_database
async def test_guesses_are_few_and_a_link_that_names_nobody_answers_as_one_that_does(
    sun: Visitor, stranger: httpx.AsyncClient, xinju: str, clock: MovableClock
) -> None:
    path = own_path(await sun.register())
    keys = sun.config.keys
    nobody = f"/my/{seal_link(keys, OwnLink(ORG, 'pass', 'ZZZZZZZZ'), clock())}"
    answers: list[list[tuple[int, Any]]] = []
    for each in (path, nobody):
        tried = [await enter(stranger, each, f"{n:04d}") for n in range(6)]
        tried.append(await enter(stranger, each))
        answers.append([(answer.status_code, answer.text) for answer in tried])
    assert answers[0] == answers[1]
    assert [status for status, _ in answers[0]] == [422] * 5 + [429] * 2
    clock.advance(days=731)
    for gone in (path, nobody, "/my/forged"):
        assert (await stranger.get(gone)).status_code == 404


@pytest.mark.one_database
async def test_an_organisation_keeps_no_longer_than_customers_were_promised(
    hua: httpx.AsyncClient, lin: httpx.AsyncClient, phone_of: PhoneOf
) -> None:
    door = "/api/organisation"
    assert (await hua.patch(door, json={"lease_days": 9})).status_code == 200
    assert (await hua.patch(door, json={"retention_months": 18})).status_code == 200
    for wish in ({"retention_months": 25}, {}):
        assert (await hua.patch(door, json=wish)).status_code == 400
    assert (await lin.patch(door, json={"retention_months": 6})).status_code == 403
    body = (await Holder(await phone_of("bo")).pull()).one("organisation").body
    assert (body["lease_days"], body["retention_months"]) == (9, 18)


async def test_what_was_typed_stays_when_it_cannot_be_sent(
    app: Starlette,
    sun: Visitor,
    stranger: httpx.AsyncClient,
    phone_of: PhoneOf,
    clock: MovableClock,
) -> None:
    lin = await phone_of("lin")
    path = own_path(await sun.register())
    page = await enter(stranger, path)
    for n in range(5):
        page = await do(stranger, page, "correct", text=f"第 {n} 处")
    typed = "\n第一行\n<b>第二行"
    full = await do(stranger, page, "correct", text=typed)
    assert full.status_code == 429
    assert "没有发出，今天发的已经够多了" in full.text
    assert box_in(full) == typed.strip()
    clock.advance(minutes=31)
    late = await do(stranger, full, "correct", text=typed)
    assert "您写的还在，还没有发出" in late.text
    assert box_in(late) == typed.strip()
    wrong = await stranger.post(path, data={"digits": "1111", "text": box_in(late)})
    assert (wrong.status_code, box_in(wrong)) == (422, typed.strip())
    app.state.attempts = Attempts()
    back = await stranger.post(path, data={"digits": "8000", "text": box_in(wrong)})
    assert box_in(back) == typed.strip()
    (action,) = set(re.findall(r'action="(/my/[^"]+)"', back.text))
    told = {"act": "correct", "nonce": nonce_in(back), "lang": "zh", "text": box_in(back)}
    sent = await stranger.post(unescape(action), data=told, follow_redirects=True)
    assert "已发给接待您的顾问和店长" in sent.text
    said = [row.body["text"] for row in (await Holder(lin).pull()).of("comment")]
    assert f"客户本人要求更正：{typed.strip()}" in said


def box_in(page: httpx.Response) -> str:
    """What stands in the box, as a browser reads it."""
    (found,) = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    return unescape(found)
