"""How long the feed remembers what left a scope (law 31). Older cursors begin again."""

import asyncio
from functools import partial

from sqlalchemy import Insert, delete, exists, func, insert, literal, select, update
from starlette.applications import Starlette

from server.clock import DAY_MS
from server.db import Connection
from server.ground import ground_in
from server.rows.tables import awaited, evictions, heads, milestones

KEPT_MS = 180 * DAY_MS
PURGE_PAUSE_S = 3600


async def purge_old(app: Starlette) -> None:
    ground = ground_in(app)
    while True:
        await ground.database.transact(partial(purge, now=ground.clock()))
        await asyncio.sleep(PURGE_PAUSE_S)


async def purge(connection: Connection, now: int) -> None:
    """Notes where each organisation stands today; forgets evictions from before 180 days."""
    await connection.execute(note_milestones(now))
    old = milestones.alias()
    floor = (
        select(func.max(old.c.seq))
        .where(old.c.org_id == heads.c.org_id, old.c.at <= now - KEPT_MS)
        .scalar_subquery()
    )
    await connection.execute(
        update(heads).where(heads.c.purged < func.coalesce(floor, 0)).values(purged=floor)
    )
    purged = select(heads.c.purged).where(heads.c.org_id == evictions.c.org_id).scalar_subquery()
    await connection.execute(delete(evictions).where(evictions.c.seq <= purged))
    await connection.execute(delete(milestones).where(milestones.c.at <= now - KEPT_MS - DAY_MS))
    await connection.execute(delete(awaited).where(awaited.c.until_at <= now))


def note_milestones(now: int) -> Insert:
    """Once a day for each organisation."""
    recent = exists().where(milestones.c.org_id == heads.c.org_id, milestones.c.at > now - DAY_MS)
    today = select(heads.c.org_id, literal(now), heads.c.seq).where(~recent)
    return insert(milestones).from_select(["org_id", "at", "seq"], today)
