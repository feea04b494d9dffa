"""What happened with people, and who they are elsewhere. Rows are only ever added."""

from sqlalchemy import BigInteger, Column, Text

from server.db import org_table

# `kind`: joined, changed or handover; `told` is JSON; `by_id` None is the server or another system.
staff_facts = org_table(
    "staff_facts",
    Column("staff_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("id", Text, nullable=False),
    Column("by_id", Text),
    Column("kind", Text, nullable=False),
    Column("told", Text, nullable=False),
    pk=("staff_id", "at", "id"),
)
