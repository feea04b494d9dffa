"""The first sync over a bad line: cut anywhere, gone on with, and nothing lost or sent twice."""

import json
import random
import zlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.types import Message

import server.exchange.gzip
from server.db import Database
from server.exchange import backfill, page, pull
from server.exchange.gzip import compressobj
from server.rows.tables import rows
from sync import Backfill, decode_cursor, encode_cursor
from tests.cast import BINJIANG, RENMIN
from tests.conftest import MovableClock, SignIn
from tests.phone import Phone
from tests.server.deeds import customer, make_id, say, self_reception
from tests.server.held import Holder
from tests.server.test_pull import give

PhoneOf = Callable[[str], Awaitable[Phone]]
Frames = list[dict[str, Any]]
CUTS = 16
CHANGES_SEEDS = [1, 2]


@pytest.fixture(autouse=True)
def small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many frames and several pages in every part, without ten thousand rows."""
    monkeypatch.setattr(pull, "FRAME_BYTES", 4096)
    monkeypatch.setattr(page, "PAGE_ROWS", 17)
    monkeypatch.setattr(backfill, "FRAME_BYTES", 4096)
    monkeypatch.setattr(backfill, "FRAMES_AT_ONCE", 3)


@pytest.fixture
async def bo(phone_of: PhoneOf) -> Phone:
    """Has customers who wait (part 0), others (part 1) and what was said about them (part 2)."""
    bo = await phone_of("bo")
    told = {"need": "三室两厅全屋定制，孩子房要书桌", "community": "阳光花园三期"}
    phones = iter(f"1391000{nth:04d}" for nth in range(100))
    waiting = [self_reception(bo, make_id(), phone=next(phones), need="餐桌") for _ in range(8)]
    others = [
        [bo.operation("customer", make_id(), customer(**told, phone=next(phones)))]
        for _ in range(24)
    ]
    ids = [unit[0]["i"] for unit in (*waiting, *others)]
    notes = [[bo.operation("comment", make_id(), note(ids[nth % 32], nth))] for nth in range(40)]
    answer = await bo.push(*waiting, *others, *notes)
    assert "except" not in answer.json(), answer.text
    return bo


def note(customer_id: str, nth: int) -> dict[str, Any]:
    return {"customer_id": customer_id, "text": f"第 {nth} 次：想看白橡木，周末带家人来。" * 3}


async def whole_stream(phone: Phone) -> Frames:
    phone.cursor = None
    frames = await phone.pull()
    assert {frame.get("part") for frame in frames} == {0, 1, 2, None}
    assert len(frames) > 12
    return frames


def after(phone: Phone, frames: Frames) -> Holder:
    """A phone that stored these frames, each with its cursor, and nothing else."""
    holder = Holder(phone)
    for frame in frames:
        holder.apply(frame)
    phone.cursor = frames[-1]["cursor"] if frames else None
    return holder


def sent_rows(frames: Frames) -> list[tuple[str, int]]:
    return [(row[1], row[2]) for frame in frames for row in frame["rows"]]


# Cuts


async def test_a_cut_after_any_frame_repeats_nothing(bo: Phone) -> None:
    frames = await whole_stream(bo)
    whole = after(bo, frames)
    for cut in range(len(frames) + 1):
        holder = after(bo, frames[:cut])
        rest = await bo.pull()
        for frame in rest:
            holder.apply(frame)
        assert sent_rows(rest) == sent_rows(frames[cut:]), f"cut after {cut} frames"
        assert holder.rows == whole.rows
        assert holder.digest == whole.digest
        assert holder.agrees()


@pytest.mark.one_database
@pytest.mark.parametrize("maker", [None, compressobj, zlib.compressobj])
async def test_a_cut_at_any_byte_leaves_whole_frames_and_part_of_one(
    bo: Phone, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the test above: wherever it is cut, at most one frame is sent again, whoever made the
    gzip."""
    gzip = maker is not None
    monkeypatch.setattr(server.exchange.gzip, "compressobj", maker)
    body = await fetch(bo, gzip=gzip)
    frames = read_frames(body, gzip=gzip)
    whole_at = [0]
    reader = zlib.decompressobj(31)
    for nth in range(len(body)):
        byte = body[nth : nth + 1]
        whole_at.append(whole_at[-1] + (reader.decompress(byte) if gzip else byte).count(b"\n"))
    steps = {later - sooner for sooner, later in zip(whole_at, whole_at[1:], strict=False)}
    assert steps == {0, 1}
    assert whole_at[-1] == len(frames)
    for cut in random.Random(1).sample(range(len(body)), CUTS):
        assert read_frames(body[:cut], gzip=gzip) == frames[: whole_at[cut]]


