"""Which robots there are, how they fare, and which messages they never got across."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, or_, select, true, update
from sqlalchemy import Row as Record

from server.clock import DAY_MS
from server.db import Connection, insert_into
from server.identity.actor import Actor, may
from server.notify.hooks import hint_of
from server.notify.outbox import MAIL, PUSH
from server.notify.tables import WAITING, notifications, robots
from server.notify.vault import Vault

DEAD = notifications.c.failed_at.is_not(None) & notifications.c.sent_at.is_(None)
DEAD_SHOWN = 20
KEPT_MS = 30 * DAY_MS
REASONS = ("error", "detail", "error_at")
CURES = ("url", "secret", "enabled")
LOST_KEY = "lost_key"


class Robot(NamedTuple):
    """A chat group's robot has a store, a mailbox and a phone have a person."""

    org_id: str
    id: str
    kind: str
    store_id: str
    staff_id: str | None
    url: str
    secret: str | None = None
    device_id: str | None = None
    name: str = ""
    urgent_only: int = 0

    def sealed(self, vault: Vault) -> "Robot":
        secret = vault.close(self.secret) if self.secret else None
        return self._replace(url=vault.close(self.url), secret=secret)


class Owner(NamedTuple):
    """Whose a robot is, for the question whether somebody may set it up."""

    staff_id: str
    store_ids: Collection[str]


def may_set_up(actor: Actor, kind: str, store_id: str, staff_id: str | None) -> bool:
    """Group robots are for those who lead the store, a mailbox for whoever reads it. Phones have
    doors of their own."""
    if kind == PUSH:
        return False
    if kind == MAIL:
        return staff_id == actor.staff_id and may(actor, "set_up_mailbox")
    return may(actor, "set_up_robot", Owner("", (store_id,)))


async def put_robot(connection: Connection, robot: Robot) -> None:
    """Adds it, or replaces the one with its id; how that one fared is forgotten."""
    fresh = {"enabled": 1, "next_at": 0, "failures": 0} | dict.fromkeys(REASONS)
    statement = insert_into(connection, robots).values(**robot._asdict(), **fresh, sent="[]")
    changed = {
        name: value for name, value in robot._asdict().items() if name not in ("org_id", "id")
    }
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["org_id", "id"], set_={**changed, **fresh})
    )


async def change_robot(connection: Connection, org_id: str, id: str, wish: dict[str, Any]) -> None:
    """`wish`: any of url, secret, enabled, name and urgent_only. With the first three, what was
    wrong before is forgotten."""
    is_cured = not wish.keys().isdisjoint(CURES)
    fresh = {"next_at": 0, "failures": 0} | dict.fromkeys(REASONS) if is_cured else {}
    statement = update(robots).where(robots.c.org_id == org_id, robots.c.id == id)
    await connection.execute(statement.values(**wish, **fresh))


async def remove_robot(connection: Connection, org_id: str, id: str) -> None:
    """With what it had not said."""
    await connection.execute(delete(robots).where(robots.c.org_id == org_id, robots.c.id == id))
    unsent = notifications.c.sent_at.is_(None) & (notifications.c.target == id)
    await connection.execute(delete(notifications).where(notifications.c.org_id == org_id, unsent))


async def remove_personal(connection: Connection, org_id: str, staff_id: str) -> None:
    """Their mailbox and their phones, with what these had not said: it names customers."""
    theirs = (robots.c.org_id == org_id) & (robots.c.staff_id == staff_id)
    unsent = notifications.c.sent_at.is_(None) & notifications.c.target.in_(
        select(robots.c.id).where(theirs)
    )
    await connection.execute(delete(notifications).where(notifications.c.org_id == org_id, unsent))
    await connection.execute(delete(robots).where(theirs))


async def revive(
    connection: Connection, org_id: str, id: str, messages: Sequence[str] | None
) -> int:
    """Dead letters wait again, as if they had never been tried; all of the robot's, or these."""
    chosen = notifications.c.id.in_(messages) if messages is not None else true()
    statement = (
        update(notifications)
        .where(DEAD, notifications.c.org_id == org_id, notifications.c.target == id, chosen)
        .values(failed_at=None, attempts=0, parcel=None)
    )
    revived = (await connection.execute(statement)).rowcount
    robot = update(robots).where(robots.c.org_id == org_id, robots.c.id == id)
    await connection.execute(robot.values(failures=0, next_at=0))
    return int(revived)


