"""What the exchange keeps in the process: the queue of pushes, and who waits for what moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select
from starlette.applications import Starlette

from server.exchange.entities import ENTITIES
from server.exchange.pull import warm_up
from server.exchange.push import Pushes, Secrets
from server.ground import ground_in
from server.rows import Movement
from server.rows.tables import heads
from server.visits.walls import Known

WATCH_PAUSE_S = 1.0


@asynccontextmanager
async def open_exchange(app: Starlette) -> AsyncIterator[None]:
    async with ground_in(app).database.read(snapshot=False) as connection:
        await asyncio.to_thread(warm_up, connection.dialect.name)
    movement = Movement()
    app.state.movement = movement
    app.state.announce = movement.tell
    app.state.entities = ENTITIES
    ground = ground_in(app)
    config = ground.config
    secrets = Secrets(Known(config.keys, config.origin), config.digest_key.encode())
    app.state.pushes = Pushes(ground.database, ENTITIES, movement, secrets)
    yield


async def watch_heads(app: Starlette) -> None:
    """What other processes of the same database committed: one small statement a second, and only
    for organisations that somebody here listens to."""
    movement: Movement = app.state.movement
    known: dict[str, int] = {}
    while True:
        await asyncio.sleep(WATCH_PAUSE_S)
        for org_id, seq in await read_heads(app, movement.organisations()):
            if known.get(org_id, seq) != seq:
                movement.stir(org_id)
            known[org_id] = seq


async def read_heads(app: Starlette, org_ids: list[str]) -> list[tuple[str, int]]:
    if not org_ids:
        return []
    query = select(heads.c.org_id, heads.c.seq).where(heads.c.org_id.in_(org_ids))
    async with ground_in(app).database.read(snapshot=False) as connection:
        return [(org_id, seq) for org_id, seq in await connection.execute(query)]
