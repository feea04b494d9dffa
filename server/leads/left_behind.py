"""What people who left still have: customers in their name, open leads in their hands."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select

from server.db import Connection, as_list, listed
from server.rows import read_row
from server.rows.tables import RECORD, feed, rows
from sync import Row, staff_scope

LEFT_BEHIND = "left_behind"
"""The deadline that counts it anew and tells whoever is to hand it over. Its subject is the
person; the kind of the notice, too."""


class Left(NamedTuple):
    customers: int = 0
    leads: int = 0


async def count_left(
    connection: Connection, org_id: str, staff_ids: Collection[str]
) -> dict[tuple[str, str], Left]:
    """By person and store. `staff_ids`: who left; of each but a few there is nothing."""
    if not staff_ids:
        return {}
    counted: dict[tuple[str, str], Left] = {}
    for row in await read_theirs(connection, org_id, staff_ids):
        is_lead = row.entity == "lead"
        staff_id = row.body.get("holder_id" if is_lead else "owner_id") or ""
        if staff_id in staff_ids:
            place = (staff_id, row.body["store_id"])
            customers, leads = counted.get(place, Left())
            counted[place] = Left(customers + (not is_lead), leads + is_lead)
    return counted


async def read_theirs(connection: Connection, org_id: str, staff_ids: Collection[str]) -> list[Row]:
    """Customers and open leads that these people see for their own sake."""
    query = (
        select(*RECORD)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == org_id, rows.c.deleted == 0)
        .where(feed.c.scope.in_(listed(connection.dialect.name, "scopes")))
        .where((rows.c.entity == "customer") | ((rows.c.entity == "lead") & (feed.c.part == 0)))
    )
    scopes = as_list(sorted(map(staff_scope, staff_ids)))
    found = (await connection.execute(query, {"scopes": scopes})).mappings()
    return list({held["id"]: read_row(held) for held in found}.values())
