"""Where a fact and its bytes meet, whichever came first."""

from server.db import Connection
from server.photos.entities import photo, recording
from server.photos.facts import Blob, Kind
from server.photos.queries import load_blob, load_tape
from server.photos.reuse import flag_reuse
from server.photos.rules import settle
from server.rows import Published, find_row, load, open_ledger, publish
from sync import Ledger, Row

ENTITIES = {photo.name: photo, recording.name: recording}
LOADS = {photo.name: load_blob, recording.name: load_tape}


async def settle_fact(
    connection: Connection, org_id: str, fact_id: str, now: int
) -> Published | None:
    """Marks the fact by what its bytes turned out to be; None if there is nothing to mark yet."""
    ledger = await open_ledger(connection, org_id, ENTITIES, now)
    await check_fact(connection, ledger, fact_id)
    return await publish(connection, ledger) if ledger.touched else None


async def fire_photo_check(
    connection: Connection, ledger: Ledger, deadline: object, fact: Row
) -> None:
    """The handler of the deadline `photo_check`, of recordings too."""
    await check_fact(connection, ledger, fact.id)


async def check_fact(connection: Connection, ledger: Ledger, fact_id: str) -> None:
    """As `settle_fact`, in a ledger of the caller's."""
    await load(connection, ledger, [fact_id])
    held = ledger.row(fact_id)
    if held is None or held.entity not in LOADS:
        return
    found = await LOADS[held.entity](connection, ledger.org, fact_id, held.body["sha256"])
    settle(held, found, ledger)
    if isinstance(found, Blob) and held.body["state"] == "stored":
        await flag_reuse(connection, ledger, held, found)


async def fact_row(connection: Connection, org_id: str, fact_id: str, kind: Kind) -> Row | None:
    held = await find_row(connection, org_id, fact_id)
    return held if held and held.entity == kind and not held.deleted else None
