"""Loading what operations may read before they are judged."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from server.rows import load
from sync import Ledger, Operation, find_reading


async def load_for(
    connection: AsyncConnection, ledger: Ledger, operations: Iterable[Operation]
) -> None:
    """Everything the rules may read for these operations, in a few statements."""
    reading = find_reading(operations, ledger.entities)
    wanted = reading.wanted
    if wanted.ids:
        await load(connection, ledger, wanted.ids, wanted.keys, reading.stores, reading.trees)
