"""After a backup was put back: what the journal knows and the database does not is erased again,
before anybody is served."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import select
from starlette.applications import Starlette

from server.db import Database
from server.ground import ground_in
from server.photos.dooming import remove_doomed
from server.privacy import journal
from server.privacy.erasing import Erased, erase_again
from server.privacy.erasure import Entry
from server.privacy.erasure_tables import erasures
from server.privacy.forgetting import CLEARED
from server.rows import list_organisations
from sync import Entities

log = logging.getLogger("shopbell.privacy")


@asynccontextmanager
async def open_erasures(app: Starlette) -> AsyncIterator[None]:
    """Opens after the photos, whose files go with the rest."""
    ground = ground_in(app)
    done = await replay(ground.database, app.state.entities, ground.config.journal, ground.clock())
    if done:
        log.warning("erased again", extra={"facts": {"erasures": len(done)}})
    await remove_doomed(app.state.darkroom)
    yield


async def replay(database: Database, entities: Entities, path: Path, now: int) -> list[Erased]:
    done = []
    for entry in await find_unknown(database, path):
        work = partial(erase_again, entities=entities, entry=entry, now=now)
        done.append(await database.transact(work))
    if done:
        await database.scrub(CLEARED)
    return done


async def find_unknown(database: Database, path: Path) -> list[Entry]:
    """In the order in which they happened; of organisations that this database has."""
    entries = journal.read(path)
    if not entries:
        return []
    here = set(await list_organisations(database))
    async with database.read(snapshot=False) as connection:
        known = set((await connection.execute(select(erasures.c.id))).scalars())
    return [each for each in entries.values() if each.id not in known and each.org_id in here]
