"""The choice between the two databases that exist."""

from sqlalchemy.engine import make_url

from server.db.database import Database
from server.db.postgres import PostgresDatabase
from server.db.sqlite import SqliteDatabase


def open_database(url: str) -> Database:
    """`url` is `sqlite:///path/to/file` or `postgresql://…`. Connects when first needed."""
    backend = make_url(url).get_backend_name()
    return SqliteDatabase(url) if backend == "sqlite" else PostgresDatabase(url)
