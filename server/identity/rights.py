"""What people may do, and what they might do before: reports are judged by both (law 7)."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Row, select, update

from server.db import Connection, insert_into
from server.errors import NotFound
from server.identity.actor import Actor
from server.identity.tables import rights, staff_accounts

LEFT = "left"


async def change_rights(
    connection: Connection, org_id: str, staff_id: str, now: int, wish: Mapping[str, Any]
) -> None:
    """`wish`: any of role, store_ids (a list), accepts_leads and state. What was until `now` is
    kept. Raises NotFound."""
    account = await find_account(connection, org_id, staff_id)
    if account is None:
        raise NotFound
    past = {name: account._mapping[name] for name in RIGHTS}
    # What was changed twice in one millisecond had no time to be used.
    remembered = insert_into(connection, rights).on_conflict_do_nothing()
    await connection.execute(
        remembered.values(org_id=org_id, staff_id=staff_id, until_at=now, **past)
    )
    await connection.execute(
        update(staff_accounts)
        .where(staff_accounts.c.org_id == org_id, staff_accounts.c.id == staff_id)
        .values(rights_at=now, **columns_of(wish))
    )


RIGHTS = ("role", "store_ids", "accepts_leads", "state")


def columns_of(wish: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: wish[name] for name in RIGHTS if name in wish}
    if "store_ids" in columns:
        columns["store_ids"] = msgspec.json.encode(columns["store_ids"]).decode()
    if "accepts_leads" in columns:
        columns["accepts_leads"] = int(columns["accepts_leads"])
    return columns


async def find_account(connection: Connection, org_id: str, staff_id: str) -> Row[Any] | None:
    wanted = select(staff_accounts).where(
        staff_accounts.c.org_id == org_id, staff_accounts.c.id == staff_id
    )
    return (await connection.execute(wanted)).one_or_none()


async def present_rights(connection: Connection, org_id: str, staff_id: str) -> Actor | None:
    account = await find_account(connection, org_id, staff_id)
    return actor_in(account, org_id, staff_id) if account else None


async def past_rights(
    connection: Connection, org_id: str, staff_id: str, since: int
) -> list[Actor]:
    """Every set of rights that the person had at some moment after `since` and has no more."""
    wanted = select(rights).where(
        rights.c.org_id == org_id, rights.c.staff_id == staff_id, rights.c.until_at > since
    )
    return [actor_in(row, org_id, staff_id) for row in await connection.execute(wanted)]


def actor_in(row: Row[Any], org_id: str, staff_id: str) -> Actor:
    """Whoever left has no rights at all."""
    if row.state == LEFT:
        return Actor(org_id, staff_id, LEFT)
    return Actor(
        org_id=org_id,
        staff_id=staff_id,
        role=row.role,
        store_ids=tuple(msgspec.json.decode(row.store_ids)),
        accepts_leads=bool(row.accepts_leads),
    )