async def fetch(phone: Phone, *, gzip: bool) -> bytes:
    """A first pull as it travels."""
    headers = {"accept-encoding": "gzip" if gzip else "identity"}
    wish = {"device": phone.device, "cursor": None}
    async with phone.client.stream("POST", "/sync/pull", json=wish, headers=headers) as answer:
        assert answer.headers.get("content-encoding") == ("gzip" if gzip else None)
        return b"".join([piece async for piece in answer.aiter_raw()])


def read_frames(body: bytes, *, gzip: bool) -> Frames:
    """The whole frames of a body that may end anywhere."""
    plain = zlib.decompressobj(31).decompress(body) if gzip else body
    lines = plain.split(b"\n")[:-1]
    return [msgspec.json.decode(line) for line in lines]


@pytest.mark.parametrize("gzip", [False, True])
async def test_a_phone_that_vanishes_leaves_nothing_behind_and_goes_on(
    app: Starlette, bo: Phone, gzip: bool
) -> None:
    """The connection ends in the middle of an answer, more often than the server has readers."""
    whole = after(bo, await whole_stream(bo))
    size = len(await fetch(bo, gzip=gzip))
    for cut in random.Random(2).sample(range(size), CUTS):
        body = await cut_pull(app, bo, cut, gzip=gzip)
        holder = after(bo, read_frames(body[:cut], gzip=gzip))
        await holder.pull()
        assert holder.rows == whole.rows, f"cut at byte {cut}"
        assert holder.agrees()


async def cut_pull(app: Starlette, phone: Phone, cut: int, *, gzip: bool) -> bytes:
    """A first pull whose phone is gone after `cut` bytes."""
    body, wish = bytearray(), json.dumps({"device": phone.device, "cursor": None}).encode()
    asked = iter([{"type": "http.request", "body": wish, "more_body": False}])

    async def receive() -> Message:
        return next(asked)

    async def send(message: Message) -> None:
        body.extend(message.get("body", b""))
        if len(body) > cut:
            raise OSError("gone")

    encoding = b"gzip" if gzip else b"identity"
    cookie = "; ".join(f"{name}={value}" for name, value in phone.client.cookies.items())
    headers = [
        (b"host", b"127.0.0.1:8000"),
        (b"content-type", b"application/json"),
        (b"accept-encoding", encoding),
        (b"sec-fetch-site", b"same-origin"),
        (b"cookie", cookie.encode()),
    ]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": "POST",
    }
    scope |= {"path": "/sync/pull", "raw_path": b"/sync/pull", "query_string": b""}
    scope |= {"headers": headers, "scheme": "http", "server": ("127.0.0.1", 8000), "state": {}}
    scope |= {"client": ("127.0.0.1", 1), "http_version": "1.1", "root_path": ""}
    with suppress(OSError):
        await app(scope, receive, send)
    return bytes(body)


# Progress


async def test_what_waits_for_somebody_comes_first(bo: Phone, database: Database) -> None:
    async with database.read() as connection:
        found = await connection.execute(select(rows.c.id, rows.c.part))
        parts = {id: part for id, part in found}
    frames = await whole_stream(bo)
    sent = [(frame.get("part"), parts[row[1]]) for frame in frames for row in frame["rows"]]
    assert all(told == stored for told, stored in sent)
    assert sent == sorted(sent)


