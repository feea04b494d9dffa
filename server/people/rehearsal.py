"""What a handover would take from the old owner's phones, and what on them is at risk."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from server.db import Connection, as_list, listed
from server.identity.actor import Actor
from server.identity.devices import DeviceRow, devices_of
from server.identity.reports import Reports
from server.identity.rights import present_rights
from server.people.handover import Handover, summarise
from server.rows.tables import rows
from sync import Ledger, staff_scope


async def foresee(
    connection: Connection, ledger: Ledger, handover: Handover, reports: Reports
) -> dict[str, Any]:
    """`unsent` and `photos` are what the phones last said of themselves."""
    phones = await devices_of(connection, ledger.org, handover.from_id, reports)
    lost = await count_lost(connection, ledger, handover)
    return {
        **summarise(handover),
        "phones": [describe(phone) for phone in phones],
        "rows": lost,
        "unsent": sum(phone.pending or 0 for phone in phones),
        "photos": sum(phone.photos or 0 for phone in phones),
        "never_heard": sum(phone.last_seen_at is None for phone in phones),
    }


def describe(phone: DeviceRow) -> dict[str, Any]:
    fields = ("id", "name", "shared", "last_seen_at", "pending", "oldest_pending_at", "photos")
    return {field: getattr(phone, field) for field in fields}


async def count_lost(connection: Connection, ledger: Ledger, handover: Handover) -> int:
    """Rows that each phone of theirs holds now and will not afterwards."""
    actor = await present_rights(connection, ledger.org, handover.from_id)
    roots = [id for id in handover.roots if is_lost(ledger, id, handover.from_id, actor)]
    if not roots:
        return 0
    counted = await count_rows(connection, ledger.org, roots, staff_scope(handover.from_id))
    leads = [row for row in ledger.rows_of("lead") if row.root in roots]
    kept = sum(row.body.get("escalated_to") == handover.from_id for row in leads)
    gone = (count for entity, count in counted.items() if entity not in ADDRESSED)
    lost: int = sum(gone) - kept
    return lost


ADDRESSED = frozenset({"offer", "escalation", "notice"})
"""Kinds of rows that stay with whom they were written to, whosever the customer is."""


async def count_rows(
    connection: Connection, org_id: str, roots: Collection[str], scope: str
) -> dict[str, int]:
    """By kind, those of these trees that are in the scope."""
    query = (
        select(rows.c.entity, func.count())
        .where(rows.c.org_id == org_id, rows.c.deleted == 0)
        .where(rows.c.root.in_(listed(connection.dialect.name, "roots")))
        .where((" " + rows.c.scopes + " ").contains(f" {scope} "))
        .group_by(rows.c.entity)
    )
    found = await connection.execute(query, {"roots": as_list(roots)})
    return {entity: count for entity, count in found}


def is_lost(ledger: Ledger, root: str, from_id: str, actor: Actor | None) -> bool:
    """Not what they also see by their role: the manager's desk stays the manager's."""
    row = ledger.row(root)
    kept = (actor.scopes if actor else frozenset[str]()) - {staff_scope(from_id)}
    return row is not None and kept.isdisjoint(row.scopes)