async def find_robot(connection: Connection, org_id: str, id: str) -> Record[Any] | None:
    query = select(robots).where(robots.c.org_id == org_id, robots.c.id == id)
    return (await connection.execute(query)).one_or_none()


async def list_robots(connection: Connection, actor: Actor, vault: Vault) -> list[dict[str, Any]]:
    """Those that `actor` may set up, with their state; never their secrets."""
    query = select(robots).where(robots.c.org_id == actor.org_id, within_reach(actor))
    found = (await connection.execute(query.order_by(robots.c.store_id, robots.c.id))).all()
    seen = [r for r in found if may_set_up(actor, r.kind, r.store_id, r.staff_id)]
    ids = [robot.id for robot in seen]
    waiting = await count_waiting(connection, actor.org_id, ids)
    dead = await find_dead(connection, actor.org_id, ids)
    return [
        describe(robot, vault, waiting.get(robot.id, 0), dead.get(robot.id, [])) for robot in seen
    ]


async def count_alike(connection: Connection, robot: Robot) -> int:
    """The others of its store, or of its person."""
    place = (robots.c.store_id == robot.store_id) & (
        robots.c.staff_id == robot.staff_id if robot.staff_id else true()
    )
    query = select(func.count()).where(
        place, robots.c.org_id == robot.org_id, robots.c.id != robot.id, robots.c.kind != PUSH
    )
    return int((await connection.execute(query)).scalar_one())


def within_reach(actor: Actor) -> ColumnElement[bool]:
    own = robots.c.staff_id == actor.staff_id
    return true() if actor.role == "admin" else or_(own, robots.c.store_id.in_(actor.store_ids))


async def count_waiting(
    connection: Connection, org_id: str, ids: Collection[str]
) -> dict[str, int]:
    query = (
        select(notifications.c.target, func.count())
        .where(WAITING, notifications.c.org_id == org_id, notifications.c.target.in_(ids))
        .group_by(notifications.c.target)
    )
    return {target: count for target, count in await connection.execute(query)}


async def find_dead(
    connection: Connection, org_id: str, ids: Collection[str]
) -> dict[str, list[Record[Any]]]:
    query = (
        select(notifications)
        .where(DEAD, notifications.c.org_id == org_id, notifications.c.target.in_(ids))
        .order_by(notifications.c.failed_at.desc(), notifications.c.id)
    )
    found: dict[str, list[Record[Any]]] = defaultdict(list)
    for message in await connection.execute(query):
        found[message.target].append(message)
    return found


def describe(
    robot: Record[Any], vault: Vault, waiting: int, dead: Sequence[Record[Any]]
) -> dict[str, Any]:
    url, is_lost = vault.try_open(robot.url), not vault.can_open(robot.url, robot.secret)
    return {
        "id": robot.id,
        "kind": robot.kind,
        "store_id": robot.store_id or None,
        "name": robot.name,
        "urgent_only": bool(robot.urgent_only),
        "hint": hint_of(robot.kind, url) if url is not None else "",
        "has_secret": bool(robot.secret),
        "enabled": bool(robot.enabled),
        "sent_at": robot.sent_at,
        "error": LOST_KEY if is_lost else robot.error,
        "detail": robot.detail,
        "error_at": robot.error_at,
        "next_at": robot.next_at,
        "waiting": waiting,
        "dead": len(dead),
        "letters": [letter_of(message) for message in dead[:DEAD_SHOWN]],
    }


def letter_of(message: Record[Any]) -> dict[str, Any]:
    return {
        "id": message.id,
        "body": message.body,
        "rung_at": message.due_at,
        "failed_at": message.failed_at,
        "error": message.error,
        "detail": message.detail,
    }


async def forget_old(connection: Connection, now: int) -> None:
    """Messages name customers: none is kept longer than it can be of use."""
    old = or_(notifications.c.sent_at <= now - KEPT_MS, notifications.c.failed_at <= now - KEPT_MS)
    await connection.execute(delete(notifications).where(old))


async def count_dead(connection: Connection) -> int:
    """Messages given up, of all organisations; for metrics."""
    return int((await connection.execute(select(func.count()).where(DEAD))).scalar_one())
