"""How far an erasure reaches: what lay elsewhere, what was never made, phones that had it once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from sqlalchemy import select
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.exchange.send import PullWish, proves
from server.rows.tables import history
from sync import Backfill, Cursor, Plan
from tests.cast import BINJIANG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import arrival, customer, make_id, register, say
from tests.server.erasure_stage import NEEDLE, NUMBERS, Haystack
from tests.server.held import Holder
from tests.server.pool_stage import Pool
from tests.server.test_candidates import two_records
from tests.server.test_erasure import erase

PhoneOf = Callable[[str], Awaitable[Phone]]
NOWHERE = Path("nowhere")


async def take_for_another(bo: Phone, chen: Phone) -> tuple[str, str]:
    """Bo's customer, and the record by which Chen told of the same number."""
    held, alias = await register(bo, phone=NUMBERS[0], budget="8 万"), make_id()
    told = customer(phone=NUMBERS[0], name="孙太太", budget=NEEDLE)
    await chen.push([chen.operation("customer", alias, told)])
    return held, alias


async def test_what_they_offered_to_another_record_goes_from_its_history(
    phone_of: PhoneOf, database: Database
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    held, alias = await take_for_another(bo, chen)
    assert await say(lin, "unmerge", alias_id=alias, phone="record") is None
    await erase(lin.client, alias)
    assert NEEDLE not in await Haystack(database, NOWHERE).everything()
    assert (await Holder(bo).pull()).rows[held].body["budget"] == "8 万"


async def test_what_was_written_before_two_were_parted_stays_where_it_went(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    """A contact was edited while its customer was part of the one who is erased."""
    bo, lin, older, younger, candidate = await two_records(phone_of)
    contact = make_id()
    told = {"customer_id": younger, "relation": "spouse", "name": "孙太太"}
    await bo.push([bo.operation("contact", contact, told)])
    assert await say(lin, "decision", candidate_id=candidate.id, choice="same") is None
    clock.advance(minutes=1)
    await lin.push([lin.operation("contact", contact, {"name": "王芳"}, base=0)])
    assert await say(lin, "unmerge", alias_id=younger) is None
    await erase(lin.client, older)
    before = select(history.c.value, history.c.root).where(history.c.row_id == contact)
    async with database.read() as connection:
        assert [tuple(each) for each in await connection.execute(before)] == [('"孙太太"', younger)]


async def test_nobody_is_said_to_live_with_or_to_be_whoever_was_erased(
    phone_of: PhoneOf,
) -> None:
    bo, lin, older, younger, candidate = await two_records(phone_of)
    assert await say(lin, "decision", candidate_id=candidate.id, choice="household") is None
    before = (await Holder(bo).pull()).rows[younger].body
    assert (before["household_ids"], before["asked_ids"]) == ([older], [older])
    await erase(lin.client, older)
    holder = await Holder(bo).pull()
    after = holder.rows[younger].body
    assert (after["household_ids"], after["asked_ids"]) == ([], [])
    assert holder.agrees()


async def test_what_names_a_record_of_theirs_that_was_refused_is_not_kept(
    phone_of: PhoneOf, database: Database
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id, never = await register(bo, phone=NUMBERS[0]), make_id()
    unit = [
        bo.operation("customer", never, customer(phone=NUMBERS[0])),
        bo.operation("arrival", make_id(), arrival(never, consents=[])),
    ]
    assert (await bo.push(unit)).json()["except"]
    await erase(lin.client, id)
    late = bo.operation("comment", make_id(), {"customer_id": never, "text": NEEDLE})
    (told,) = (await bo.push([late])).json()["except"]
    assert told["code"] == "erased"
    holder = await Holder(bo).pull()
    assert holder.of("refusal") == []
    assert never in holder.one("erasure").body["ids"]
    assert NEEDLE not in await Haystack(database, NOWHERE).everything()


async def test_a_phone_that_had_them_once_is_told_and_waited_for(
    app: Starlette,
    database: Database,
    clock: MovableClock,
    phone_of: PhoneOf,
    hua: httpx.AsyncClient,
) -> None:
    bo, _, chen = [await phone_of(who) for who in ("bo", "lin", "chen")]
    id, pool = await register(bo, phone=NUMBERS[0]), Pool(app, database, clock)
    await pool.give(id, "chen")
    holder = await Holder(chen).pull()
    await pool.give(id, "bo")
    moved = await hua.patch("/api/staff/lin", json={"store_ids": [BINJIANG]})
    assert moved.is_success, moved.text
    erasure = await erase(hua, id)
    wait = {each["staff_id"] for each in (await told(hua, erasure["id"]))["waiting"]}
    assert {"bo", "chen", "lin"} <= wait
    await holder.pull()
    assert holder.one("erasure").body["ids"] == [id]


async def test_a_phone_whose_person_has_lost_the_store_since_is_told_whom_to_forget(
    phone_of: PhoneOf, hua: httpx.AsyncClient
) -> None:
    """What they wrote themselves is still on it, beside the rows that left it."""
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, phone=NUMBERS[0])
    assert await say(lin, "comment", customer_id=id, text=NEEDLE) is None
    holder = await Holder(lin).pull()
    moved = await hua.patch("/api/staff/lin", json={"store_ids": [BINJIANG]})
    assert moved.is_success, moved.text
    await erase(hua, id)
    await holder.pull()
    assert holder.one("erasure").body["ids"] == [id]
    assert holder.agrees()


async def test_whose_registration_became_part_of_a_strangers_record_is_told_and_waited_for(
    phone_of: PhoneOf, clock: MovableClock, hua: httpx.AsyncClient
) -> None:
    """They never saw the record; their phone has the name and the number all the same."""
    bo, wu = await phone_of("bo"), await phone_of("wu")
    id, alias = await register(bo, phone=NUMBERS[0]), make_id()
    clock.advance(days=20)
    again = customer(phone=NUMBERS[0], store_id=BINJIANG)
    (became,) = (await wu.push([wu.operation("customer", alias, again)])).json()["except"]
    assert became["o"] == "duplicate"
    wu = await phone_of("wu")
    holder = await Holder(wu).pull()
    erasure = await erase(hua, id)
    wait = {each["staff_id"] for each in (await told(hua, erasure["id"]))["waiting"]}
    assert "wu" in wait
    await holder.pull()
    assert holder.one("erasure").body["ids"] == sorted([id, alias])


async def told(client: httpx.AsyncClient, id: object) -> dict[str, list[dict[str, str]]]:
    (found,) = (await client.get("/api/erasures")).json()["erasures"]
    assert found["id"] == id
    whole: dict[str, list[dict[str, str]]] = found
    return whole


@pytest.mark.one_database
async def test_the_file_of_the_database_is_cleared_without_anybody_asking(
    config: Config, database: Database, phone_of: PhoneOf
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo, phone=NUMBERS[0], need=NEEDLE)
    haystack = Haystack(database, config.data)
    assert any(NEEDLE in each for each in haystack.files())
    await erase(lin.client, id)
    while database.running:
        await asyncio.wait(set(database.running))
    assert not any(NEEDLE in each for each in haystack.files())


SEEN = Cursor("life", "org", "bo", "phone", 7, ["staff:bo"], None, True)


@pytest.mark.parametrize(
    ("proved", "resend", "plan"),
    [
        (True, [], Plan(SEEN, [], False)),
        (False, ["staff:bo"], Plan(SEEN, [], False)),
        (False, [], Plan(SEEN, ["store:renmin"], False)),
        (False, [], Plan(SEEN, [], True)),
        (False, [], Plan(replace(SEEN, told=False), [], False)),
        (
            False,
            [],
            Plan(replace(SEEN, backfill=Backfill(["staff:bo"], 7, 0, 0, 0, 0, -1)), [], False),
        ),
    ],
)
def test_a_phone_proves_what_it_holds_only_from_a_head_that_it_found_right(
    proved: bool, resend: list[str], plan: Plan
) -> None:
    assert proves(PullWish("phone", resend=resend), plan) == proved
