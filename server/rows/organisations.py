"""What is done for every organisation, one after the other: nobody waits for all of them."""

from collections.abc import Awaitable
from functools import partial
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import Database
from server.rows.publish import Published
from server.rows.tables import heads


class Work(Protocol):
    """Done in a transaction of its own; None is that there was nothing to do."""

    def __call__(
        self, connection: AsyncConnection, *, org_id: str
    ) -> Awaitable[Published | None]: ...


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
