"""A poster on the wall, a stranger in front of it; robots in the groups of the store."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from server.config import Config
from server.db import Database
from server.notify.sender import Sender, open_sender
from server.stores.posters import Poster
from server.stores.queries import hang_poster
from tests.cast import CODE, ORG, RENMIN
from tests.conftest import MovableClock
from tests.server.pool_stage import Pool
from tests.server.ringing import Chat, hang
from tests.server.robot import ROBOTS, Robot, robot_on_loopback
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


@pytest.fixture
async def robot(database: Database, clock: MovableClock, xinju: str) -> AsyncIterator[Robot]:
    async with robot_on_loopback(clock) as robot:
        await hang(database, robot)
        yield robot


@pytest.fixture(params=list(ROBOTS))
async def any_robot(
    request: pytest.FixtureRequest, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[Robot]:
    async with robot_on_loopback(clock, request.param) as robot:
        await hang(database, robot)
        yield robot


@pytest.fixture
async def sender(config: Config, database: Database, clock: MovableClock) -> AsyncIterator[Sender]:
    async with open_sender(config, database, clock) as sender:
        yield sender


@pytest.fixture
def chat(database: Database, clock: MovableClock, robot: Robot, sender: Sender) -> Chat:
    return Chat(database, clock, robot, sender)


@pytest.fixture
def any_chat(database: Database, clock: MovableClock, any_robot: Robot, sender: Sender) -> Chat:
    return Chat(database, clock, any_robot, sender)


@pytest.fixture
async def pool(app: Starlette, database: Database, clock: MovableClock, xinju: str) -> Pool:
    return await Pool(app, database, clock).open()
