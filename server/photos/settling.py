"""Where a photo's fact and its bytes meet, whichever came first."""

from sqlalchemy.ext.asyncio import AsyncConnection

from server.photos.entities import photo
from server.photos.queries import load_blob
from server.photos.rules import settle
from server.rows import Published, find_row, load, open_ledger, publish
from sync import Ledger, Row

ENTITIES = {photo.name: photo}


async def settle_photo(
    connection: AsyncConnection, org_id: str, photo_id: str, now: int
) -> Published | None:
    """Marks the fact by what its bytes turned out to be; None if there is nothing to mark yet."""
    ledger = await open_ledger(connection, org_id, ENTITIES, now)
    await check_photo(connection, ledger, photo_id)
    return await publish(connection, ledger) if ledger.touched else None


async def fire_photo_check(
    connection: AsyncConnection, ledger: Ledger, deadline: object, photo: Row
) -> None:
    """The handler of the deadline `photo_check`."""
    await check_photo(connection, ledger, photo.id)


async def check_photo(connection: AsyncConnection, ledger: Ledger, photo_id: str) -> None:
    """As `settle_photo`, in a ledger of the caller's."""
    await load(connection, ledger, [photo_id])
    held = ledger.row(photo_id)
    if held is None or held.entity != photo.name:
        return
    blob = await load_blob(connection, ledger.org, photo_id, held.body["sha256"])
    settle(held, blob, ledger)


async def photo_row(connection: AsyncConnection, org_id: str, photo_id: str) -> Row | None:
    held = await find_row(connection, org_id, photo_id)
    return held if held and held.entity == photo.name and not held.deleted else None
