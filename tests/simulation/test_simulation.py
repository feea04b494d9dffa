"""The whole exchange, with the real server over a real database, from seeds."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

import server.app  # noqa: F401  every table, through every slice
from server.exchange import backfill, page, pull
from tests.postgres import create_schema
from tests.simulation.acts import ACTS
from tests.simulation.checks import check, check_phones
from tests.simulation.deciding import put_right
from tests.simulation.driver import Crash
from tests.simulation.erasing import ERASING
from tests.simulation.kin import KIN
from tests.simulation.world import World
from tests.simulation.writing import WRITINGS

PAGE_ROWS, FRAME_BYTES = 60, 6_000
"""Small enough that a pull takes several, and is cut between them."""

SEEDS = (0, 1, 2, 4)
STEPS = 3_600
FAILED_ONCE = ((0, 120), (32, 1_000), (3, 4_500), (1_015, 3_700), (1_081, 3_300))
"""(seed, steps) of runs that found something; they stay."""

SOAK_SEEDS, SOAK_STEPS = range(1_000, 1_200), 5_000
NEEDED = (
    "same-field conflict",
    "refused",
    "judged again",
    "duplicate",
    "unmerge",
    "eviction with pending work",
    "crash",
    "sent again",
)
SOAK_LEAST = 1_000
LEAST = {
    "same-field conflict": 100,
    "refused": 100,
    "judged again": 5,
    "judged again and accepted": 1,
    "duplicate": 50,
    "merge by decision": 1,
    "unmerge": 5,
    "correction": 5,
    "deletion": 1,
    "eviction with pending work": 20,
    "crash": 50,
    "crash at a frame": 5,
    "mismatch": 20,
    "rebirth": 5,
    "replay": 100,
    "gap": 3,
    "resync": 10,
    "dropped scope": 10,
    "differing digest": 3,
    "restored backup": 5,
    "put back": 3,
    "sent again": 40,
    "enrolled again": 1,
    "copied phone": 2,
    "pushes in company": 20,
    "late answer": 20,
    "change of rights": 10,
    "signed in again": 1,
}
"""What the runs of one `make test` must meet, so that a simulation which no longer exercises
anything does not pass for a good one. A fraction of what they do meet."""

played: dict[int, Counter[str]] = {}
"""What each of SEEDS met, once it has been played."""


class Faults(logging.Handler):
    """Errors that the server survived: those are allowed that a crash explains, and what a phone
    whose cache was spoiled reports."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, Crash) and record.getMessage() != "digests differ":
            self.records.append(f"{record.getMessage()}: {error!r}")


@contextmanager
def faults_noted() -> Iterator[Faults]:
    log, faults = logging.getLogger("shopbell"), Faults()
    log.addHandler(faults)
    log.propagate, before = False, log.propagate
    try:
        yield faults
    except BaseException as error:
        error.add_note(str(faults.records))
        raise
    finally:
        log.removeHandler(faults)
        log.propagate = before


async def play(seed: int, steps: int, path: Path) -> World:
    world = World(seed, path)
    try:
        await world.begin()
        await world.run(steps, ACTS)
        await world.settle()
        await check(world)
        await check_phones(world)
    except BaseException as error:
        error.add_note(f"seed {seed}, step {world.steps} of {steps}")
        raise
    finally:
        await world.exchange.close()
    return world


def run(seed: int, steps: int) -> World:
    """One run in a folder of its own, with small frames."""
    folder = Path(tempfile.mkdtemp(prefix="simulation"))
    try:
        create_schema(make_url(f"sqlite:///{folder / 'shopbell.sqlite3'}"))
        with small_frames(), faults_noted() as faults:
            world = asyncio.run(play(seed, steps, folder / "shopbell.sqlite3"))
        assert not faults.records
        return world
    finally:
        shutil.rmtree(folder)


@contextmanager
def small_frames() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "PAGE_ROWS", PAGE_ROWS)
        patch.setattr(pull, "FRAME_BYTES", FRAME_BYTES)
        patch.setattr(backfill, "FRAME_BYTES", FRAME_BYTES)
        yield


def count(seed: int) -> Counter[str]:
    return run(seed, SOAK_STEPS).counts


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_phones_and_server_agree_whatever_happens(seed: int) -> None:
    played[seed] = run(seed, STEPS).counts


@pytest.mark.slow
def test_the_runs_met_everything_they_are_for() -> None:
    met: Counter[str] = Counter()
    for seed in SEEDS:
        if seed not in played:
            played[seed] = run(seed, STEPS).counts
        met.update(played[seed])
    print(sorted(met.items()))
    assert {name: met[name] for name, least in LEAST.items() if met[name] < least} == {}


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "steps"), FAILED_ONCE)
def test_what_failed_once_does_not_fail_again(seed: int, steps: int) -> None:
    run(seed, steps)


def test_a_short_run_agrees_too() -> None:
    run(7, 250)


def test_contacts_and_their_numbers_agree_too() -> None:
    with pytest.MonkeyPatch.context() as patch:
        for writing, weight in KIN.items():
            patch.setitem(WRITINGS, writing, weight)
        run(11, 900)


def test_registrations_put_right_agree_too() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(WRITINGS, put_right, 40)
        assert run(25, 900).counts["correction"]


def test_phones_and_server_agree_while_customers_are_erased() -> None:
    with pytest.MonkeyPatch.context() as patch:
        for act, weight in ERASING.items():
            patch.setitem(ACTS, act, weight)
        met = run(13, 1_200).counts
    assert met["erasure"]
    assert met["refused erased"]


def test_the_same_seed_gives_the_same_run() -> None:
    one, other = run(5, 200), run(5, 200)
    assert one.outcomes == other.outcomes
    assert one.counts == other.counts


@pytest.mark.soak
def test_a_million_steps_agree_and_meet_everything_a_thousand_times() -> None:
    counted: Counter[str] = Counter()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for each in pool.map(count, SOAK_SEEDS):
            counted.update(each)
    print(sorted(counted.items()))
    assert {name: counted[name] for name in NEEDED if counted[name] < SOAK_LEAST} == {}
