"""Messages are rows, written in the transaction that caused them, and sent afterwards."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, or_, select

from server.db import Connection, as_list, fetch, insert_into, listed
from server.identity.tables import devices
from server.notify.tables import notifications, robots
from server.notify.words import say, whisper
from sync import derive_id

URGENT_KINDS = frozenset({"escalated", "first_follow_up", "foreign_code"})
ROUTINE, URGENT = 1, 0
MAIL = "mail"
PUSH = "push"


class Bell(NamedTuple):
    """Something a store's chat groups should hear. `key` names it once and for all: a bell that is
    rung again under the same key is not sent again. `facts` fill the sentence; `lead_id` and
    `to_id` among them say what is to be acknowledged, and by whom. `about`: the ids of
    the customers whom it names (law 35)."""

    kind: str
    store_id: str
    key: str
    facts: Mapping[str, Any]
    about: Sequence[str] = ()

    @property
    def to_id(self) -> str:
        return self.facts.get("to_id") or ""

    @property
    def is_urgent(self) -> bool:
        return self.kind in URGENT_KINDS


class Hearer(NamedTuple):
    """A robot's channel and id, and whether it is rung by what is urgent alone."""

    channel: str
    id: str
    urgent_only: bool


async def enqueue(connection: Connection, org_id: str, bells: Sequence[Bell], now: int) -> None:
    """One message for each bell and each enabled robot of its store, and for the mailbox and the
    phones of whom it is about."""
    if not bells:
        return
    hearers = await find_hearers(connection, org_id, bells)
    waiting = [
        _message(org_id, bell, hearer, now)
        for bell in bells
        for hearer in (
            *hearers.get(("robot", bell.store_id), ()),
            *hearers.get(("person", bell.to_id), ()),
        )
        if bell.is_urgent or not hearer.urgent_only
    ]
    if waiting:
        statement = insert_into(connection, notifications).on_conflict_do_nothing()
        await connection.execute(statement, waiting)


Place = tuple[str, str]
"""Whom a robot speaks to, a store's group or a person, and whose id that is."""


async def find_hearers(
    connection: Connection, org_id: str, bells: Sequence[Bell]
) -> dict[Place, list[Hearer]]:
    """Of each store and each person, their robots."""
    stores, people = {bell.store_id for bell in bells}, {bell.to_id for bell in bells}
    given = {"org": org_id, "stores": as_list(stores), "people": as_list(people)}
    found: dict[Place, list[Hearer]] = {}
    for store_id, staff_id, kind, id, urgent_only in await fetch(
        connection, hearers_query(connection.dialect.name), given
    ):
        place = ("person", staff_id) if staff_id else ("robot", store_id)
        found.setdefault(place, []).append(
            Hearer(kind if staff_id else "robot", id, bool(urgent_only))
        )
    return found


@cache
def hearers_query(dialect: str) -> Select[Any]:
    is_near = robots.c.store_id.in_(listed(dialect, "stores"))
    is_personal = robots.c.staff_id.in_(listed(dialect, "people"))
    is_its_phone = (devices.c.org_id == robots.c.org_id) & (devices.c.id == robots.c.device_id)
    return (
        select(
            robots.c.store_id, robots.c.staff_id, robots.c.kind, robots.c.id, robots.c.urgent_only
        )
        .outerjoin(devices, is_its_phone)
        .where(robots.c.org_id == bindparam("org"), robots.c.enabled == 1)
        .where(or_(is_near, is_personal), devices.c.revoked_at.is_(None))
    )


def _message(org_id: str, bell: Bell, hearer: Hearer, now: int) -> dict[str, Any]:
    dedupe_key = f"{hearer.id}:{bell.key}"
    return {
        "org_id": org_id,
        "id": derive_id("notification", dedupe_key),
        "channel": hearer.channel,
        "target": hearer.id,
        "kind": bell.kind,
        "priority": URGENT if bell.is_urgent else ROUTINE,
        "dedupe_key": dedupe_key,
        "body": (whisper if hearer.channel == PUSH else say)(bell.kind, bell.facts),
        "due_at": now,
        "attempts": 0,
        "lead_id": bell.facts.get("lead_id"),
        "to_id": bell.facts.get("to_id"),
        "about": msgspec.json.encode(sorted(set(bell.about))).decode(),
    }
