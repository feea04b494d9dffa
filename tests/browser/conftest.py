"""A theatre for each test that asks for one; everything it started ends with it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.stage import found_company
from tests.browser.theatre import Theatre, opened


@pytest.fixture
def theatre(tmp_path: Path) -> Iterator[Theatre]:
    """The company of `company.py`, with nothing in it yet."""
    with opened(tmp_path, lambda stage: asyncio.run(found_company(stage))) as theatre:
        yield theatre
