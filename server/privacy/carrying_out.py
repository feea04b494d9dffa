"""The whole act of an erasure, whoever asks for it: the transaction, the phones, the files."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from starlette.applications import Starlette

from server.db import Connection
from server.errors import Unavailable
from server.ground import ground_in
from server.photos.dooming import remove_doomed
from server.privacy import journal
from server.privacy.erasing import (
    Erased,
    RefusedWish,
    Wish,
    erase,
    erase_refused,
    find_entry,
)
from server.privacy.erasure import ERASURE, Entry
from server.privacy.forgetting import CLEARED
from server.rows import load, open_ledger
from sync import derive_id

RETRY_AFTER_S = 60
log = logging.getLogger("shopbell.privacy")

May = Callable[[str], bool]
"""Whether a customer of this store may be erased by whoever asks."""


class Done(NamedTuple):
    id: str
    at: int
    store_id: str


async def carry_out(app: Starlette, org_id: str, wish: Wish, may: May) -> Done | None:
    """None where there is no such customer, or not for whoever asks. Asked again it says what it
    said the first time."""
    ground = ground_in(app)
    write = partial(write_down, ground.config.journal)

    async def work(connection: Connection) -> Erased | Done | None:
        ledger = await open_ledger(connection, org_id, app.state.entities, ground.clock())
        await load(connection, ledger, [wish.customer_id])
        if ledger.is_erased(wish.customer_id):
            return await find_done(connection, org_id, ledger.resolve(wish.customer_id))
        person = ledger.row(wish.customer_id)
        if person is None or person.entity != "customer" or not may(person.body["store_id"]):
            return None
        return await erase(connection, ledger, wish, ground.config.digest_key.encode(), write)

    done = await ground.database.transact(work)
    if isinstance(done, Erased):
        return await finish(app, done)
    return done if done is not None and may(done.store_id) else None


async def carry_out_refused(app: Starlette, org_id: str, wish: RefusedWish) -> Done | None:
    ground = ground_in(app)
    write = partial(write_down, ground.config.journal)

    async def work(connection: Connection) -> Erased | None:
        ledger = await open_ledger(connection, org_id, app.state.entities, ground.clock())
        key = ground.config.digest_key.encode()
        return await erase_refused(connection, ledger, wish, key, write)

    done = await ground.database.transact(work)
    return await finish(app, done) if done else None


async def finish(app: Starlette, done: Erased) -> Done:
    database = ground_in(app).database
    app.state.announce(done.published)
    await remove_doomed(app.state.darkroom)
    database.keep(asyncio.create_task(database.scrub(CLEARED)))
    return Done(done.entry.id, done.entry.at, done.entry.store_id)


def write_down(path: Path, entry: Entry) -> None:
    """Nobody is erased whom a backup could bring back."""
    try:
        journal.append(path, entry)
    except OSError as error:
        log.exception("the journal of erasures cannot be written")
        raise Unavailable("journal", retry_after=RETRY_AFTER_S) from error


async def find_done(connection: Connection, org_id: str, root: str) -> Done | None:
    entry = await find_entry(connection, org_id, derive_id(ERASURE, org_id, root))
    return Done(entry["id"], entry["at"], entry["store_id"]) if entry else None
