"""Pulling: each reader's rows, no others, and nothing twice."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import update
from starlette.applications import Starlette

from server.db import Database, sqlite
from server.exchange import backfill, opening, page, send
from server.exchange.entities import ENTITIES
from server.exchange.pull import cut_frames
from server.exchange.send import pokes
from server.identity.tables import staff_accounts
from server.rows import load, open_ledger, publish
from sync import FRAME_BYTES
from tests.cast import BINJIANG, ORG
from tests.conftest import MovableClock
from tests.phone import Phone
from tests.server.deeds import customer, follow_up, make_id, register
from tests.server.held import Holder

PhoneOf = Callable[[str], Awaitable[Phone]]
WELCOME = b"retry: 1000\n\n"


async def give(database: Database, clock: MovableClock, id: str, **fields: Any) -> None:
    """Change server fields of a row, as a rule would."""

    async def work(connection: Any) -> None:
        ledger = await open_ledger(connection, ORG, ENTITIES, clock())
        await load(connection, ledger, [id])
        row = ledger.row(id)
        assert row is not None
        ledger.change(row, **fields)
        await publish(connection, ledger)

    await database.transact(work)


async def test_a_second_pull_brings_nothing(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    await register(bo)
    await bo.pull()
    frames = await bo.pull()
    assert [frame["rows"] for frame in frames] == [[]]
    assert frames[-1]["head"] is True


async def test_a_device_that_no_database_takes_is_nobodys(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    answer = await bo.client.post("/sync/pull", json={"device": "a\0b"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_device")


async def test_the_rep_of_another_store_and_the_clerk_receive_nothing(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    await register(bo)
    for who in ("wu", "xia", "chen", "hua"):
        assert not (await Holder(await phone_of(who)).pull()).of("customer")
    assert len((await Holder(await phone_of("lin")).pull()).of("customer")) == 1


async def test_a_stranger_to_a_tree_cannot_tell_it_from_nothing(phone_of: PhoneOf) -> None:
    bo, wu = await phone_of("bo"), await phone_of("wu")
    id = await register(bo)
    answers = []
    for target in (id, make_id()):
        note = {"customer_id": target, "text": "x"}
        answers.append((await wu.push([wu.operation("comment", make_id(), note)])).json())
        patch = wu.operation("customer", target, {"need": "x"}, base=1)
        answers.append((await wu.push([patch])).json())
    stripped = [[{**e, "n": 0} for e in answer["except"]] for answer in answers]
    assert stripped[:2] == stripped[2:]


async def test_a_customer_who_changes_hands_moves_with_the_whole_tree(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo, chen, lin = await phone_of("bo"), await phone_of("chen"), await phone_of("lin")
    id = await register(bo)
    await bo.push([bo.operation("follow_up", make_id(), follow_up(id))])
    before = await Holder(bo).pull()
    assert before.rows[id].scopes == {"staff:bo"}
    await give(database, clock, id, owner_id="chen")
    await before.pull()
    after = await Holder(chen).pull()
    assert not before.of("customer")
    assert not before.of("follow_up")
    assert {row.entity for row in after.rows.values()} >= {"customer", "follow_up"}
    for holder in (before, after, await Holder(lin).pull()):
        assert holder.agrees()


async def test_work_from_before_the_move_is_still_admitted(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    note = bo.operation("comment", make_id(), {"customer_id": id, "text": "周六再来"})
    clock.advance(days=2)
    await give(database, clock, id, owner_id="chen")
    assert "except" not in (await bo.push([note])).json()
    late = bo.operation("comment", make_id(), {"customer_id": id, "text": "x"})
    assert (await bo.push([late])).json()["except"][0]["code"] == "not_found"
    assert (await Holder(await phone_of("chen")).pull()).one("comment").body["text"] == "周六再来"


async def test_a_tree_that_comes_back_is_there_again(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    holder = await Holder(bo).pull()
    for owner in ("chen", "bo", "chen", "bo"):
        await give(database, clock, id, owner_id=owner)
        await holder.pull()
        assert (id in holder.rows) == (owner == "bo")
        assert holder.agrees()


async def test_a_tree_that_left_and_came_back_between_two_pulls_is_not_said_to_be_gone(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    await bo.pull()
    for owner in ("chen", "bo"):
        await give(database, clock, id, owner_id=owner)
    frames = await bo.pull()
    assert id in [row[1] for frame in frames for row in frame["rows"]]
    assert [gone for frame in frames for gone in frame["gone"]] == []


async def test_a_first_pull_of_many_rows_comes_in_frames_that_each_can_be_the_last(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    ids = [make_id() for _ in range(700)]
    for at in range(0, 700, 350):
        units = [
            [bo.operation("customer", id, customer(phone=f"1391{at + nth:07d}", need="柜" * 100))]
            for nth, id in enumerate(ids[at : at + 350])
        ]
        assert "except" not in (await bo.push(*units)).json()
    whole = await Holder(bo).pull()
    frames = await fresh_frames(bo)
    assert len(frames) > 3
    for cut in range(len(frames)):
        holder = Holder(bo)
        for frame in frames[: cut + 1]:
            holder.apply(frame)
        bo.cursor = frames[cut]["cursor"]
        assert (await holder.pull()).rows == whole.rows


async def fresh_frames(phone: Phone) -> list[dict[str, Any]]:
    phone.cursor = None
    return await phone.pull()


async def test_a_foreign_cursor_leads_to_a_clean_resync(phone_of: PhoneOf) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    await register(bo)
    await chen.pull()
    holder = Holder(bo)
    bo.cursor = chen.cursor
    await holder.pull()
    assert holder.resynced
    assert len(holder.of("customer")) == 1
    holder = Holder(bo)
    bo.cursor = "nonsense"
    assert (await holder.pull()).resynced


async def test_a_scope_asked_for_again_is_sent_again(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    await register(bo)
    holder = await Holder(bo).pull()
    wish = {"device": bo.device, "cursor": bo.cursor, "resend": ["staff:bo"]}
    frames = frames_of(await bo.client.post("/sync/pull", json=wish))
    for frame in frames:
        holder.apply(frame)
    assert frames[0]["dropped"] == ["staff:bo"]
    assert len(holder.of("customer")) == 1
    assert holder.agrees()


def frames_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]


async def test_verification_names_the_scopes_that_differ(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    await register(bo)
    holder = await Holder(bo).pull()
    digest = {scope: list(lanes) for scope, lanes in holder.digest.items()}
    same = await bo.client.post("/sync/verify", json={"digest": digest})
    assert same.json() == {"differ": []}
    digest["staff:bo"][2] ^= 1
    other = await bo.client.post("/sync/verify", json={"digest": digest})
    assert other.json() == {"differ": ["staff:bo"]}
    del digest["staff:bo"]
    less = await bo.client.post("/sync/verify", json={"digest": digest})
    assert less.json() == {"differ": ["staff:bo"]}


async def test_a_store_gained_is_backfilled_and_a_store_lost_is_dropped(
    phone_of: PhoneOf, database: Database
) -> None:
    wu, lin = await phone_of("wu"), await phone_of("lin")
    theirs = await register(wu, store_id=BINJIANG)
    holder = await Holder(lin).pull()
    await set_stores(database, "lin", '["store-renmin","store-binjiang"]')
    assert theirs in (await holder.pull()).rows
    assert holder.agrees()
    await set_stores(database, "lin", '["store-renmin"]')
    assert theirs not in (await holder.pull()).rows
    assert holder.agrees()


async def set_stores(database: Database, who: str, stores: str) -> None:
    change = update(staff_accounts).where(staff_accounts.c.id == who).values(store_ids=stores)
    await database.transact(lambda connection: connection.execute(change))


async def test_a_phone_of_somebody_else_or_a_revoked_one_reads_nothing(phone_of: PhoneOf) -> None:
    bo, chen = await phone_of("bo"), await phone_of("chen")
    await register(bo)
    borrowed = await bo.client.post("/sync/pull", json={"device": chen.device, "cursor": None})
    assert (borrowed.status_code, borrowed.json()["error"]["code"]) == (403, "foreign_device")
    other = await phone_of("bo")
    assert (await bo.client.delete(f"/api/devices/{other.device}?why=lost")).status_code == 204
    revoked = await bo.client.post("/sync/pull", json={"device": other.device, "cursor": None})
    assert (revoked.status_code, revoked.json()["error"]["code"]) == (403, "device_revoked")


async def test_a_pull_cut_before_its_last_frame_is_told_the_digests_by_the_next(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    await bo.pull()
    await register(bo)
    last, head = (await bo.pull())[-2:]
    bo.cursor = last["cursor"]
    assert (await bo.pull())[-1]["digest"] == head["digest"]
    assert "digest" not in (await bo.pull())[-1]


async def test_a_row_in_two_of_the_readers_scopes_is_sent_once(
    phone_of: PhoneOf, database: Database, clock: MovableClock
) -> None:
    bo, lin = await phone_of("bo"), await phone_of("lin")
    id = await register(bo)
    await give(database, clock, id, owner_id="lin")
    frames, entries = await lin.pull(), 0
    sent = [row for frame in frames for row in frame["rows"] if row[1] == id]
    assert [len(row[4]) for row in sent] == [2]
    for frame in (frame for frame in frames if "total" in frame and frame["rows"]):
        entries += sum(len(row[4]) for row in frame["rows"])
        assert frame["total"] - frame["left"] == entries


async def test_what_moved_for_others_alone_is_passed_once_and_for_all(phone_of: PhoneOf) -> None:
    bo, wu = await phone_of("bo"), await phone_of("wu")
    await wu.pull()
    await register(bo)
    assert "digest" in (await wu.pull())[-1]
    assert "digest" not in (await wu.pull())[-1]


def test_entries_of_one_number_share_a_frame_however_large_it_grows() -> None:
    row, gone, other = (1, 0, "org", b"x" * FRAME_BYTES), (1, ~0, "org", b"y"), (2, 0, "org", b"z")
    assert list(cut_frames([row, gone, other])) == [[row, gone], [other]]


async def test_a_pull_that_finds_no_reader_is_put_off_not_cut_short(
    phone_of: PhoneOf, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first one, and one for what is new."""
    bo = await phone_of("bo")
    await bo.pull()
    await register(bo)
    pool = getattr(database, "readers", None) or database.writers
    monkeypatch.setattr(pool.pool, "_timeout", 0.05)
    monkeypatch.setattr(sqlite, "POOL_TIMEOUT_S", 0.05)
    async with AsyncExitStack() as stack:
        for _ in range(pool.pool.size()):
            await stack.enter_async_context(database.read())
            if hasattr(database, "looks"):
                await stack.enter_async_context(database.looks)
        for cursor in (None, bo.cursor):
            asked = {"cursor": cursor, "device": bo.device}
            await is_put_off(bo, asked)


