"""A theatre for each test that asks for one; everything it started ends with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.stage import found_company
from tests.browser.theatre import Theatre, opened


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """For a file at most: while it is there, nothing else can wait in this thread."""
    with sync_playwright() as started:
        yield started


@pytest.fixture
def theatre(playwright: Playwright, tmp_path: Path) -> Iterator[Theatre]:
    """The company of `company.py`, with nothing in it yet."""
    with opened(playwright, tmp_path, found_company) as theatre:
        yield theatre
