"""What an exchange weighs: a phone on a bad line pays for every byte (law 32)."""

import json

from starlette.applications import Starlette

from server.db import Database
from tests.conftest import MovableClock
from tests.vectors.bytes import FILE, Sizes, compressors, weigh

MARGIN = 0.08
HOW_TO = "run `python -m tests.vectors.bytes` if it is meant"


async def test_the_exchanges_weigh_what_they_weighed(
    app: Starlette, database: Database, clock: MovableClock, xinju: str
) -> None:
    committed = json.loads(FILE.read_text())
    made_by = committed.pop("compressors")
    sizes = await weigh(app, database, clock)
    if made_by == compressors():
        assert sizes == committed, HOW_TO
    else:
        assert squeezed_out(sizes) == squeezed_out(committed), HOW_TO
        for what, told in committed.items():
            assert abs(sizes[what]["gzip"] - told["gzip"]) <= MARGIN * told["gzip"], HOW_TO


def squeezed_out(sizes: Sizes) -> Sizes:
    """Without what depends on the make of the compressor."""
    return {what: {k: v for k, v in each.items() if k != "gzip"} for what, each in sizes.items()}


def test_an_idle_pull_and_an_answer_stay_small() -> None:
    """A phone asks every few minutes all day long."""
    committed = json.loads(FILE.read_text())
    assert committed["idle pull"]["plain"] < 512
    assert committed["push of 50 one-field edits"]["answer"] < 128