async def test_a_part_holds_what_its_word_says(bo: Phone, phone_of: PhoneOf) -> None:
    """First whoever waits, with the lead that is open; then one's own; what was said comes last,
    and with it what is over."""
    lin = await phone_of("lin")
    lead = (await Holder(bo).pull()).of("lead")[0]
    assert await say(bo, "closing", lead_id=lead.id, reason="no_need") is None
    for phone in (bo, lin):
        found: dict[tuple[str, bool], set[int]] = defaultdict(set)
        for frame in await whole_stream(phone):
            for entity, _, _, _, _, body, _ in frame["rows"]:
                waits = bool(body.get("open_lead_id")) or body.get("state") == "accepted"
                found[entity, waits].add(frame["part"])
        assert (found["customer", True], found["lead", True]) == ({0}, {0})
        assert found["customer", False] == {1}
        assert (found["lead", False], found["comment", False]) == ({2}, {2})


@pytest.mark.parametrize("seed", [0, *CHANGES_SEEDS])
async def test_progress_never_goes_back_and_ends_at_nothing_left(
    bo: Phone, phone_of: PhoneOf, database: Database, clock: MovableClock, seed: int
) -> None:
    """Also over a line that breaks after every frame, and while others write (seed 0: nobody)."""
    other = Changes(bo, await phone_of("lin"), database, clock, seed)
    told = []
    async for frame in broken_line(bo, Holder(bo)):
        if "part" in frame:
            told.append((frame["part"], frame["left"], frame["total"]))
        if seed:
            await other.change()
    assert [part for part, _, _ in told] == sorted(part for part, _, _ in told)
    left = [left for _, left, _ in told]
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0
    assert len({total for _, _, total in told}) == 1


async def broken_line(phone: Phone, holder: Holder) -> Any:
    """Every answer is cut after its first frame."""
    for _ in range(1000):
        frame = (await phone.pull())[0]
        holder.apply(frame)
        phone.cursor = frame["cursor"]
        yield frame
        if frame.get("head"):
            return
    raise AssertionError("never reaches the head")


async def test_what_lies_in_many_scopes_is_sent_once_and_the_largest_scope_goes_first(
    bo: Phone, phone_of: PhoneOf, sign_in: SignIn, database: Database, clock: MovableClock
) -> None:
    """Lin manages two stores and has customers of her own, at both and at neither's desk alone."""
    lin, hua = await phone_of("lin"), await sign_in("hua")
    await hua.patch("/api/staff/lin", json={"store_ids": [RENMIN, BINJIANG]})
    wu = await phone_of("wu")
    for nth in range(12):
        fields = customer(store_id=BINJIANG, phone=f"1394000{nth:04d}")
        await wu.push([wu.operation("customer", id := make_id(), fields)])
        if nth % 2:
            await give(database, clock, id, owner_id="lin")
    frames = await whole_stream(lin)
    sent = sent_rows(frames)
    assert len(sent) == len(set(sent))
    assert after(lin, frames).agrees()
    first = next(frame for frame in frames if frame.get("part") == 1 and frame["rows"])
    lanes = {first["s"][index] for row in first["rows"] for index in row[4]}
    assert f"desk:{RENMIN}" in lanes


@pytest.mark.parametrize(
    ("at", "batch", "then"),
    [
        ((0, 0, 0), (5, 31, True), (0, 0, 31)),
        ((0, 0, 31), (2, 37, False), (0, 1, 0)),
        ((0, 1, 0), (2, 38, False), (1, 0, 0)),
        ((1, 1, 12), (0, 0, False), (2, 0, 0)),
        ((2, 1, 0), (1, 39, False), None),
    ],
)
def test_parts_come_one_after_the_other_and_in_each_all_scopes_from_their_beginning(
    at: tuple[int, int, int], batch: tuple[int, int, bool], then: tuple[int, int, int] | None
) -> None:
    """(part, scope, after), and what was read there: rows, the last one's number, all that fit."""
    size, reached, is_full = batch
    read = backfill.Batch(size, reached, "", b"")
    gone_on = backfill.advance(Backfill(["a", "b"], 40, *at, 3, 99), read, 8, is_full=is_full)
    assert gone_on == (Backfill(["a", "b"], 40, *then, 8, 99) if then else None)


