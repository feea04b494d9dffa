"""Chat robots and mailboxes, and the messages that wait for them."""

from sqlalchemy import BigInteger, Column, Index, Integer, Text

from server.db import named_index, org_table
from server.notify.vault import SEALED

# A mailbox is a robot that writes to one person: kind 'mail', `staff_id`, and no store. So is a
# phone that wants to be rung while the app is closed: kind 'push', until its device is revoked.
# `url` and `secret` are secrets: whoever has them can post. `vault` encrypts them. `next_at` and
# `sent` (the ms of the sends of the last minute) keep the pace across restarts and processes;
# `leased_until` says that one of them is sending now, and is the token by which it knows that this
# is still true.
robots = org_table(
    "robots",
    Column("id", Text, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("url", Text, nullable=False, info=SEALED),
    Column("enabled", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False, default=0),
    Column("sent", Text, nullable=False, default="[]"),
    Column("secret", Text, info=SEALED),
    Column("staff_id", Text),
    Column("leased_until", BigInteger, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("sent_at", BigInteger),
    Column("error", Text),  # a code; None since the last success
    Column("detail", Text),  # the other side's own words
    Column("error_at", BigInteger),
    Column("device_id", Text),
    Column("name", Text, nullable=False, server_default=""),
    Column("urgent_only", Integer, nullable=False, server_default="0"),
)
named_index(robots, "org_id", "store_id")
named_index(robots, "org_id", "staff_id")

# `target` is the robot's id. Waiting: neither sent_at nor failed_at. `priority` 0 jumps the queue;
# `due_at` is when it was rung. `lead_id` and `to_id`: what is acknowledged, and by whom.
# `parcel`: the digest it was put into, which is sent again as it was, whoever died with it.
# `about`: the ids of the customers whom it names, as JSON; None: it is older than this column.
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
    Column("detail", Text),
    Column("lead_id", Text),
    Column("to_id", Text),
    Column("parcel", Text),
    Column("about", Text),
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
# What a robot still has to say or has given up, for its queue and for the settings.
Index(
    "ix_notifications_unsent",
    notifications.c.org_id,
    notifications.c.target,
    sqlite_where=notifications.c.sent_at.is_(None),
    postgresql_where=notifications.c.sent_at.is_(None),
)

WAITING = notifications.c.sent_at.is_(None) & notifications.c.failed_at.is_(None)
