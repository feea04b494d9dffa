"""What every route stands on: settings, database, clock. Made once, by `server/app.py`."""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request

from server.clock import Clock
from server.config import Config
from server.db import Database


@dataclass(frozen=True, slots=True)
class Ground:
    config: Config
    database: Database
    clock: Clock


def ground_of(request: Request) -> Ground:
    """For routes: `ground = ground_of(request)`, then pass connection and now as parameters."""
    return ground_in(request.app)


def ground_in(app: Starlette) -> Ground:
    """For background tasks, which get the app."""
    ground = app.state.ground
    assert isinstance(ground, Ground)
    return ground
