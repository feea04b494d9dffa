"""How many leads each person has received at each store: what makes routing fair."""

from sqlalchemy import BigInteger, Column, Integer, Text

from server.db import org_table

turns = org_table(
    "turns",
    Column("store_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("received", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    pk=("store_id", "staff_id"),
)
