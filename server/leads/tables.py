"""What makes routing fair, and proves it: whose turn it is, and what each day brought whom."""

from sqlalchemy import BigInteger, Column, Integer, Text

from server.db import org_table

# See `Turn` in turns.py.
turns = org_table(
    "turns",
    Column("store_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("received", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False, server_default="0"),
    Column("present_at", BigInteger, nullable=False, server_default="0"),
    pk=("store_id", "staff_id"),
)

# A day of the store's own calendar, as 2026-11-23. `entitled` in parts of a LEAD: this person's
# share, by weight, of each lead that came while they could have had it.
tallies = org_table(
    "tallies",
    Column("store_id", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("entitled", BigInteger, nullable=False),
    Column("received", Integer, nullable=False),
    pk=("store_id", "day", "staff_id"),
)
