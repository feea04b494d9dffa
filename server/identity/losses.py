"""What browsers threw away with a phone's databases: told by the phone, shown to whoever leads its
people, so that somebody asks them while they still remember."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from sqlalchemy import Row, select

from server.clock import DAY_MS
from server.db import Connection, insert_into
from server.identity.actor import Actor, may
from server.identity.reports import Count, Moment
from server.identity.tables import losses, staff_accounts

SHOWN_MS = 7 * DAY_MS


class Lost(msgspec.Struct, forbid_unknown_fields=True):
    """One person's unsent work as it was last counted. `oldest_at`: the phone's own clock, raw."""

    staff_id: Annotated[str, msgspec.Meta(max_length=64)]
    records: Count
    photos: Count
    oldest_at: Moment | None = None


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """`people` None: nothing was left that could tell. Both times by the phone's own clock."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{36}$")]
    found_at: Moment
    sent_at: Moment
    people: Annotated[list[Lost], msgspec.Meta(max_length=50)] | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """As lists show it: an Owned for `may`. `records` None: nobody knows whether there were any."""

    id: str
    staff_id: str
    staff_name: str
    store_ids: tuple[str, ...]
    found_at: int
    records: int | None
    photos: int | None
    oldest_at: int | None


async def keep_loss(connection: Connection, actor: Actor, told: Told, now: int) -> None:
    """Once, however often it is told. On a shared phone it is told by whoever comes first, of
    themselves and of those who work at their stores; of anybody else it is not believed."""
    found_at = now - max(0, told.sent_at - told.found_at)
    people = [Lost(actor.staff_id, 0, 0)] if told.people is None else told.people
    known = await find_colleagues(connection, actor, [lost.staff_id for lost in people])
    values = [
        {
            "org_id": actor.org_id,
            "id": told.id,
            "staff_id": lost.staff_id,
            "found_at": max(0, found_at),
            "records": None if told.people is None else lost.records,
            "photos": None if told.people is None else lost.photos,
            "oldest_at": lost.oldest_at,
        }
        for lost in people
        if lost.staff_id in known
    ]
    if values:
        await connection.execute(insert_into(connection, losses).on_conflict_do_nothing(), values)


async def find_colleagues(connection: Connection, actor: Actor, ids: Sequence[str]) -> set[str]:
    query = select(staff_accounts.c.id, staff_accounts.c.store_ids).where(
        staff_accounts.c.org_id == actor.org_id, staff_accounts.c.id.in_(ids)
    )
    found = await connection.execute(query)
    return {id for id, stores in found if id == actor.staff_id or shares_store(actor, stores)}


def shares_store(actor: Actor, store_ids: str) -> bool:
    return not set(actor.store_ids).isdisjoint(msgspec.json.decode(store_ids))


async def losses_seen_by(connection: Connection, actor: Actor, now: int) -> list[Loss]:
    """One's own, and those of the people one leads, of the last days. The newest first."""
    query = (
        select(losses, staff_accounts.c.name, staff_accounts.c.store_ids)
        .join(
            staff_accounts,
            (staff_accounts.c.org_id == losses.c.org_id)
            & (staff_accounts.c.id == losses.c.staff_id),
        )
        .where(losses.c.org_id == actor.org_id, losses.c.found_at > now - SHOWN_MS)
    )
    found = [read_loss(row) for row in await connection.execute(query)]
    seen = [loss for loss in found if may(actor, "see_devices", loss)]
    return sorted(seen, key=lambda loss: (-loss.found_at, loss.id, loss.staff_id))


def read_loss(row: Row[Any]) -> Loss:
    return Loss(
        id=row.id,
        staff_id=row.staff_id,
        staff_name=row.name,
        store_ids=tuple(msgspec.json.decode(row.store_ids)),
        found_at=row.found_at,
        records=row.records,
        photos=row.photos,
        oldest_at=row.oldest_at,
    )
