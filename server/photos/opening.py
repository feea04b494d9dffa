"""What photos keep in the process, and the task that clears up after them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from server.ground import ground_in
from server.photos.darkroom import open_darkroom
from server.photos.janitor import sweep

SWEEP_PAUSE_S = 300


@asynccontextmanager
async def open_photos(app: Starlette) -> AsyncIterator[None]:
    """Opens after the exchange, whose `announce` it uses."""
    ground = ground_in(app)
    room = open_darkroom(ground.config, ground.database, ground.clock, app.state.announce)
    app.state.darkroom = room
    yield
    await room.close()


async def sweep_photos(app: Starlette) -> None:
    """Begins at once: a crash may have left photos whole and unjudged."""
    while True:
        await sweep(app.state.darkroom)
        await asyncio.sleep(SWEEP_PAUSE_S)
