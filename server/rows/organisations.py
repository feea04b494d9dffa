"""What is done for every organisation, one after the other: nobody waits for all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from sqlalchemy import select
from starlette.applications import Starlette

from server.db import Connection, Database
from server.ground import ground_in
from server.rows.publish import Published
from server.rows.tables import heads
from sync import Entities


class Work(Protocol):
    """Done in a transaction of its own; None is that there was nothing to do."""

    def __call__(self, connection: Connection, *, org_id: str) -> Awaitable[Published | None]: ...


Look = Callable[[Database, Entities, int], Awaitable[list[Published]]]
"""At every organisation, at this time (ms)."""


async def keep_looking(app: Starlette, look: Look, pause_s: float, first_s: float = 0) -> None:
    """Again and again, until cancelled; whoever waits for what moved is told."""
    ground = ground_in(app)
    await asyncio.sleep(first_s)
    while True:
        for published in await look(ground.database, app.state.entities, ground.clock()):
            app.state.announce(published)
        await asyncio.sleep(pause_s)


async def in_each_organisation(database: Database, work: Work) -> list[Published]:
    done = []
    for org_id in await list_organisations(database):
        published = await database.transact(partial(work, org_id=org_id))
        if published is not None:
            done.append(published)
    return done


async def list_organisations(database: Database) -> list[str]:
    async with database.read(snapshot=False) as connection:
        return list((await connection.execute(select(heads.c.org_id))).scalars())
