"""Accounts and their secrets. What other phones may know of a person is a synced `staff` row."""

from sqlalchemy import BigInteger, Column, Integer, Text

from server.db import named_index, org_table

organisations = org_table(
    "organisations",
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    pk=(),
)

staff_accounts = org_table(
    "staff_accounts",
    Column("id", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("phone", Text),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("store_ids", Text, nullable=False),  # JSON array
    Column("accepts_leads", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("rights_at", BigInteger),  # when role, stores, leads or state last changed
)
named_index(staff_accounts, "org_id", "login", unique=True)
named_index(staff_accounts, "org_id", "phone", unique=True)

# What somebody might do until a moment, kept whenever it changes. Rows are only ever added.
rights = org_table(
    "rights",
    Column("staff_id", Text, nullable=False),
    Column("until_at", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("store_ids", Text, nullable=False),  # JSON array
    Column("accepts_leads", Integer, nullable=False),
    Column("state", Text, nullable=False),
    pk=("staff_id", "until_at"),
)

sessions = org_table(
    "sessions",
    Column("token_hash", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("device_id", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    pk=("token_hash",),
)

devices = org_table(
    "devices",
    Column("id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("shared", Integer, nullable=False),
    Column("pin_hash", Text),
    Column("pin_failures", Integer, nullable=False, default=0),
    # The exchange keeps these: the next operation it expects, the last contact, the clock's error.
    Column("next_seq", BigInteger, nullable=False, default=1),
    Column("contact_at", BigInteger),
    Column("contact_seq", BigInteger),
    Column("skew_ms", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("revoked_why", Text),
    # Reported by the phone with each pull; in memory first, see reports.py.
    Column("last_seen_at", BigInteger),
    Column("pending", Integer),
    Column("oldest_pending_at", BigInteger),
)
named_index(devices, "org_id", "staff_id")

# What a browser threw away with somebody's outbox, as their phone told of it afterwards.
losses = org_table(
    "losses",
    Column("id", Text, nullable=False),  # made by the phone
    Column("staff_id", Text, nullable=False),
    Column("found_at", BigInteger, nullable=False),
    Column("records", Integer),  # null: nobody knows
    Column("photos", Integer),
    Column("oldest_at", BigInteger),  # the phone's own clock
    pk=("id", "staff_id"),
)
