"""What happened with people, and who they are elsewhere. Rows are only ever added."""

from sqlalchemy import BigInteger, Column, Text

from server.db import org_table
from server.notify.vault import SEALED

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

# By which name another system knows a person.
staff_names = org_table(
    "staff_names",
    Column("external_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    pk=("external_id",),
)

# What other systems have told already, and what they were answered.
staff_events = org_table(
    "staff_events",
    Column("event_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answer", Text, nullable=False),
    pk=("event_id",),
)

# Where WeCom's address book tells of its members; token and key as the vault keeps them.
# JSON by WeCom's number: `departments` has the store, `parents` what a department is under.
contact_callbacks = org_table(
    "contact_callbacks",
    Column("corp_id", Text, nullable=False),
    Column("token", Text, nullable=False, info=SEALED),
    Column("aes_key", Text, nullable=False, info=SEALED),
    Column("departments", Text, nullable=False),
    Column("parents", Text, nullable=False, server_default="{}"),
    pk=(),
)

# Of each person the numbers of their departments, as WeCom said them last.
contact_members = org_table(
    "contact_members",
    Column("staff_id", Text, nullable=False),
    Column("departments", Text, nullable=False),
    pk=("staff_id",),
)
