"""What a phone has to fetch, held to the budgets."""

import pytest

from tests.browser import weights
from tests.browser.budgets import (
    A_LATER_PIECE_BYTES,
    MARKUP_BYTES,
    PRECACHE_BYTES,
    SCRIPTS_BYTES,
)

pytestmark = pytest.mark.browser


def test_the_first_page_is_light_enough_for_a_weak_link() -> None:
    needed = weights.first_page()
    assert {name.split("-")[0] for name in needed} > {"index", "frame"}, "imports are found"
    assert weights.scripts_before_a_tap() <= SCRIPTS_BYTES
    assert weights.markup() <= MARKUP_BYTES


def test_no_later_page_is_heavy() -> None:
    pieces = weights.later_pieces()
    assert {"Customer", "Desk", "Scan", "en"} < {name.split("-")[0] for name in pieces}
    assert {name: n for name, n in pieces.items() if n > A_LATER_PIECE_BYTES} == {}


def test_what_is_fetched_ahead_is_everything_but_the_scanners_machine() -> None:
    ahead = weights.precached()
    scripts = {f"assets/{path.name}" for path in weights.scripts()}
    assert scripts < ahead
    assert not [path for path in ahead if path.endswith(".wasm")]
    assert weights.precache() <= PRECACHE_BYTES
