"""Who was erased, which phones have not said yet that they know, and which numbers stay away."""

from sqlalchemy import BigInteger, Column, Text

from server.db import org_table

# No content: `ids` is JSON, the ids that are left of the records. `seq`: the feed's number behind
# which nothing of them comes any more. `by_id` None: the customer, by a link.
erasures = org_table(
    "erasures",
    Column("id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by_id", Text),
    Column("reason", Text, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("ids", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

# One for each phone that may have had something of them: `confirmed_at` when it proved by its
# digests that it holds what the server held at `seq` or later.
erasure_receipts = org_table(
    "erasure_receipts",
    Column("device_id", Text, nullable=False),
    Column("erasure_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger),
    pk=("device_id", "erasure_id"),
)

# Numbers of people who were erased, as nobody without our key can read or guess them.
suppressions = org_table(
    "suppressions",
    Column("digest", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    pk=("digest",),
)
