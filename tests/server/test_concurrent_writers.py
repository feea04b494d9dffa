"""Several writers at once: readers skip nothing, trees move whole, nothing happens twice."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from server.db import Database
from server.exchange.entities import ENTITIES
from server.rows import read_row
from server.rows.tables import (
    RECORD,
    aliases,
    deadlines,
    digests,
    feed,
    history,
    keys,
    pushes,
)
from sync import Row, digest_of
from tests.conftest import MovableClock
from tests.server.crowd import SELLERS, TALLY, Crowd, Server, open_server
from tests.server.held import Holder

SERVERS = 3
WRITES = 400
"""Six at a time: a thousand pairs of writes that overlap."""
SOAK_SEEDS = 100
"""Many short lives rather than one long: a customer of 500 contacts is slow to move."""
PROCESSES, PROCESS_WRITES = 2, 40
LONGEST_S = 600

pytestmark = pytest.mark.slow


class Scene(NamedTuple):
    servers: list[Server]
    clock: MovableClock
    stack: AsyncExitStack


@pytest.fixture
async def scene(
    database_url: str, tmp_path: Path, clock: MovableClock, xinju: str
) -> AsyncIterator[Scene]:
    """As many servers as the database bears: SQLite takes one process only."""
    is_postgres = make_url(database_url).get_backend_name() == "postgresql"
    async with AsyncExitStack() as stack:
        count = SERVERS if is_postgres else 1
        servers = [await open_server(database_url, tmp_path, clock, stack) for _ in range(count)]
        yield Scene(servers, clock, stack)


@pytest.fixture(autouse=True)
def nothing_fails_behind_the_scenes(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_thousand_pairs_of_writes_at_once(scene: Scene) -> None:
    await act(scene, seed=20261123)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SOAK_SEEDS))
async def test_a_hundred_thousand_pairs_of_writes_at_once(scene: Scene, seed: int) -> None:
    await act(scene, seed)


async def act(scene: Scene, seed: int) -> None:
    writes = WRITES if len(scene.servers) > 1 else WRITES // 4
    crowd = Crowd(scene.servers, scene.clock, seed, await enrol_readers(scene))
    try:
        async with asyncio.timeout(LONGEST_S):
            await crowd.work(writes)
            await settle(scene)
        state = await check(scene, crowd)
        check_nothing_lost(state, crowd)
        assert state.pushed == sum(map(len, crowd.sent.values()))
        assert state.tallies == crowd.tallies > 0
    except Exception as error:
        raise AssertionError(f"seed {seed}: {error!r}") from error


async def enrol_readers(scene: Scene) -> list[Holder]:
    """One for each person, each at another server than the last."""
    return [
        Holder(await scene.servers[nth % len(scene.servers)].enrol(who, scene.stack))
        for nth, who in enumerate(SELLERS)
    ]


async def settle(scene: Scene) -> None:
    """All workers do what is due, at once, until nothing is."""
    scene.clock.advance(hours=1)
    while any(await asyncio.gather(*(each.worker.tick(scene.clock()) for each in scene.servers))):
        pass


class State(NamedTuple):
    """The whole database, once nobody writes."""

    rows: dict[str, Row]
    feed: set[tuple[str, int, str]]
    digests: dict[str, tuple[int, int, int]]
    keys: list[str]
    aliases: dict[str, str]
    values: set[str]
    pushed: int
    due: int

    @property
    def tallies(self) -> int:
        return sum(row.body.get(TALLY, 0) for row in self.rows.values())


async def read_state(database: Database, now: int) -> State:
    async with database.read() as connection:
        run = connection.execute
        held = [read_row(each) for each in (await run(select(*RECORD))).mappings()]
        entries = select(feed.c.scope, feed.c.seq, feed.c.id)
        sums = select(digests.c.scope, digests.c.rows, digests.c.hi, digests.c.lo)
        names = select(aliases.c.alias_id, aliases.c.row_id)
        open_ones = deadlines.c.fired_at.is_(None) & deadlines.c.cancelled_at.is_(None)
        due = (
            select(func.count()).select_from(deadlines).where(open_ones, deadlines.c.due_at <= now)
        )
        return State(
            rows={row.id: row for row in held},
            feed={(scope, seq, id) for scope, seq, id in await run(entries)},
            digests={scope: (n, hi, lo) for scope, n, hi, lo in await run(sums)},
            keys=list((await run(select(keys.c.value))).scalars()),
            aliases={alias: id for alias, id in await run(names)},
            values=set((await run(select(history.c.value))).scalars()),
            pushed=int((await run(select(func.sum(pushes.c.count)))).scalar() or 0),
            due=int((await run(due)).scalar() or 0),
        )


# What must hold


async def check(scene: Scene, crowd: Crowd) -> State:
    await check_readers(scene, crowd.readers)
    state = await read_state(scene.servers[0].database, scene.clock())
    check_trees(state)
    check_feed(state)
    check_customers(state)
    return state


async def check_readers(scene: Scene, holders: list[Holder]) -> None:
    """Whoever read tails all the time has what a phone has that starts now."""
    for holder, who in zip(holders, SELLERS, strict=True):
        await holder.pull()
        fresh = await Holder(await scene.servers[0].enrol(who, scene.stack)).pull()
        assert holder.rows == fresh.rows, who
        assert holder.agrees()
        assert fresh.agrees()


def check_trees(state: State) -> None:
    """No child escapes: every row is where its root says."""
    for row in state.rows.values():
        root = state.rows[row.root]
        placed = () if row.deleted else ENTITIES[row.entity].place(row, root)
        assert row.scopes == tuple(placed), f"{row.entity} {row.id}"


def check_feed(state: State) -> None:
    """Feed and digests say exactly what the rows say."""
    live = list(state.rows.values())
    assert state.feed == {(scope, row.seq, row.id) for row in live for scope in row.scopes}
    for scope, told in state.digests.items():
        held = [(row.entity, row.id, row.seq) for row in live if scope in row.scopes]
        assert tuple(digest_of(held)) == told, scope
    assert len({row.seq for row in live}) == len(live)


def check_customers(state: State) -> None:
    """One record a number, one open lead a customer and store, one open offer a lead."""
    of = {kind: [r for r in state.rows.values() if r.entity == kind] for kind in ENTITIES}
    people = [row for row in of["customer"] if not row.deleted]
    waiting = [lead for lead in of["lead"] if lead.body["state"] != "closed"]
    offers = [offer for offer in of["offer"] if offer.body["state"] == "open"]
    for counted in (
        Counter(row.body["phone"] for row in people),
        Counter((lead.root, lead.body["store_id"]) for lead in waiting),
        Counter(offer.body["lead_id"] for offer in offers),
    ):
        assert set(counted.values()) <= {1}, counted.most_common(1)
    assert state.due == 0


def check_nothing_lost(state: State, crowd: Crowd) -> None:
    """Everything acknowledged is a row, part of one, or kept as a refusal; no edit is forgotten."""
    refused = {
        (row.body["device"], row.body["seq"])
        for row in state.rows.values()
        if row.entity == "refusal"
    }
    needs = state.values | {f'"{row.body.get("need")}"' for row in state.rows.values()}
    for device, operations in crowd.sent.items():
        assert [each["n"] for each in operations] == list(range(1, len(operations) + 1))
        for each in operations:
            if (device, each["n"]) in refused:
                continue
            assert each["i"] in state.rows or each["i"] in state.aliases, each
            assert "b" not in each or f'"{each["f"]["need"]}"' in needs, each


# True processes


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
async def test_processes_that_know_nothing_of_each_other(scene: Scene, database_url: str) -> None:
    command = [sys.executable, "-m", "tests.server.crowd", database_url]
    crowd = Crowd(scene.servers[:1], scene.clock, 7, await enrol_readers(scene))
    pipe = asyncio.subprocess.PIPE
    started = [
        await asyncio.create_subprocess_exec(*command, str(seed), str(PROCESS_WRITES), stdout=pipe)
        for seed in range(PROCESSES)
    ]
    async with asyncio.timeout(LONGEST_S):
        while any(each.returncode is None for each in started):
            await crowd.work(crowd.writes + 1)
        outputs = [(await each.communicate())[0].split() for each in started]
        await settle(scene)
    assert [each.returncode for each in started] == [0] * PROCESSES
    state = await check(scene, crowd)
    tallies, operations = (sum(map(int, column)) for column in zip(*outputs, strict=True))
    assert state.pushed == operations + sum(map(len, crowd.sent.values()))
    assert state.tallies == tallies + crowd.tallies
