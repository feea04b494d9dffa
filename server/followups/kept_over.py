"""Who of some stores is over the time for which customers' data is kept: read in three questions,
however many they are."""

from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, func, select

from server.db import Connection
from server.followups.retention import Kept, Moved, is_overdue, moved_at, silent_since
from server.rows import find_row
from server.rows.tables import feed, rows
from server.stores.entities import PROMISED_MONTHS
from sync import desk_scope

_kept = msgspec.json.Decoder(Kept)
_moved = msgspec.json.Decoder(Moved)


class Overdue(NamedTuple):
    """Somebody to be erased, and since when nobody was in touch with them (ms)."""

    id: str
    told: Kept
    silent_since: int


async def read_months(connection: Connection, org_id: str) -> int:
    organisation = await find_row(connection, org_id, org_id)
    return int((organisation.body if organisation else {}).get("retention_months", PROMISED_MONTHS))


async def read_overdue(
    connection: Connection, org_id: str, store_ids: Collection[str], months: int, now: int
) -> list[Overdue]:
    """The longest silent first."""
    touched = await read_touched(connection, org_id, store_ids)
    query = among(select(rows.c.id, rows.c.body), org_id, store_ids, "customer").distinct()
    people = [(id, _kept.decode(body)) for id, body in await connection.execute(query)]
    found = [
        Overdue(id, told, silent_since(told, touched.get(id, 0)))
        for id, told in people
        if told.store_id in store_ids and is_overdue(told, touched.get(id, 0), months, now)
    ]
    return sorted(found, key=lambda each: (each.silent_since, each.id))


async def read_touched(
    connection: Connection, org_id: str, store_ids: Collection[str]
) -> dict[str, int]:
    """By customer: their last arrival, and what was last done about an open lead of theirs."""
    latest = select(rows.c.root, func.max(rows.c.at)).group_by(rows.c.root)
    came = among(latest, org_id, store_ids, "arrival")
    touched: dict[str, int] = {root: at for root, at in await connection.execute(came)}
    leads = among(select(rows.c.root, rows.c.at, rows.c.body), org_id, store_ids, "lead")
    for root, at, body in await connection.execute(leads.where(feed.c.part == 0)):
        touched[root] = max(touched.get(root, 0), moved_at(_moved.decode(body), at))
    return touched


def among(query: Select[Any], org_id: str, store_ids: Collection[str], entity: str) -> Select[Any]:
    return (
        query.join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == org_id, feed.c.scope.in_([desk_scope(id) for id in store_ids]))
        .where(rows.c.entity == entity, rows.c.deleted == 0)
    )