async def test_a_cursor_whose_turn_is_beyond_its_scopes_brings_what_it_says_and_ends(
    bo: Phone,
) -> None:
    """Anybody can write one; it costs its writer rows, and the server nothing."""
    frames = await whole_stream(bo)
    cursor = decode_cursor(frames[0]["cursor"])
    assert cursor.backfill is not None
    beyond = replace(cursor.backfill, nth=2**40)
    bo.cursor = encode_cursor(replace(cursor, backfill=beyond))
    assert (await bo.pull())[-1]["head"]


# What happens meanwhile


class Changes:
    """Others at work, at random: edits, comments, customers who change hands, are new or leave."""

    def __init__(
        self, bo: Phone, lin: Phone, database: Database, clock: MovableClock, seed: int
    ) -> None:
        self.bo, self.lin, self.database, self.clock = bo, lin, database, clock
        self.chance = random.Random(seed)
        self.count = 0

    async def change(self) -> None:
        self.count += 1
        if self.count > 30:
            return  # the phone must be able to catch up
        await self.chance.choice([self.edit, self.edit, self.comment, self.move, self.begin])()

    async def someone(self) -> str:
        async with self.database.read() as connection:
            people = select(rows.c.id).where(rows.c.entity == "customer").order_by(rows.c.id)
            return str(self.chance.choice((await connection.execute(people)).scalars().all()))

    async def edit(self) -> None:
        patch = {"need": f"改 {self.count}"}
        await self.lin.push([self.lin.operation("customer", await self.someone(), patch, base=0)])

    async def comment(self) -> None:
        told = note(await self.someone(), self.count)
        await self.lin.push([self.lin.operation("comment", make_id(), told)])

    async def move(self) -> None:
        """To a colleague and, sooner or later, back."""
        owner = self.chance.choice(["bo", "chen"])
        await give(self.database, self.clock, await self.someone(), owner_id=owner)

    async def begin(self) -> None:
        number = f"1392000{self.count:04d}"
        await self.lin.push(self_reception(self.lin, make_id(), phone=number))


@pytest.mark.parametrize("seed", CHANGES_SEEDS)
async def test_what_is_written_between_two_pieces_is_not_lost(
    bo: Phone, phone_of: PhoneOf, database: Database, clock: MovableClock, seed: int
) -> None:
    changes = Changes(bo, await phone_of("lin"), database, clock, seed)
    holder = Holder(bo)
    async for _ in broken_line(bo, holder):
        await changes.change()
    await holder.pull()
    fresh = await Holder(await phone_of("bo")).pull()
    assert holder.rows == fresh.rows, f"seed {seed}"
    assert holder.digest == fresh.digest
    assert holder.agrees()


@pytest.mark.parametrize("seed", CHANGES_SEEDS)
async def test_rights_given_and_taken_between_two_pieces_count(
    bo: Phone, phone_of: PhoneOf, sign_in: SignIn, database: Database, seed: int
) -> None:
    wu, lin, hua = await phone_of("wu"), await phone_of("lin"), await sign_in("hua")
    numbers = (f"1393000{nth:04d}" for nth in range(10))
    told = [customer(store_id=BINJIANG, phone=number) for number in numbers]
    await wu.push(*[[wu.operation("customer", make_id(), fields)] for fields in told])
    chance, holder, pieces = random.Random(seed), Holder(lin), 0
    async for _ in broken_line(lin, holder):
        pieces += 1
        if pieces % 3 == 0 and pieces < 40:
            stores = chance.choice([[RENMIN], [RENMIN, BINJIANG], [BINJIANG], []])
            answer = await hua.patch("/api/staff/lin", json={"store_ids": stores})
            assert answer.status_code == 204, answer.text
    await holder.pull()
    fresh = await Holder(await phone_of("lin")).pull()
    assert holder.rows == fresh.rows, f"seed {seed}"
    assert holder.agrees()
