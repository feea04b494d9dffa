"""Templates and the library: who writes them, what is sound, and that no report waits for them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.cast import BINJIANG, RENMIN
from tests.conftest import DATABASES
from tests.phone import Phone
from tests.server.deeds import follow_up, make_id, register
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]

ASKED: dict[str, Any] = {
    "name": "首次到店",
    "stage": "first",
    "store_id": RENMIN,
    "tiers": ["A", "B"],
    "questions": [
        {"id": "q1", "step": "needs", "zh": "几口人住？", "must": True},
        {"id": "q2", "step": "proposal", "zh": "看了哪套？", "choices": ["第一套", "第二套"]},
    ],
    "photos": [{"id": "p1", "zh": "门头照", "en": "Shop front"}],
    "requires": ["mood"],
}
PHRASE: dict[str, Any] = {"step": "objection", "zh": "贵在板材和五金，我拆开给您看。"}
one_database = pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)


async def write(phone: Phone, entity: str, fields: dict[str, Any], *, of: str = "") -> Any:
    """Creates, or changes the row `of`; the id, or why not."""
    id = of or make_id()
    base = (await Holder(phone).pull()).rows[of].version if of else None
    answer = (await phone.push([phone.operation(entity, id, fields, base)])).json()
    return id if "except" not in answer else why(answer["except"][0])


def why(refused: dict[str, Any]) -> tuple[str, str | None]:
    return refused["code"], refused.get("field")


async def test_leaders_write_for_their_stores_and_admins_for_all(phone_of: PhoneOf) -> None:
    lin, bo, wu = await phone_of("lin"), await phone_of("bo"), await phone_of("wu")
    hua, qiao = await phone_of("hua"), await phone_of("qiao")
    own = await write(lin, "template", ASKED)
    for reader in (lin, bo, wu, hua):
        held = await Holder(reader).pull()
        assert held.rows[own].body["questions"] == ASKED["questions"]
        assert held.agrees()
    not_theirs = ("forbidden", "store_id")
    assert await write(bo, "template", ASKED) == ("forbidden", None)
    assert await write(lin, "template", {**ASKED, "store_id": BINJIANG}) == not_theirs
    assert await write(lin, "template", {"name": "全部门店", "stage": "first"}) == not_theirs
    for_all = await write(hua, "template", {"name": "全部门店", "stage": "first"})
    phrase = await write(hua, "script", PHRASE)
    for entity, everybodys in (("template", for_all), ("script", phrase)):
        assert await write(lin, entity, {"withdrawn": True}, of=everybodys) == not_theirs
        assert await write(lin, entity, {"store_id": RENMIN}, of=everybodys) == not_theirs
        assert await write(bo, entity, {"withdrawn": True}, of=everybodys) == ("forbidden", None)
        assert await write(hua, entity, {"withdrawn": True}, of=everybodys) == everybodys
    assert await write(qiao, "template", {"name": "改过的"}, of=own) == own
    assert await write(hua, "template", {"store_id": BINJIANG}, of=own) == own
    assert await write(lin, "template", {"name": "又改"}, of=own) == not_theirs
    assert (await Holder(bo).pull()).rows[own].body["name"] == "改过的"


@one_database
async def test_nobody_is_asked_more_than_eight_answers_nor_anything_unsound(
    phone_of: PhoneOf,
) -> None:
    lin = await phone_of("lin")
    first, second = ASKED["questions"]
    musts = [{**second, "must": True}, {**first, "id": "q3"}]
    faults: dict[tuple[str, str], list[dict[str, Any]]] = {
        ("too_many_required", "questions"): [
            {"requires": ["mood", "breakthrough"]},
            {"questions": [first, musts[0]]},
            {"questions": [first, *musts], "requires": []},
        ],
        ("invalid", "questions"): [
            {"questions": [first, {**second, "id": "q1"}]},
            {"questions": [{**first, "zh": " ", "en": ""}]},
            {"questions": [{**second, "choices": ["第一套", " "]}]},
            {"questions": [{**first, "step": "mood"}]},
        ],
        ("invalid", "photos"): [{"photos": [{"id": "p1", "zh": ""}]}, {"photos": [{"zh": "门"}]}],
        ("invalid", "name"): [{"name": "  "}, {"name": ""}],
        ("invalid", "stage"): [{"stage": "last"}],
        ("invalid", "tiers"): [{"tiers": ["E"]}],
        ("not_found", "store_id"): [{"store_id": "store-nowhere"}],
        ("not_found", "credit_id"): [{"credit_id": "nobody"}],
    }
    for fault, wishes in faults.items():
        for wish in wishes:
            assert await write(lin, "template", {**ASKED, **wish}) == fault, wish
    # Two that must be answered, in place of both.
    whole = {**ASKED, "questions": [first, musts[0]], "requires": []}
    id = await write(lin, "template", whole)
    changed = await write(lin, "template", {"requires": ["mood"]}, of=id)
    assert changed == ("too_many_required", "questions")
    assert await write(lin, "template", {"requires": None}, of=id) == ("invalid", "requires")


async def test_what_two_leaders_add_at_once_is_never_nine_answers(phone_of: PhoneOf) -> None:
    lin, qiao = await phone_of("lin"), await phone_of("qiao")
    id = await write(lin, "template", {**ASKED, "requires": []})
    seen = (await Holder(qiao).pull()).rows[id].version
    room = [{**each, "must": True} for each in ASKED["questions"]]
    adds = lin.operation("template", id, {"questions": room}, seen)
    asks = qiao.operation("template", id, {"requires": ["mood"]}, seen)
    assert "except" not in (await lin.push([adds])).json()
    assert why((await qiao.push([asks])).json()["except"][0]) == ("too_many_required", "questions")
    held = await Holder(qiao).pull()
    assert held.one("refusal").body["fields"] == {"requires": ["mood"]}
    assert (held.rows[id].body["questions"], held.rows[id].body["requires"]) == (room, [])


async def test_only_the_two_who_disagree_are_asked_which_of_their_words_stays(
    phone_of: PhoneOf,
) -> None:
    lin, qiao, bo = await phone_of("lin"), await phone_of("qiao"), await phone_of("bo")
    id = await write(lin, "template", ASKED)
    seen = (await Holder(qiao).pull()).rows[id].version
    names = {"name": "林的叫法"}, {"name": "乔的叫法"}
    for phone, fields in zip((lin, qiao), names, strict=True):
        made = phone.operation("template", id, fields, seen)
        assert (await phone.push([made])).status_code == 200
    held = await Holder(qiao).pull()
    assert held.one("conflict").body["field"] == "name"
    assert (await Holder(lin).pull()).one("conflict").id == held.one("conflict").id
    assert (await Holder(bo).pull()).of("conflict") == []
    answer = {"conflict_id": held.one("conflict").id, "choice": "keep"}
    assert isinstance(await write(qiao, "resolution", answer), str)
    assert (await Holder(lin).pull()).one("conflict").body["state"] == "kept"
    assert (await Holder(lin).pull()).one("resolution").body == answer
    assert (await Holder(bo).pull()).of("resolution") == []


async def test_a_report_is_taken_whatever_became_of_its_template(phone_of: PhoneOf) -> None:
    lin, bo = await phone_of("lin"), await phone_of("bo")
    customer = await register(bo)
    id = await write(lin, "template", ASKED)
    told = {"template_id": id, "answers": {"q1": "三口人", "q2": "第二套"}}
    made = bo.operation("follow_up", fact := make_id(), follow_up(customer, **told))
    await write(lin, "template", {"questions": [], "withdrawn": True}, of=id)
    assert "except" not in (await bo.push([made])).json()
    unknown = follow_up(customer, template_id="gone", answers={"nobody-asked": "四口人"})
    assert "except" not in (await bo.push([bo.operation("follow_up", make_id(), unknown)])).json()
    better = {"fact_id": fact, "fields": {"answers": {"q1": "四口人"}}}
    assert isinstance(await write(bo, "correction", better), str)
    held = await Holder(lin).pull()
    assert held.rows[fact].body["answers"] == told["answers"]
    moved = {"fact_id": fact, "fields": {"template_id": "another"}}
    assert await write(bo, "correction", moved) == ("invalid", "template_id")
    long = follow_up(customer, answers={"q1": "长" * 501})
    assert await write(bo, "follow_up", long) == ("invalid", "answers")


@one_database
async def test_a_phrase_is_found_by_what_the_customer_says(phone_of: PhoneOf) -> None:
    lin, bo = await phone_of("lin"), await phone_of("bo")
    told = {**PHRASE, "kind": "objection", "title": "太贵了", "store_id": RENMIN}
    id = await write(lin, "script", told)
    assert (await Holder(bo).pull()).rows[id].body["initials"] == "tgl"
    await write(lin, "script", {"keywords": "价格 优惠"}, of=id)
    held = await Holder(bo).pull()
    assert held.rows[id].body["initials"] == "tgl jgyh"
    plain = await write(lin, "script", {**PHRASE, "store_id": RENMIN})
    assert (await Holder(bo).pull()).rows[plain].body["initials"].startswith("gzbc")
    faults: dict[tuple[str, str], dict[str, Any]] = {
        ("invalid", "zh"): {"zh": " "},
        ("invalid", "title"): {"title": ""},
        ("invalid", "kind"): {"kind": "joke"},
        ("unknown_field", "initials"): {"initials": "x"},
    }
    for fault, wish in faults.items():
        expected = ("server_field", "initials") if "initials" in wish else fault
        assert await write(lin, "script", {**told, **wish}) == expected
        assert await write(lin, "script", wish, of=id) == expected
