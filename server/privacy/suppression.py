"""Numbers of people who were erased: kept as keyed digests, so that nobody brings them back without
being asked, and nobody can read who they were."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import bindparam, select

from server.customers.customer import PHONE_KEY
from server.db import Connection, as_list, bulk_upsert, fetch, listed
from server.privacy.erasure_tables import suppressions
from sync import Ledger

DIGEST_BYTES = 20


def digest_of(key: bytes, org_id: str, number: str) -> str:
    told = f"{org_id}\n{number}".encode()
    return hashlib.blake2b(told, key=key, digest_size=DIGEST_BYTES).hexdigest()


ANY = select(suppressions.c.digest).where(suppressions.c.org_id == bindparam("org")).limit(1)
"""Most organisations have erased nobody yet: then no number has to be named."""


async def suppress(connection: Connection, org_id: str, digests: Iterable[str], now: int) -> None:
    await bulk_upsert(connection, suppressions, [(org_id, digest, now) for digest in digests])


async def note_suppressed(connection: Connection, ledger: Ledger, key: bytes) -> None:
    """Of the numbers that nobody has: a number that is somebody's again was given anew by them."""
    numbers = ledger.free_keys(PHONE_KEY)
    if not numbers or not await fetch(connection, ANY, {"org": ledger.org}):
        return
    free = {digest_of(key, ledger.org, each[1]): each for each in numbers}
    known = listed(connection.dialect.name, "digests")
    query = select(suppressions.c.digest).where(
        suppressions.c.org_id == bindparam("org"), suppressions.c.digest.in_(known)
    )
    asked = {"org": ledger.org, "digests": as_list(list(free))}
    ledger.suppressed |= {free[digest] for (digest,) in await fetch(connection, query, asked)}
