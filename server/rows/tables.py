"""The one representation of everything synced: rows, and the feed that says who may have them."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text, text

from server.db import Encoded, named_index, org_table

MARK = "\x01"
"""Where the reader's scope indexes go in a row that travels. JSON never has this character."""

rows = org_table(
    "rows",
    Column("id", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("born", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("captured_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("device", Text, nullable=False),
    Column("author", Text),
    Column("part", Integer, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("body", Encoded, nullable=False),
    Column("stamps", Encoded, nullable=False),
    Column("deleted", Integer, nullable=False),
    # What stands around the body as a row travels: whole pages go out as they are stored.
    Column("opening", Encoded, nullable=False, server_default=""),
    Column("closing", Encoded, nullable=False, server_default=""),
    rowid=True,
)
RECORD = [column for column in rows.c if column.name not in ("opening", "closing")]
named_index(rows, "org_id", "root")
# What says where staff were, by age: it is rounded when it is old.
PRECISE = text("entity IN ('visit', 'refusal')")
Index(
    "ix_rows_precise",
    rows.c.org_id,
    rows.c.received_at,
    sqlite_where=PRECISE,
    postgresql_where=PRECISE,
)

# One entry for each (scope, row): a row's `seq` says where its entries stand.
feed = org_table(
    "feed",
    Column("scope", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("id", Text, nullable=False),
    Column("part", Integer, nullable=False),
    pk=("scope", "seq"),
)

evictions = org_table(
    "evictions",
    Column("scope", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    pk=("scope", "id"),
)
named_index(evictions, "org_id", "scope", "seq")

digests = org_table(
    "digests",
    Column("scope", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("hi", BigInteger, nullable=False),
    Column("lo", BigInteger, nullable=False),
    pk=("scope",),
)

heads = org_table(
    "heads",
    Column("seq", BigInteger, nullable=False),
    Column("epoch", Text, nullable=False),
    # What left a scope up to this number is forgotten: cursors from before begin again.
    Column("purged", BigInteger, nullable=False, server_default="0"),
    # Places of staff that were received until then are rounded.
    Column("rounded", BigInteger, nullable=False, server_default="0"),
    pk=(),
)

# Where the head stood on each day.
milestones = org_table(
    "milestones",
    Column("at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    pk=("at",),
)

# What phones found when they compared their digests: these scopes were sent again.
mismatches = org_table(
    "mismatches",
    Column("device_id", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    pk=("device_id", "scope", "at"),
)

keys = org_table(
    "keys",
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    pk=("kind", "value"),
)

aliases = org_table(
    "aliases",
    Column("alias_id", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    pk=("alias_id",),
)

# Refused content that waits for a row which was not there.
awaited = org_table(
    "awaited",
    Column("missing_id", Text, nullable=False),
    Column("refusal_id", Text, nullable=False),
    Column("until_at", BigInteger, nullable=False),
    pk=("missing_id", "refusal_id"),
)

history = org_table(
    "history",
    Column("row_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("nth", Integer, nullable=False),
    Column("root", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("device", Text, nullable=False),
    Column("author", Text),
    Column("why", Text, nullable=False),
    pk=("row_id", "seq", "nth"),
)

# The operation log: one row a push. `hashes` holds eight bytes an operation. `contact_at` and
# `last_skew_ms` are of the device's contact before: what its clock was held against.
pushes = org_table(
    "pushes",
    Column("device_id", Text, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("exceptions", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("skew_ms", BigInteger, nullable=False),
    Column("contact_at", BigInteger),
    Column("last_skew_ms", BigInteger),
    pk=("device_id", "first_seq"),
)

deadlines = org_table(
    "deadlines",
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("fired_at", BigInteger),
    Column("cancelled_at", BigInteger),
)
named_index(deadlines, "org_id", "subject_id")
# The worker looks across organisations for what is due, so this one begins with the time.
Index(
    "ix_deadlines_due",
    deadlines.c.due_at,
    sqlite_where=deadlines.c.fired_at.is_(None) & deadlines.c.cancelled_at.is_(None),
    postgresql_where=deadlines.c.fired_at.is_(None) & deadlines.c.cancelled_at.is_(None),
)
