"""A registration that became part of a customer whom somebody else had just registered.

Looked at by the deadline worker right after the push: what a phone's clock was worth stands in the
log of pushes.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import bindparam, select

from server.clock import DAY_MS
from server.collisions.captures import Capture, capture_of, compare, describe
from server.collisions.settling import settle, tell_both
from server.customers.names import mask_name
from server.customers.phone import mask
from server.db import Connection, fetch, fetch_one
from server.followups.steps import is_effective
from server.leads.offers import first_name, stored
from server.pool.rules import read_rules
from server.rows import load, make_row
from server.rows.tables import RECORD, pushes, rows
from sync import Ledger, Row, Timing, derive_id, standing

MINE = "me"


async def fire_collision(
    connection: Connection, ledger: Ledger, deadline: Record[Any], arrival: Row
) -> None:
    """A handler of the deadline worker; `arrival` is the one that came second."""
    person = stored(ledger, arrival.root)
    owner_id = person.body.get("owner_id")
    if person.entity != "customer" or owner_id in (None, arrival.author):
        return
    tree = await read_tree(connection, ledger, person)
    rival = find_rival(tree, owner_id, arrival, ledger)
    if rival is None:
        return
    id = collision_id(person, rival, arrival)
    await load(connection, ledger, [id, *(each.body["store_id"] for each in (rival, arrival))])
    # Whoever lost the customer by it may be looked at afterwards: the two are the same two.
    if ledger.row(id) is not None:
        return
    captures = [await read_capture(connection, ledger, each) for each in (rival, arrival)]
    record(ledger, person, (rival, arrival), captures, tree)


def collision_id(person: Row, *arrivals: Row) -> str:
    return derive_id("collision", person.id, *sorted(each.id for each in arrivals))


async def read_tree(connection: Connection, ledger: Ledger, person: Row) -> list[Row]:
    found = await fetch(connection, EVIDENCE, {"org": ledger.org, "root": person.id})
    tree = [make_row(*held) for held in found]
    for row in tree:
        ledger.put_loaded(row)
    return tree


EVIDENCE = select(*RECORD).where(
    rows.c.org_id == bindparam("org"),
    rows.c.root == bindparam("root"),
    (rows.c.entity == "arrival")
    | (rows.c.entity == "photo")
    | (rows.c.entity == "follow_up")
    | (rows.c.entity == "correction"),
    rows.c.deleted == 0,
)


def find_rival(tree: Iterable[Row], owner_id: str, arrival: Row, ledger: Ledger) -> Row | None:
    """The owner's own reception, if it lies within the protection window of this one."""
    store = stored(ledger, arrival.body["store_id"])
    window = read_rules(store.body).protection_days * DAY_MS
    own = [
        row
        for row in tree
        if row.entity == "arrival" and row.author == owner_id and row.body.get("reception") == MINE
    ]
    first = min(own, key=lambda row: (row.received_at, row.seq), default=None)
    return first if first is not None and abs(arrival.at - first.at) <= window else None


async def read_capture(connection: Connection, ledger: Ledger, arrival: Row) -> Capture:
    """By the push that brought it, and what its clock was held against."""
    asked = {"org": ledger.org, "device": arrival.device, "at": arrival.received_at}
    push = await fetch_one(connection, LAST_PUSH, asked)
    if push is None:
        return Capture(arrival.at, arrival.received_at, False)
    timing = Timing(
        received_at=push.received_at,
        sent_at=push.received_at - push.skew_ms,
        contact_at=push.contact_at,
        last_skew=push.last_skew_ms,
    )
    return capture_of(arrival.captured_at, timing)


LAST_PUSH = (
    select(pushes.c.received_at, pushes.c.skew_ms, pushes.c.contact_at, pushes.c.last_skew_ms)
    .where(
        pushes.c.org_id == bindparam("org"),
        pushes.c.device_id == bindparam("device"),
        pushes.c.received_at <= bindparam("at"),
    )
    .order_by(pushes.c.first_seq.desc())
    .limit(1)
)


def record(
    ledger: Ledger,
    person: Row,
    arrivals: tuple[Row, Row],
    captures: list[Capture],
    tree: Collection[Row],
) -> None:
    """The evidence, whoever decides. A clear order decides by itself, unless the owner has met the
    customer since: that is the manager's to weigh."""
    order, owner_id = compare(*captures), str(arrivals[0].author)
    is_met = order == "other" and was_met(tree, owner_id, ledger)
    one, other = (
        describe(arrival, capture, find_photos(tree, arrival))
        for arrival, capture in zip(arrivals, captures, strict=True)
    )
    stores = sorted({one["store_id"], other["store_id"]})
    body: dict[str, Any] = {
        "customer_id": person.id,
        "name_masked": mask_name(person.body.get("name") or person.body.get("salutation") or ""),
        "phone_masked": mask(person.body.get("phone") or ""),
        "store_ids": stores,
        "head_ids": sorted({first_name(stored(ledger, store).body) for store in stores} - {""}),
        "one": one,
        "other": other,
        "why": "met" if is_met else "overlap" if order == "overlap" else "earlier",
        **UNRULED,
    }
    id = collision_id(person, *arrivals)
    collision = ledger.create("collision", id, person.id, body)
    if order != "overlap" and not is_met:
        settle(ledger, collision, order)
    tell_both(ledger, collision)


UNRULED: dict[str, Any] = {
    "state": "open",
    "shares": None,
    "wish": "none",
    "wish_note": "",
    "ruled_by": None,
    "ruled_at": None,
}


def was_met(tree: Iterable[Row], owner_id: str, ledger: Ledger) -> bool:
    mine = [row for row in tree if row.entity == "follow_up" and row.author == owner_id]
    told = [standing(row, ledger) for row in mine]
    return any(body is not None and is_effective(body) for body in told)


def find_photos(tree: Iterable[Row], arrival: Row) -> list[str]:
    photos = (row for row in tree if row.entity == "photo")
    return sorted(row.id for row in photos if row.body.get("subject_id") == arrival.id)
