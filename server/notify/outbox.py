"""Messages are rows, written in the transaction that caused them, and sent afterwards."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import insert_into
from server.notify.tables import notifications, robots
from server.notify.words import say
from sync import derive_id

URGENT_KINDS = frozenset({"escalated", "first_follow_up"})
ROUTINE, URGENT = 1, 0


class Bell(NamedTuple):
    """Something a store's chat groups should hear. `key` names it once and for all: a bell that is
    rung again under the same key is not sent again. `facts` fill the sentence."""

    kind: str
    store_id: str
    key: str
    facts: Mapping[str, Any]


async def enqueue(
    connection: AsyncConnection, org_id: str, bells: Sequence[Bell], now: int
) -> None:
    """One message for each bell and each enabled robot of its store."""
    if not bells:
        return
    hung = await find_robots(connection, org_id, {bell.store_id for bell in bells})
    waiting = [
        _message(org_id, bell, robot_id, now)
        for bell in bells
        for robot_id in hung.get(bell.store_id, ())
    ]
    if waiting:
        statement = insert_into(connection, notifications).on_conflict_do_nothing()
        await connection.execute(statement, waiting)


async def find_robots(
    connection: AsyncConnection, org_id: str, store_ids: Collection[str]
) -> dict[str, list[str]]:
    query = select(robots.c.store_id, robots.c.id).where(
        robots.c.org_id == org_id, robots.c.store_id.in_(store_ids), robots.c.enabled == 1
    )
    found: dict[str, list[str]] = {}
    for store_id, id in await connection.execute(query):
        found.setdefault(store_id, []).append(id)
    return found


def _message(org_id: str, bell: Bell, robot_id: str, now: int) -> dict[str, Any]:
    dedupe_key = f"{robot_id}:{bell.key}"
    return {
        "org_id": org_id,
        "id": derive_id("notification", dedupe_key),
        "channel": "robot",
        "target": robot_id,
        "kind": bell.kind,
        "priority": URGENT if bell.kind in URGENT_KINDS else ROUTINE,
        "dedupe_key": dedupe_key,
        "body": say(bell.kind, bell.facts),
        "due_at": now,
        "attempts": 0,
    }
