"""The database: one metadata, one door to read, one to write, on SQLite and PostgreSQL."""

from server.db.among import among
from server.db.bulk import bulk_insert, bulk_upsert, insert_into
from server.db.database import Database
from server.db.dialects import spelled
from server.db.lookup import fetch
from server.db.metadata import metadata, named_index, org_table
from server.db.opening import open_database

__all__ = [
    "among",
    "Database",
    "bulk_insert",
    "bulk_upsert",
    "fetch",
    "insert_into",
    "metadata",
    "named_index",
    "open_database",
    "org_table",
    "spelled",
]
