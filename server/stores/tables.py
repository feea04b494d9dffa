"""Posters and what comes of them. Stores themselves are synced rows: phones hold them too."""

from sqlalchemy import BigInteger, Column, Integer, Text

from server.db import named_index, org_table

posters = org_table(
    "posters",
    Column("id", Text, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("revoked_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    # Whose personal code it is; NULL: the store's.
    Column("staff_id", Text),
    Column("ends_at", BigInteger),
    Column("replaced_by", Text),
    Column("ended_by", Text),
    Column("ended_at", BigInteger),
)
named_index(posters, "org_id", "code", unique=True)

# Days are of the store's own calendar, as 2026-11-23.
poster_scans = org_table(
    "poster_scans",
    Column("poster_id", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("scans", Integer, nullable=False),
    pk=("poster_id", "day"),
)

# Which code a registration came by. Ids only: it stays as a count when the person is erased.
poster_registrations = org_table(
    "poster_registrations",
    Column("poster_id", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("arrival_id", Text, nullable=False),
    Column("lead_id", Text, nullable=False),
    pk=("poster_id", "day", "arrival_id"),
)