async def is_put_off(bo: Phone, asked: dict[str, Any]) -> None:
    answer = await bo.client.post("/sync/pull", json=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
    assert answer.headers["retry-after"] == "2"


async def test_a_tail_cut_between_two_frames_goes_on_with_the_second(phone_of: PhoneOf) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    await bo.pull()
    notes = [{"customer_id": id, "text": "想看北欧风" * 300} for _ in range(30)]
    await bo.push(*([bo.operation("comment", make_id(), note)] for note in notes))
    first, *rest = await bo.pull()
    bo.cursor = first["cursor"]
    again = await bo.pull()
    left = [row[1] for frame in rest for row in frame["rows"]]
    assert left
    assert [row[1] for frame in again for row in frame["rows"]] == left


async def test_pages_smaller_than_a_scope_send_every_row_once(
    phone_of: PhoneOf, database: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the rows lie in two of the reader's scopes, so that these are cut at other places."""
    bo, lin = await phone_of("bo"), await phone_of("lin")
    await lin.pull()
    ids = [await register(bo, phone=f"139000001{nth:02}") for nth in range(14)]
    for id in ids[::2]:
        await give(database, clock, id, owner_id="lin")
    monkeypatch.setattr(page, "PAGE_ROWS", 5)
    frames = await lin.pull()
    sent = [row for frame in frames for row in frame["rows"] if row[0] == "customer"]
    assert sorted(row[1] for row in sent) == sorted(ids)
    assert [row[2] for row in sent] == sorted(row[2] for row in sent)


async def test_pages_cut_among_what_came_and_what_left_send_each_once(
    phone_of: PhoneOf, database: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that left comes after all that came, so that the two are cut far from each other."""
    bo = await phone_of("bo")
    former = [await register(bo, phone=f"139000001{nth:02}") for nth in range(7)]
    await bo.pull()
    fresh = [await register(bo, phone=f"139000002{nth:02}") for nth in range(7)]
    for id in former:
        await give(database, clock, id, owner_id="chen")
    monkeypatch.setattr(page, "PAGE_ROWS", 3)
    frames = await bo.pull()
    sent = [row[1] for frame in frames for row in frame["rows"] if row[0] == "customer"]
    assert sorted(sent) == sorted(fresh)
    gone = [each[2] for frame in frames for each in frame["gone"]]
    assert sorted(gone) == sorted(former)


async def test_a_first_sync_in_small_frames_sends_each_row_once_with_its_scopes(
    phone_of: PhoneOf, database: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the rows lie in two of the reader's scopes, some are much larger than the others."""
    bo, lin = await phone_of("bo"), await phone_of("lin")
    ids = [await register(bo, phone=f"139000001{nth:02}") for nth in range(14)]
    for id in ids[::2]:
        await give(database, clock, id, owner_id="lin")
    notes = [{"customer_id": id, "text": "想看北欧风" * 300} for id in ids]
    await bo.push(*([bo.operation("comment", make_id(), note)] for note in notes))
    monkeypatch.setattr(backfill, "FRAME_BYTES", 2048)
    monkeypatch.setattr(backfill, "FRAMES_AT_ONCE", 3)
    frames = await lin.pull()
    rows = {row[1]: row for frame in frames for row in frame["rows"]}
    assert sum(len(frame["rows"]) for frame in frames) == len(rows)
    assert [len(rows[id][4]) for id in ids] == [2, 1] * 7
    assert [row[5]["text"] for row in rows.values() if row[0] == "comment"] == [
        "想看北欧风" * 300
    ] * 14
    started = [frame for frame in frames if "left" in frame]
    assert started[-1]["left"] == 0
    assert all(len(msgspec.json.encode(frame["rows"])) < 5 * 2048 for frame in started)


async def test_a_frame_that_grows_too_large_is_read_again_with_fewer_rows(
    phone_of: PhoneOf,
) -> None:
    bo = await phone_of("bo")
    id = await register(bo)
    note = {"customer_id": id, "text": "想看北欧风" * 400}
    for _ in range(2):
        await bo.push(*([bo.operation("comment", make_id(), note)] for _ in range(30)))
    frames = await bo.pull()
    texts = [row[5]["text"] for frame in frames for row in frame["rows"] if row[0] == "comment"]
    assert texts == ["想看北欧风" * 400] * 60
    sizes = [len(str(frame).encode()) for frame in frames]
    assert max(sizes) < 5 * FRAME_BYTES


# Pokes


async def test_who_listens_is_poked_by_what_moves_in_their_scopes_alone(
    app: Starlette, phone_of: PhoneOf
) -> None:
    bo, wu = await phone_of("bo"), await phone_of("wu")
    stream = pokes(app.state.movement, asyncio.Event(), ORG, frozenset({"org", "staff:bo"}))
    assert await anext(stream) == WELCOME
    poke = asyncio.ensure_future(anext(stream))
    await register(wu, store_id=BINJIANG)
    await asyncio.sleep(2 * send.POKE_PAUSE_S)
    assert not poke.done()
    await register(bo, phone="13900000002")
    assert await asyncio.wait_for(poke, 5) == b"data: moved\n\n"
    assert isinstance(stream, AsyncGenerator)
    await stream.aclose()


async def test_a_stream_of_pokes_ends_by_itself_and_when_the_server_stops(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    movement, stopping = app.state.movement, asyncio.Event()
    monkeypatch.setattr(send, "STREAM_LIFE_S", (0.01, 0.02))
    assert [each async for each in pokes(movement, stopping, ORG, frozenset())] == [WELCOME]
    monkeypatch.undo()
    stopping.set()
    assert [each async for each in pokes(movement, stopping, ORG, frozenset())] == [WELCOME]
    assert movement.organisations() == []


async def test_what_another_process_committed_is_a_poke_too(
    app: Starlette,
    phone_of: PhoneOf,
    database: Database,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody here was told of it: the number of the organisation says so."""
    id = await register(await phone_of("bo"))
    monkeypatch.setattr(opening, "WATCH_PAUSE_S", 0.01)
    watching = asyncio.ensure_future(opening.watch_heads(app))
    with app.state.movement.listening(ORG, frozenset({"staff:bo"})) as listener:
        await asyncio.sleep(0.2)
        assert not listener.moved.is_set()
        await give(database, clock, id, need="餐桌")
        await asyncio.wait_for(listener.moved.wait(), 5)
    watching.cancel()
