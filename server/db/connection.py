"""What a transaction has in its hands, whichever database answers."""

from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.direct import Direct

Connection = AsyncConnection | Direct
"""SQLite's never waits."""
