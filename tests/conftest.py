"""What every test stands on: both databases, a clock that moves when told, the app, the cast."""

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from server.app import create_app
from server.cli import calm_collector
from server.config import Config
from server.db import Database, open_database
from server.db.postgres import PostgresDatabase
from server.identity.sessions import COOKIE, start_session
from tests.cast import CODE, ORG, ZONE, found_xinju
from tests.phone import Phone
from tests.postgres import Postgres, create_schema, running_postgres

MONDAY_HALF_PAST_TEN = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo(ZONE))
ORIGIN = "http://127.0.0.1:8000"
LONG = {"slow", "browser"}
SMOKE = 3
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]

SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]
PhoneOf = Callable[[str], Awaitable[Phone]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--smoke", action="store_true", help=f"of each file with a database {SMOKE} tests only"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgresql: runs on PostgreSQL; not part of make quick")
    config.addinivalue_line(
        "markers", "one_database: is about something else than SQL; runs on SQLite only"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with long tests come first: what is short fills the workers up to a common end."""
    items[:] = [item for item in items if not is_needless(item)]
    if config.getoption("--smoke"):
        items[:] = smoke_of(items)
    long = {
        item.path for item in items if LONG.intersection(mark.name for mark in item.iter_markers())
    }
    items.sort(key=lambda item: item.path not in long)


def is_needless(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("one_database") and item.get_closest_marker("postgresql"))


def smoke_of(items: list[pytest.Item]) -> list[pytest.Item]:
    """What needs no database, and of each other file the first tests, once each."""
    seen: dict[Path, set[str]] = defaultdict(set)
    kept = []
    for item in items:
        names = seen[item.path]
        name = getattr(item, "originalname", item.name)
        if "database_url" not in getattr(item, "fixturenames", ()):
            kept.append(item)
        elif len(names) < SMOKE and name not in names and not item.get_closest_marker("slow"):
            names.add(name)
            kept.append(item)
    return kept


def pytest_collection_finish() -> None:
    """What is imported stays: nobody need look for cycles in it again and again."""
    calm_collector()


class MovableClock:
    """Store time stands still at Monday 10:30 until a test moves it. `now` is in ms."""

    def __init__(self) -> None:
        self.now = int(MONDAY_HALF_PAST_TEN.timestamp() * 1000)

    def __call__(self) -> int:
        return self.now

    def advance(self, **amount: float) -> int:
        """`advance(minutes=15)`, with the names of timedelta. Returns the new time."""
        self.now += int(timedelta(**amount).total_seconds() * 1000)
        return self.now


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server
        server.connection.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "shopbell.sqlite3"
    create_schema(make_url(f"sqlite:///{path}"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    return path


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the newest schema and nothing in it: each test runs once on each kind."""
    return empty_database(request, tmp_path)


def empty_database(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        return postgres.empty()
    path = folder / "shopbell.sqlite3"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Config:
    return Config(data=tmp_path, database_url=database_url, keys=("test key",), origin=ORIGIN)


@pytest.fixture(scope="session")
def kept_open() -> dict[str, Database]:
    """Closed, a database on PostgreSQL only lets its connections go. What it has compiled stays:
    every sixth second of their tests went into compiling the same statements anew."""
    return {}


@pytest.fixture
async def database(database_url: str, kept_open: dict[str, Database]) -> AsyncIterator[Database]:
    database = kept_open.get(database_url) or open_database(database_url)
    if isinstance(database, PostgresDatabase):
        kept_open[database_url] = database
    yield database
    await database.close()


@pytest.fixture
async def app(config: Config, clock: MovableClock, database: Database) -> AsyncIterator[Starlette]:
    """Running, without its background tasks: tests do by hand what these would do in time."""
    app = create_app(config, clock, database=database, tasks=())
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def xinju(database: Database, clock: MovableClock) -> str:
    """The organisation of `tests/cast.py`; returns its id."""
    await database.transact(lambda connection: found_xinju(connection, clock()))
    return ORG


@pytest.fixture
async def stranger(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody signed in with."""
    async with browser(app) as client:
        yield client


@pytest.fixture
async def sign_in(
    app: Starlette, database: Database, clock: MovableClock, xinju: str
) -> AsyncIterator[SignIn]:
    """`await sign_in("bo")` is a new browser in which Bo is signed in."""
    async with AsyncExitStack() as stack:

        async def signed_in(who: str) -> httpx.AsyncClient:
            client = await stack.enter_async_context(browser(app))
            cookie = await database.transact(
                lambda connection: start_session(connection, xinju, CODE, who, clock())
            )
            client.cookies.set(COOKIE, cookie)
            return client

        yield signed_in


@pytest.fixture
async def phone_of(sign_in: SignIn, clock: MovableClock) -> PhoneOf:
    """`await phone_of("bo")` is a new phone of Bo's, signed in and enrolled."""

    async def enrolled(who: str) -> Phone:
        return await Phone(await sign_in(who), clock).enrol()

    return enrolled


@pytest.fixture
async def lin(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("lin")


@pytest.fixture
async def qiao(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("qiao")


@pytest.fixture
async def bo(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("bo")


@pytest.fixture
async def chen(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("chen")


@pytest.fixture
async def wu(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("wu")


@pytest.fixture
async def xia(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("xia")


@pytest.fixture
async def hua(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("hua")


def browser(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url=ORIGIN,
        headers={"sec-fetch-site": "same-origin"},
    )
