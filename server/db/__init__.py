"""The database: one metadata, one door to read, one to write, on SQLite and PostgreSQL."""

from server.db.among import as_list, listed
from server.db.bulk import bulk_insert, bulk_upsert, insert_into
from server.db.connection import Connection
from server.db.database import Database
from server.db.dialects import gathered, spelled, utf8
from server.db.lookup import fetch, fetch_one, run_each
from server.db.metadata import Encoded, metadata, named_index, org_table
from server.db.opening import open_database

__all__ = [
    "Connection",
    "Database",
    "Encoded",
    "as_list",
    "bulk_insert",
    "bulk_upsert",
    "fetch",
    "fetch_one",
    "gathered",
    "insert_into",
    "listed",
    "metadata",
    "named_index",
    "open_database",
    "org_table",
    "run_each",
    "spelled",
    "utf8",
]
