"""Chat robots, and the messages that wait for them."""

from sqlalchemy import BigInteger, Column, Index, Integer, Text

from server.db import named_index, org_table

# `url` is a secret: whoever has it can post. `next_at` and `sent` (the ms of the sends of the last
# minute) keep the robot's pace across restarts and processes.
robots = org_table(
    "robots",
    Column("id", Text, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False, default=0),
    Column("sent", Text, nullable=False, default="[]"),
)
named_index(robots, "org_id", "store_id")

# `target` is the robot's id. Waiting: neither sent_at nor failed_at. `priority` 0 jumps the queue.
notifications = org_table(
    "notifications",
    Column("id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("dedupe_key", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("sent_at", BigInteger),
    Column("failed_at", BigInteger),
    Column("error", Text),
    rowid=True,
)
named_index(notifications, "org_id", "dedupe_key", unique=True)
# The sender looks across organisations for what waits.
Index(
    "ix_notifications_due",
    notifications.c.due_at,
    sqlite_where=notifications.c.sent_at.is_(None) & notifications.c.failed_at.is_(None),
    postgresql_where=notifications.c.sent_at.is_(None) & notifications.c.failed_at.is_(None),
)
