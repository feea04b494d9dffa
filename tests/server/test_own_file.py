"""What a customer takes along: one file with everything about them, and nothing of anybody else."""

import io
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from html import unescape
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from starlette.applications import Starlette

from tests.cast import PEOPLE, STORES
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import agreed, arrival, follow_up, make_id, register, say
from tests.server.erasure_stage import send
from tests.server.photo_stage import fact as photo_of
from tests.server.photo_stage import picture, tape
from tests.server.tapes import webm
from tests.server.test_my import enter, own_path
from tests.server.test_personal_codes import CODES, visitor_at
from tests.server.visitor import Visitor

PhoneOf = Callable[[str], Awaitable[Phone]]

CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef]+")
CODE = re.compile(r"(?<![\w.-])[a-z]{2,}(?:_[a-z]+)*(?![\w.-])")
"""A word as our records store it; `data.json` and `service-1` are none."""

TEMPLATE: dict[str, Any] = {
    "name": "首次到店",
    "stage": "first",
    "questions": [{"id": "q", "step": "needs", "zh": "喜欢什么木？", "en": "Which wood?"}],
}


def unpack(answer: httpx.Response) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    return files, json.loads(files["data.json"])["items"]


def text_of(page: bytes) -> str:
    """What is to be seen of it, without the name of the other language."""
    _, _, body = page.decode().partition("</header>")
    return unescape(re.sub("<[^>]*>", " ", body))


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings_in(each)


def without(text: str, written: set[str]) -> str:
    for each in sorted(written, key=len, reverse=True):
        text = text.replace(each, "")
    return text


async def live(bo: Phone) -> str:
    id = await register(bo, phone="13900000001", tags=["北欧"])
    assert await say(bo, "arrival", **arrival(id)) is None
    await bo.push([bo.operation("customer", id, {"budget": "12 万"}, base=1)])
    assert await say(bo, "consent", **agreed(id, "photo", how="signed")) is None
    told = make_id()
    note = {"result": "clear", "note": "三室<两厅>"}
    met = {"needs": note, "answers": {"q": "橡木", "gone": "七月"}}
    await bo.push([bo.operation("follow_up", told, follow_up(id, **met))])
    parting = {"result": "no_contact", "reason": "bought"}
    last = follow_up(id, revisit=parting, breakthrough="family")
    assert await say(bo, "follow_up", **last) is None
    mistaken = make_id()
    await bo.push([bo.operation("comment", mistaken, {"customer_id": id, "text": "记错人了"})])
    assert await say(bo, "correction", fact_id=mistaken, void=True) is None
    mended = {"fact_id": told, "fields": {"needs": {"result": "partial"}}, "note": "听错了"}
    assert await say(bo, "correction", **mended) is None
    mother = {"relation": "parent", "name": "孙妈妈", "phone": "13900000077", "note": "耳背"}
    assert await say(bo, "contact", customer_id=id, **mother) is None
    second = {"relation": "self", "phone": "13900000078"}
    assert await say(bo, "contact", customer_id=id, **second) is None
    at = {"lat": 31.24, "lng": 121.41, "accuracy_m": 9.0, "fix_source": "gps"}
    assert await say(bo, "visit", customer_id=id, fix_at=bo.clock(), note="量尺", **at) is None
    for kind, data, made in (("photo", picture(), photo_of), ("recording", webm(), tape)):
        fact = make_id()
        how = {"taken": "gallery", "shows": "site"} if kind == "photo" else {}
        fields = {**made(data), **how, "subject_id": id, "customer_id": id}
        await bo.push([bo.operation(kind, fact, fields)])
        assert (await send(bo, fact, data, kind)).status_code == 201
    return id


