"""What a customer agrees to and takes back: facts, and what follows from them at once."""

import re
from collections.abc import Awaitable, Callable
from html import unescape
from typing import Any

import httpx
import pytest

from server.customers.agreement import Said, present
from server.customers.consent import CURRENT, TEXTS
from server.db import Database
from server.rows import find_row
from tests.cast import BINJIANG, NAME, ORG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import agreed, arrival, customer, make_id, register, say
from tests.server.held import Got, Holder
from tests.server.visitor import Visitor

PhoneOf = Callable[[str], Awaitable[Phone]]
BOTH = [
    {"purpose": each, "version": f"{each}-1", "how": "verbal"} for each in ("service", "marketing")
]


async def body_of(phone: Phone, id: str) -> dict[str, Any]:
    return (await Holder(phone).pull()).rows[id].body


@pytest.mark.one_database
def test_the_last_word_holds_and_service_carries_everything() -> None:
    def standing(*said: tuple[str, bool, int]) -> set[str]:
        now = present(Said(*each) for each in said)
        assert present(Said(*each) for each in reversed(said)) == now
        return {purpose for purpose, each in now.items() if each.given}

    both = ("service", True, 1), ("marketing", True, 1)
    assert standing(*both) == {"service", "marketing"}
    assert standing(*both, ("marketing", False, 1)) == {"service"}
    assert standing(*both, ("service", False, 2)) == set()
    assert standing(*both, ("service", False, 2), ("marketing", True, 3)) == set()
    assert standing(*both, ("service", False, 2), ("service", True, 3)) == {"service"}
    again = ("service", True, 3), ("marketing", True, 3)
    assert standing(*both, ("service", False, 2), *again) == {"service", "marketing"}


async def test_a_withdrawal_holds_against_a_registration_that_comes_late(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    assert await say(bo, "arrival", **arrival(id, consents=BOTH)) is None
    late = bo.operation("arrival", make_id(), arrival(id, consents=BOTH))
    assert (await body_of(lin, id))["marketing"] is True
    clock.advance(minutes=5)
    assert await say(lin, "consent", **agreed(id, given=False)) is None
    taken_back = await body_of(bo, id)
    assert (taken_back["marketing"], set(taken_back["withdrawn"])) == (False, {"marketing"})
    await bo.push([late])
    assert (await body_of(lin, id))["marketing"] is False
    clock.advance(minutes=5)
    assert await say(bo, "arrival", **arrival(id, consents=BOTH)) is None
    given = await body_of(lin, id)
    assert (given["marketing"], given["withdrawn"]) == (True, {})


async def test_a_fact_keeps_the_digest_of_its_words_and_nobody_names_words_of_their_own(
    phone_of: PhoneOf,
) -> None:
    bo, xia = await phone_of("bo"), await phone_of("xia")
    id = await register(bo)
    told = agreed(id, "photo", how="signed", note="合同第 3 页")
    assert await say(bo, "consent", **told) is None
    fact = (await Holder(bo).pull()).one("consent")
    assert fact.body == {**told, "words_sha256": TEXTS["photo-1"].sha256}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"version": "photo-2"}, "version"),
        ({"version": "service-1"}, "version"),
        ({"store_id": BINJIANG}, "store_id"),
    ]
    for fields, field in wrong:
        refused = await say(bo, "consent", **{**told, **fields})
        assert refused is not None
        assert refused["field"] == field
    refused = await say(xia, "consent", **told)
    assert refused is not None
    assert refused["code"] == "forbidden"


