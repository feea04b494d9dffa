"""A poster on the wall of the store, and a stranger in front of it."""

import httpx
import pytest

from server.config import Config
from server.db import Database
from server.stores.posters import Poster
from server.stores.queries import hang_poster
from tests.cast import CODE, ORG, RENMIN
from tests.conftest import MovableClock
from tests.server.visitor import Visitor


@pytest.fixture
async def poster(database: Database, clock: MovableClock, xinju: str) -> Poster:
    return await database.transact(
        lambda connection: hang_poster(
            connection, ORG, CODE, RENMIN, "门口", bytes(range(10)), clock()
        )
    )


@pytest.fixture
def sun(
    stranger: httpx.AsyncClient, config: Config, clock: MovableClock, poster: Poster
) -> Visitor:
    """Mr Sun, whom nobody knows yet."""
    return Visitor(stranger, config, clock, poster)
