"""What is forgotten after half a year, what is reported, and what phones may guess offline."""

import hashlib
from collections.abc import Awaitable, Callable

import httpx
from sqlalchemy import func, select

from server.customers.known import make_file
from server.db import Database
from server.exchange.retention import purge
from server.rows.tables import awaited, evictions, mismatches
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import make_id, register
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]


async def count(database: Database, table: object) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


async def a_day_passes(database: Database, clock: MovableClock, days: int = 1) -> None:
    now = clock.advance(days=days)
    await database.transact(lambda connection: purge(connection, now))


async def give_away(lin: Phone, bo: Phone, id: str) -> None:
    """The manager deletes the customer: it leaves Bo's phone."""
    answer = await lin.push([lin.operation("deletion", make_id(), {"row_id": id})])
    assert "except" not in answer.json()


async def test_a_cursor_from_before_the_purge_begins_again_and_ends_right(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo, lin, other = await phone_of("bo"), await phone_of("lin"), await phone_of("bo")
    id, kept = await register(bo), await register(bo, phone="13900000002")
    old = await Holder(bo).pull()
    await give_away(lin, bo, id)
    fresh = await Holder(other).pull()
    await a_day_passes(database, clock)
    await a_day_passes(database, clock, 182)
    assert await count(database, evictions) == 0
    bo.client = other.client = (await phone_of("bo")).client
    await old.pull()
    assert old.resynced
    assert [row.id for row in old.of("customer")] == [kept]
    assert old.agrees()
    assert not (await fresh.pull()).resynced


async def test_within_180_days_a_phone_hears_what_left_it(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    old = await Holder(bo).pull()
    await give_away(lin, bo, id)
    await a_day_passes(database, clock)
    clock.advance(days=-1)
    await a_day_passes(database, clock, 179)
    bo.client = (await phone_of("bo")).client
    await old.pull()
    assert not old.resynced
    assert old.of("customer") == []


async def test_what_waited_in_vain_for_a_week_waits_no_more(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    await bo.push([bo.operation("comment", make_id(), {"customer_id": make_id(), "text": "x"})])
    assert await count(database, awaited) == 1
    await a_day_passes(database, clock, 8)
    assert await count(database, awaited) == 0


async def test_a_phone_whose_rows_do_not_add_up_gets_them_again_and_we_get_to_know(
    phone_of: PhoneOf, database: Database
) -> None:
    bo = await phone_of("bo")
    await register(bo)
    held = await Holder(bo).pull()
    lost = held.one("customer")
    del held.rows[lost.id]
    assert not held.agrees()
    for frame in await bo.pull(resend=["staff:bo", "desk:store-renmin"]):
        held.apply(frame)
    assert held.agrees()
    async with database.read() as connection:
        filed = (await connection.execute(select(mismatches.c.device_id, mismatches.c.scope))).all()
    assert [tuple(each) for each in filed] == [(bo.device, "staff:bo")]


# Numbers that are probably known


async def test_the_file_of_known_numbers_holds_prefixes_and_nobody(
    phone_of: PhoneOf, bo: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    phone = await phone_of("bo")
    await register(phone, phone="13900000001")
    await register(phone, phone="13900000002")
    answer = await bo.get("/api/known-phones")
    salt, prefixes = answer.content[:16], answer.content[16:]
    known = [prefixes[at : at + 3] for at in range(0, len(prefixes), 3)]
    expected = [hashlib.sha256(salt + f"+861390000000{n}".encode()).digest()[:3] for n in (1, 2)]
    assert known == sorted(expected)
    file = make_file(salt, map(str, range(1000)))
    listed = [file[at : at + 3] for at in range(len(salt), len(file), 3)]
    assert listed == sorted(set(listed))
    again = await bo.get("/api/known-phones", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await register(phone, phone="13900000003")
    third = await bo.get("/api/known-phones", headers={"if-none-match": answer.headers["etag"]})
    assert (third.status_code, len(third.content)) == (200, 16 + 9)
    assert (await stranger.get("/api/known-phones")).status_code == 401
