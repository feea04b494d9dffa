"""What a phone has to fetch, counted in the build itself."""

import gzip
import re
from pathlib import Path

import pytest

from tests.browser.stage import BUILT

MOST_BEFORE_A_TAP = 90_000
STATIC_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["']\./([\w.-]+\.js)["']""")
pytestmark = pytest.mark.browser


def test_the_first_page_is_light_enough_for_a_weak_link() -> None:
    page = (BUILT / "index.html").read_text()
    (today,) = (BUILT / "assets").glob("Today-*.js")
    named = re.findall(r"/assets/([\w.-]+\.js)", page)
    needed = with_imports({*named, today.name})
    assert {*named, today.name} < needed, "imports are found"
    assert sum(weight(name) for name in needed) <= MOST_BEFORE_A_TAP


def with_imports(names: set[str]) -> set[str]:
    """And all that they cannot run without."""
    found: set[str] = set()
    while left := names - found:
        found |= left
        names = names | {each for name in left for each in STATIC_IMPORT.findall(text_of(name))}
    return found


def weight(name: str) -> int:
    """As the server sends it."""
    return len(gzip.compress(path_of(name).read_bytes(), 6))


def text_of(name: str) -> str:
    return path_of(name).read_text()


def path_of(name: str) -> Path:
    return BUILT / "assets" / name
