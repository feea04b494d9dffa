"""What was refused about somebody who was erased does not outlive their erasure."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import create_app
from server.config import Config
from server.db import Database
from server.exchange.entities import ENTITIES
from server.privacy.journal import read
from server.privacy.replaying import replay
from tests.cast import RENMIN
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import arrival, customer, make_id, register, say
from tests.server.erasure_stage import NEEDLE, NUMBERS, Haystack
from tests.server.held import Holder
from tests.server.test_erasure import erase

PhoneOf = Callable[[str], Awaitable[Phone]]

ASKED = {"phone": NUMBERS[0]}


async def everything(database: Database) -> str:
    await database.scrub(["rows"])
    return await Haystack(database, Path("nowhere")).everything()


async def come_late(chen: Phone) -> list[str]:
    """Chen registered them without a network, before they were erased; returns the refusals."""
    id = make_id()
    named: dict[str, Any] = {"name": NEEDLE, "phone": NUMBERS[0]}
    unit = [
        chen.operation("customer", id, customer(**named)),
        chen.operation("arrival", make_id(), arrival(id, **named)),
    ]
    told = (await chen.push(unit)).json()["except"]
    assert [each["code"] for each in told] == ["erased_before", "unit"]
    return [row.id for row in (await Holder(chen).pull()).of("refusal")]


async def test_what_was_refused_and_given_up_leaves_no_name_and_no_number(
    database: Database, phone_of: PhoneOf
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    await erase(lin.client, await register(bo, phone=NUMBERS[0]))
    refusals = await come_late(chen)
    assert await say(chen, "appeal", refusal_id=refusals[0], note=f"{NEEDLE}1") is None
    told = {"choice": "decline", "note": f"{NEEDLE}2"}
    assert await say(lin, "release", refusal_id=refusals[0], **told) is None
    assert NEEDLE in await everything(database)
    for each in reversed(refusals):
        assert await say(chen, "acknowledgement", refusal_id=each) is None
    after = await everything(database)
    assert (NEEDLE in after, NUMBERS[0] in after) == (False, False)
    holder = await Holder(chen).pull()
    assert (holder.of("refusal"), holder.agrees()) == ([], True)


@pytest.mark.one_database
async def test_an_admin_finds_a_number_in_what_was_refused_and_erases_it_there(
    config: Config,
    database: Database,
    clock: MovableClock,
    phone_of: PhoneOf,
    hua: httpx.AsyncClient,
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    await erase(lin.client, await register(bo, phone=NUMBERS[0]))
    refusals = await come_late(chen)
    found = (await hua.post("/api/erasures/find", json=ASKED)).json()
    assert found["found"] is None
    assert {each["id"] for each in found["elsewhere"]} == set(refusals)
    assert {each["by_id"] for each in found["elsewhere"]} == {"chen"}
    assert NEEDLE not in str(found)
    wish = {**ASKED, "reason": "asked"}
    assert (await lin.client.post("/api/erasures/refused", json=wish)).status_code == 403
    assert (await hua.post("/api/erasures/refused", json=wish)).status_code == 200
    after = await everything(database)
    assert (NEEDLE in after, NUMBERS[0] in after) == (False, False)
    assert (await hua.post("/api/erasures/refused", json=wish)).status_code == 404
    assert (await hua.post("/api/erasures/find", json=ASKED)).json()["elsewhere"] == []
    holder = await Holder(chen).pull()
    assert (holder.of("refusal"), holder.agrees()) == ([], True)
    assert [each["reason"] for each in (await hua.get("/api/erasures")).json()["erasures"]]
    assert NUMBERS[0] not in config.journal.read_text()
    assert {each for entry in read(config.journal).values() for each in entry.refused} == set(
        refusals
    )
    assert await replay(database, ENTITIES, config.journal, clock()) == []


async def test_a_number_that_somebody_has_is_erased_with_them_and_not_apart(
    phone_of: PhoneOf, hua: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    await register(bo, phone=NUMBERS[0])
    nobody = customer(phone=NUMBERS[0], tier="Z")
    await bo.push([bo.operation("customer", make_id(), nobody)])
    found = (await hua.post("/api/erasures/find", json=ASKED)).json()
    assert found["found"]
    assert [each["refused"] for each in found["elsewhere"]] == [True]
    answer = await hua.post("/api/erasures/refused", json={**ASKED, "reason": "asked"})
    assert answer.status_code == 404


async def test_an_admin_finds_a_number_among_the_words_about_others(
    phone_of: PhoneOf, hua: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    other = await register(bo, phone=NUMBERS[1])
    comment = make_id()
    text = "她妈妈 137-1234 0001，微信同号"
    await bo.push([bo.operation("comment", comment, {"customer_id": other, "text": text})])
    (told,) = (await hua.post("/api/erasures/find", json=ASKED)).json()["elsewhere"]
    assert (told["id"], told["entity"], told["by_id"]) == (comment, "comment", "bo")
    assert told["refused"] is False
    assert "妈妈" not in str(told)
    longer = {"phone": "13712340002"}
    assert (await hua.post("/api/erasures/find", json=longer)).json()["elsewhere"] == []


async def test_a_refused_walk_in_goes_with_the_number_among_its_words(
    database: Database, phone_of: PhoneOf, hua: httpx.AsyncClient
) -> None:
    bo = await phone_of("bo")
    id = await register(bo, phone=NUMBERS[0])
    need = {"store_id": RENMIN, "receiver_id": "bo", "need": f"{NEEDLE} 电话137 1234 0001"}
    (told,) = (await bo.push([bo.operation("walk_in", make_id(), need)])).json()["except"]
    assert told["field"] == "need"
    found = (await hua.post("/api/erasures/find", json=ASKED)).json()
    assert [each["store_id"] for each in found["elsewhere"]] == [RENMIN]
    await erase(hua, id)
    assert NEEDLE not in await everything(database)


@pytest.mark.one_database
async def test_a_backup_that_is_put_back_brings_nothing_refused_back(
    config: Config, clock: MovableClock, phone_of: PhoneOf, hua: httpx.AsyncClient, tmp_path: Path
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    await erase(lin.client, await register(bo, phone=NUMBERS[0]))
    await come_late(chen)
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(tmp_path / "shopbell.sqlite3")) as connection:
        connection.execute(f"VACUUM INTO '{copy}'")
    await hua.post("/api/erasures/refused", json={**ASKED, "reason": "asked"})
    again = create_app(replace(config, database_url=f"sqlite:///{copy}"), clock, tasks=())
    async with again.router.lifespan_context(again):
        after = await Haystack(again.state.ground.database, Path("nowhere")).everything()
        assert (NEEDLE in after, NUMBERS[0] in after) == (False, False)
