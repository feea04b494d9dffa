"""Which robots there are, and which messages they never got across."""

from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import bulk_upsert
from server.errors import BadRequest
from server.notify.tables import notifications, robots

LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def add_robot(
    connection: AsyncConnection, org_id: str, id: str, store_id: str, url: str
) -> None:
    """A WeCom robot for a store's group; one with this id is replaced. The URL holds its key, so
    it must travel encrypted, except to this very machine. Raises BadRequest."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise BadRequest("invalid", field="url")
    await bulk_upsert(connection, robots, [(org_id, id, store_id, "wecom", url, 1, 0, "[]")])


async def count_dead(connection: AsyncConnection) -> int:
    """Messages given up for good, of all organisations; for metrics."""
    query = select(func.count()).where(notifications.c.failed_at.is_not(None))
    return int((await connection.execute(query)).scalar_one())
