"""Whether this process lives, whether it can serve, and what it is."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from server import VERSION
from server.db.migrate import is_current, newest
from server.errors import Problem, Unavailable
from server.front.metrics import show_metrics
from server.ground import ground_of

PATIENCE_S = 1.0
RETRY_AFTER_S = 5


async def live(request: Request) -> Response:
    return PlainTextResponse("ok")


async def ready(request: Request) -> Response:
    """The database answers within a second and has our schema; the process is not stopping."""
    if request.app.state.stopping.is_set():
        raise Unavailable("stopping", retry_after=RETRY_AFTER_S)
    try:
        async with asyncio.timeout(PATIENCE_S):
            current = await has_our_schema(request)
    except (TimeoutError, SQLAlchemyError, Problem) as error:
        raise Unavailable("database", retry_after=RETRY_AFTER_S) from error
    if not current:
        raise Unavailable("migration", retry_after=RETRY_AFTER_S)
    return PlainTextResponse("ready")


async def has_our_schema(request: Request) -> bool:
    async with ground_of(request).database.read(snapshot=False) as connection:
        return await is_current(connection)


async def version(request: Request) -> Response:
    return JSONResponse({"version": VERSION, "migration": newest()})


routes = [
    Route("/livez", live),
    Route("/readyz", ready),
    Route("/metrics", show_metrics),
    Route("/version", version),
]
