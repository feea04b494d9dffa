"""Which phones have proved that somebody is gone from them (law 35), and which have not."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import bindparam, select, update

from server.db import Connection, Database, bulk_insert
from server.identity.rights import RIGHTS, actor_in
from server.identity.tables import devices, rights, staff_accounts
from server.privacy.erasure_tables import erasure_receipts
from sync import Row

Place = tuple[str, str]
"""(org_id, device_id)."""


class Receipts:
    """Up to which number each phone proved to hold what the server held. In memory first: an idle
    pull must not write. What is lost with the process is said again by the next pull."""

    def __init__(self) -> None:
        self.proved: dict[Place, int] = {}
        self.unwritten: dict[Place, tuple[int, int]] = {}

    def note(self, place: Place, seq: int, now: int) -> None:
        if self.proved.get(place) != seq:
            self.proved[place] = seq
            self.unwritten[place] = (seq, now)

    async def flush(self, database: Database) -> None:
        written = dict(self.unwritten)
        if not written:
            return
        values = [
            {"of_org": org_id, "of_device": device_id, "to_seq": seq, "now": now}
            for (org_id, device_id), (seq, now) in sorted(written.items())
        ]
        await database.transact(lambda connection: connection.execute(CONFIRM, values))
        for place, told in written.items():
            if self.unwritten.get(place) == told:
                del self.unwritten[place]


CONFIRM = (
    update(erasure_receipts)
    .where(
        erasure_receipts.c.org_id == bindparam("of_org"),
        erasure_receipts.c.device_id == bindparam("of_device"),
        erasure_receipts.c.seq <= bindparam("to_seq"),
        erasure_receipts.c.confirmed_at.is_(None),
    )
    .values(confirmed_at=bindparam("now"))
)


async def expect_receipts(
    connection: Connection, org_id: str, erasure_id: str, seq: int, phones: Iterable[str]
) -> None:
    values = [(org_id, device_id, erasure_id, seq, None) for device_id in phones]
    await bulk_insert(connection, erasure_receipts, values)


async def find_people(
    connection: Connection, org_id: str, gone: Iterable[Row], scopes: Collection[str]
) -> set[str]:
    """Whose phones may have something of these rows: everybody who reads one of these scopes, or
    ever did, for a phone that was not seen since they lost it has the rows still; and whoever wrote
    one, also to a record that they never saw."""
    writers = {row.author for row in gone if row.author}
    return writers | await find_readers(connection, org_id, frozenset(scopes))


async def find_phones(connection: Connection, org_id: str, people: Collection[str]) -> list[str]:
    """All of theirs. One told to wipe itself may not have heard."""
    query = select(devices.c.id, devices.c.staff_id).where(devices.c.org_id == org_id)
    return sorted(id for id, staff_id in await connection.execute(query) if staff_id in people)


async def find_readers(connection: Connection, org_id: str, scopes: frozenset[str]) -> set[str]:
    now = select(staff_accounts.c.id.label("staff_id"), *(staff_accounts.c[n] for n in RIGHTS))
    past = select(rights.c.staff_id, *(rights.c[name] for name in RIGHTS))
    held = [
        *await connection.execute(now.where(staff_accounts.c.org_id == org_id)),
        *await connection.execute(past.where(rights.c.org_id == org_id)),
    ]
    return {row.staff_id for row in held if reads(row, org_id, scopes)} | own_scopes(scopes)


def reads(row: Record[Any], org_id: str, scopes: frozenset[str]) -> bool:
    return not actor_in(row, org_id, row.staff_id).scopes.isdisjoint(scopes)


def own_scopes(scopes: Collection[str]) -> set[str]:
    """Whoever left has no rights, and perhaps a phone."""
    return {scope.removeprefix("staff:") for scope in scopes if scope.startswith("staff:")}
