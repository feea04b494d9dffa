"""The committed migrations make exactly the schema that the code describes."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable

from server.db import Database, metadata, open_database
from server.db.direct import Direct
from server.db.migrate import is_current, migrate
from tests.cast import RENMIN
from tests.conftest import DATABASES
from tests.phone import Phone
from tests.postgres import Postgres

ZHAO = "01890000-0000-7000-8000-00000000000a"


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.fresh("migrated")


async def migrated(url: str) -> Database:
    database = open_database(url)
    await migrate(database)
    return database


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def key_columns(connection: Connection) -> dict[str, list[str]]:
    inspector = inspect(connection)
    return {
        name: inspector.get_pk_constraint(name)["constrained_columns"] for name in metadata.tables
    }


async def test_a_migrated_database_is_what_the_code_describes(empty_url: str) -> None:
    database = await migrated(empty_url)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(key_columns) == {
            name: [column.name for column in table.primary_key.columns]
            for name, table in metadata.tables.items()
        }
    await database.close()


async def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    database = await migrated(empty_url)
    await migrate(database)
    async with database.read() as connection:
        assert await is_current(connection)
    await database.close()


async def test_rows_from_before_travel_as_they_would_now(
    database: Database, phone_of: Callable[[str], Awaitable[Phone]]
) -> None:
    bo = await phone_of("bo")
    customer = {"name": '赵"女士', "store_id": RENMIN}
    answer = await bo.push([bo.operation("customer", ZHAO, customer)])
    assert answer.json().get("except") is None
    async with database.read() as connection:
        written = await lines_of(connection)
    async with database.write() as connection:
        for column in ("opening", "closing"):
            await connection.execute(text(f"ALTER TABLE rows DROP COLUMN {column}"))
        await connection.run_sync(run_again, "0007_as_it_travels")
        assert await lines_of(connection) == written
    assert {line[-1].startswith(',["bo",') for line in written} == {True, False}


async def lines_of(connection: AsyncConnection | Direct) -> list[tuple[str, ...]]:
    found = await connection.execute(text("SELECT opening, body, closing FROM rows ORDER BY id"))
    return [tuple(line) for line in found]


def run_again(connection: Connection, name: str) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        import_module(f"server.migrations.versions.{name}").upgrade()


def described_on_sqlite() -> set[str]:
    """As SQLite words it, which includes the options that the comparison does not look at."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(CreateTable(table))
            for index in table.indexes:
                connection.execute(CreateIndex(index))
        words = stored_words(connection)
    engine.dispose()
    return words


def stored_words(connection: Connection) -> set[str]:
    stored = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {" ".join(str(row.sql).split()) for row in stored if "alembic" not in row.sql}


async def test_on_sqlite_the_migration_is_worded_like_the_code(tmp_path: Path) -> None:
    database = await migrated(f"sqlite:///{tmp_path / 'worded.sqlite3'}")
    async with database.read() as connection:
        assert await connection.run_sync(stored_words) == described_on_sqlite()
    await database.close()