async def test_words_of_a_registration_that_we_do_not_know_are_told_and_give_no_offers(
    phone_of: PhoneOf,
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    strange = [
        {"purpose": "service", "version": "service-1", "how": "signed"},
        {"purpose": "marketing", "version": "nonsense-99", "how": "signed"},
        {"purpose": "marketing", "version": "service-1", "how": "verbal"},
    ]
    assert await say(bo, "arrival", **arrival(id, consents=strange)) is None
    held = await Holder(lin).pull()
    assert held.rows[id].body["marketing"] is False
    told = held.one("arrival").body
    assert told["words_sha256"] == {"service-1": TEXTS["service-1"].sha256}
    assert told["unknown_words"] == ["nonsense-99", "service-1"]
    assert await say(bo, "consent", **agreed(id, "service")) is None
    assert (await body_of(lin, id))["marketing"] is False


async def test_what_staff_note_was_said_to_them_and_not_on_the_customers_phone(
    phone_of: PhoneOf, sun: Visitor
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    for how, kept in (("own_phone", "verbal"), ("signed", "signed")):
        both = [{**each, "how": how} for each in BOTH]
        assert await say(bo, "arrival", **arrival(id, consents=both)) is None
        assert await say(bo, "consent", **agreed(id, how=how)) is None
        held = await Holder(lin).pull()
        assert {each["how"] for each in newest(held, "arrival").body["consents"]} == {kept}
        assert newest(held, "consent").body["how"] == kept
    await sun.register(marketing=CURRENT["marketing"].version)
    own = newest(await Holder(lin).pull(), "arrival").body
    assert {each["how"] for each in own["consents"]} == {"own_phone"}
    assert own["words_sha256"] == {
        CURRENT[purpose].version: CURRENT[purpose].sha256 for purpose in ("service", "marketing")
    }


def newest(held: Holder, entity: str) -> Got:
    return max(held.of(entity), key=lambda row: row.version)


@pytest.mark.one_database
async def test_who_agreed_for_somebody_under_14_is_kept_with_the_consent(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    mother = {"name": "孙妈妈", "relation": "mother"}
    for guardian in ({**mother, "name": " "}, {**mother, "relation": "friend"}):
        refused = await say(bo, "arrival", **arrival(id, guardian=guardian))
        assert refused is not None
        assert refused["field"].startswith("guardian")
    assert await say(bo, "arrival", **arrival(id, guardian=mother)) is None
    assert (await Holder(bo).pull()).one("arrival").body["guardian"] == mother


async def test_what_a_stranger_types_gives_nothing_back_that_was_taken_back(
    sun: Visitor, phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    lin = await phone_of("lin")
    await sun.register(marketing=CURRENT["marketing"].version)
    held = (await Holder(lin).pull()).one("customer")
    assert held.body["marketing"] is True
    clock.advance(minutes=5)
    assert await say(lin, "consent", **agreed(held.id, "service", given=False)) is None
    clock.advance(minutes=5)
    await sun.register(marketing=CURRENT["marketing"].version)
    clock.advance(minutes=5)
    assert await say(lin, "consent", **agreed(held.id, "marketing")) is None
    async with database.read() as connection:
        row = await find_row(connection, ORG, held.id)
    assert row is not None
    assert row.body["marketing"] is False
    assert set(row.body["withdrawn"]) == {"service", "marketing", "photo"}


async def test_records_brought_together_have_the_last_word_of_both(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    older, id = await register(bo), await register(bo, phone="13900000002")
    assert await say(bo, "arrival", **arrival(older, consents=BOTH)) is None
    clock.advance(minutes=1)
    assert await say(bo, "consent", **agreed(id, given=False)) is None
    version = (await Holder(bo).pull()).rows[id].version
    taken = bo.operation("customer", id, {"phone": "13900000001"}, base=version)
    assert (await bo.push([taken])).json()["except"]
    asked = (await Holder(lin).pull()).one("candidate")
    assert await say(lin, "decision", candidate_id=asked.id, choice="same") is None
    assert (await body_of(lin, older))["marketing"] is False
    assert await say(lin, "unmerge", alias_id=id) is None
    held = (await Holder(lin).pull()).rows
    assert (held[older].body["marketing"], held[id].body["marketing"]) == (True, False)


async def test_who_took_consent_back_is_not_welcomed_to_offers_by_a_second_registration(
    phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, again = await phone_of("bo"), make_id()
    id = await register(bo)
    assert await say(bo, "consent", **agreed(id, "service", given=False)) is None
    clock.advance(minutes=5)
    await bo.push(
        [bo.operation("customer", again, customer())],
        [bo.operation("consent", make_id(), agreed(again, "marketing"))],
    )
    body = await body_of(bo, id)
    assert (body["marketing"], set(body["withdrawn"])) == (False, {"service", "marketing", "photo"})


@pytest.mark.one_database
async def test_the_words_of_every_version_are_public(stranger: httpx.AsyncClient) -> None:
    for text in TEXTS.values():
        for language in ("zh", "en"):
            answer = await stranger.get(f"/consent/{text.version}?lang={language}")
            assert answer.status_code == 200
            assert all(each in answer.text for each in text.details[language])
            assert text.sentence[language] in answer.text
            assert text.sha256 in answer.text
            assert "<script" not in answer.text
            assert len(answer.content) < 30_000
    assert (await stranger.get("/consent/<b>")).status_code == 404


@pytest.mark.one_database
async def test_the_words_name_who_uses_it_who_passes_it_on_and_whom_to_ask(
    sun: Visitor, stranger: httpx.AsyncClient
) -> None:
    form = (await sun.open()).text
    told = (*("企业微信", "钉钉", "飞书", "苹果", "总部管理员", "区域经理", "资料页"), "联系谁")
    assert [each for each in told if each not in form] == []
    assert f"{NAME} · 人民路店" in form
    assert "不会转给其他公司" not in form
    assert "两年没有往来的，由店长核对后删除" in form
    thanks = await sun.register()
    (link,) = re.findall(r'href="(/consent/service-2[^"]+)"', thanks.text)
    for path in (unescape(link), "/consent/service-1"):
        assert NAME in (await stranger.get(path)).text
    assert NAME not in (await stranger.get("/consent/service-2?of=nobody")).text
