"""Posters. Stores themselves are synced rows: phones hold them too."""

from sqlalchemy import BigInteger, Column, Text

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
)
named_index(posters, "org_id", "code", unique=True)