async def test_a_persons_file_holds_everything_of_them_and_nothing_of_others(
    app: Starlette, stranger: httpx.AsyncClient, phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    hua = await phone_of("hua")
    assert await say(hua, "template", **TEMPLATE) is None
    id = await live(bo)
    await register(bo, name="别人", phone="13900000099")
    while await app.state.worker.tick(clock()):
        pass
    files, items = unpack(await lin.client.get(f"/api/customers/{id}/data.zip"))
    kinds = [item["kind"] for item in items]
    assert (kinds.count("follow_up"), kinds.count("correction")) == (2, 2)
    assert [item["kind"] for item in items if item.get("void")] == ["comment"]
    for kind in ("customer", "arrival", "consent", "comment", "visit", "earlier"):
        assert kinds.count(kind) == 1, kind
    (profile,) = (item for item in items if item["kind"] == "customer")
    assert profile["fields"]["budget"] == "12 万"
    assert (profile["by"], profile["source"]) == ("rep", "staff_phone")
    contacts = [item["fields"] for item in items if item["kind"] == "contact"]
    assert sorted(contacts, key=len) == [
        {"relation": "parent"},
        {"relation": "self", "phone": "+8613900000078"},
    ]
    for kind, start in (("photo", b"\xff\xd8"), ("recording", b"\x1a\x45")):
        (item,) = (each for each in items if each["kind"] == kind)
        assert files[item["file"]].startswith(start)
    page, english = files["index.html"].decode(), files["en.html"].decode()
    for text in ("三室&lt;两厅&gt;", "需求清楚", "橡木", "听错了", "顾问", "签字", "量尺", "北欧"):
        assert text in page
    told = (
        "喜欢什么木？ 橡木",
        "已撤下的问题 七月",
        "原因：已在别处买了",
        "家人意见",
        "从相册选",
        "没有填",
        "<td>2 秒</td>",
    )
    assert [each for each in told if each not in page] == []
    said = ("Which wood? 橡木", "Result: Clear; Note: 三室&lt;两厅&gt;", "Bought elsewhere", "yes")
    more = (
        "Recorded by: consultant · From: a staff phone",
        "A question withdrawn since 七月",
        "not given",
        "<td>2 s</td>",
    )
    assert [each for each in (*said, *more) if each not in english] == []
    assert ('<a href="en.html"' in page, '<a href="index.html"' in english) == (True, True)
    written = {
        *strings_in([item["fields"] for item in items]),
        *(name for name, *_ in STORES.values()),
    }
    assert CHINESE.findall(without(text_of(files["en.html"]), written)) == []
    assert CODE.findall(text_of(files["index.html"])) == []
    whole = page + english + files["data.json"].decode()
    others = ("孙妈妈", "13900000077", "耳背", "别人", "13900000099", "31.24", "121.41", '"bo"')
    names = [name for name, role, *_ in PEOPLE.values() if role == "rep"]
    assert [each for each in (*others, *names) if each in whole] == []
    # By their own link it is the same file.
    link = (await bo.client.post(f"/api/customers/{id}/own-link")).json()["link"]
    opened = await enter(stranger, httpx.URL(link).path, "0001")
    own = await stranger.get(f"{opened.url.path}/data.zip")
    assert unpack(own)[1] == items


@pytest.mark.one_database
async def test_whose_own_code_was_scanned_is_not_in_the_file(
    app: Starlette, stranger: httpx.AsyncClient, bo: httpx.AsyncClient
) -> None:
    """Where other codes have their place a person's own has the name."""
    made = (await bo.post(CODES, json={"staff_id": "bo"})).json()
    sun = await visitor_at(app, stranger, made["id"])
    opened = await enter(stranger, own_path(await sun.register()))
    files, items = unpack(await stranger.get(f"{opened.url.path}/data.zip"))
    assert [item["kind"] for item in items] == ["arrival"]
    assert b"".join(files.values()).decode().count(PEOPLE["bo"][0]) == 0
    assert "What you gave with this registration" in files["en.html"].decode()


async def test_the_link_of_a_registration_gives_what_was_typed_in_it(
    sun: Visitor, stranger: httpx.AsyncClient, phone_of: PhoneOf, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    id = await register(bo, name="秘密", phone="13800138000", need="谁也不说")
    await say(bo, "comment", customer_id=id, text="她住在滨江")
    opened = await enter(stranger, own_path(await sun.register(name="生人")))
    door = f"{opened.url.path}/data.zip"
    files, items = unpack(await stranger.get(door))
    assert [item["kind"] for item in items] == ["arrival"]
    assert (items[0]["by"], items[0]["source"]) == ("customer", "own_phone")
    assert items[0]["fields"]["name"] == "生人"
    assert b"".join(files.values()).decode().count("秘密") == 0
    clock.advance(minutes=31)
    late = await stranger.get(door)
    assert (late.status_code, "/my/" in late.headers["location"]) == (303, True)


@pytest.mark.one_database
async def test_nobody_but_who_answers_for_the_store_is_given_a_file(
    phone_of: PhoneOf, wu: httpx.AsyncClient, hua: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    for client in (bo.client, wu):
        assert (await client.get(f"/api/customers/{id}/data.zip")).status_code == 404
    assert (await hua.get("/api/customers/nobody/data.zip")).status_code == 404
    assert (await hua.get(f"/api/customers/{id}/data.zip")).status_code == 200


async def test_who_agreed_for_a_child_is_in_the_file(phone_of: PhoneOf) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    mother = {"name": "孙妈妈", "relation": "mother"}
    assert await say(bo, "arrival", **arrival(id, guardian=mother)) is None
    files, items = unpack(await lin.client.get(f"/api/customers/{id}/data.zip"))
    (told,) = [item["fields"] for item in items if item["kind"] == "arrival"]
    assert told["guardian"] == mother
    assert "关系：母亲" in files["index.html"].decode()
