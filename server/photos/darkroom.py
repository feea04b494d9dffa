"""What the work on photos needs, made once with the application and closed with it."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from server.clock import Clock
from server.config import Config
from server.db import Database
from server.photos.blobs import Blobs
from server.photos.decoder import Decoder
from server.photos.staging import Staging
from server.rows import Published

Announce = Callable[[Published], None]


@dataclass(frozen=True)
class Darkroom:
    database: Database
    staging: Staging
    blobs: Blobs
    decoder: Decoder
    clock: Clock
    announce: Announce

    async def close(self) -> None:
        await self.decoder.close()


def darkroom_of(request: Request) -> Darkroom:
    room = request.app.state.darkroom
    assert isinstance(room, Darkroom)
    return room


def open_darkroom(config: Config, database: Database, clock: Clock, announce: Announce) -> Darkroom:
    """Makes its folders under the data folder. The decoding process starts with the first photo.

    `announce` is told after each commit that moved rows, to wake those who may see them.

    Several processes on one machine share the folders; a process elsewhere that does not see an
    upload's bytes says so with offset 0, and the phone sends them again.
    """
    staging = Staging(config.data / "staging")
    blobs = Blobs(config.data / "blobs", config.blobs, config.blobs_plain)
    return Darkroom(database, staging, blobs, Decoder(), clock, announce)
