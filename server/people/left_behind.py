"""Somebody left and nobody has their customers yet: whoever may hand them over is told at once, and
keeps the notice until it is done. A list from elsewhere says that somebody left, never to whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row as Record

from server.db import Connection
from server.identity.actor import LEADERS, Actor
from server.leads.left_behind import LEFT_BEHIND, Left, count_left
from server.leads.mornings import morning_for, plan_digest
from server.notify.outbox import Bell, enqueue
from server.people.sharing import first_head
from server.people.wishes import LEFT, heads
from server.rows import load, load_scope
from server.stores.calendar import calendar_of
from sync import ORGANISATION, Ledger, Row, derive_id


async def fire_left_behind(
    connection: Connection, ledger: Ledger, deadline: Record[Any], person: Row
) -> None:
    """The handler of LEFT_BEHIND: as they leave, after a handover, and each morning."""
    left = await count_by_store(connection, ledger, person)
    staff = await load_scope(connection, ledger, ORGANISATION, "staff")
    leaders = [row for row in staff if not row.deleted and row.body["role"] in LEADERS]
    await load(connection, ledger, [*left, *(notice_id(person.id, row.id) for row in leaders)])
    stores = [row for row in ledger.rows_of("store") if row.id in left]
    able = {row.id: row for row in leaders if may_hand_over(ledger.org, row, person)}
    led = gather(stores, able)
    end_notices(ledger, person, {row.id for row in leaders} - led.keys())
    bells = [
        bell
        for head_id, mine in led.items()
        if tell(ledger, person, head_id, total(left[store.id] for store in mine))
        for bell in make_bells(ledger, person, able[head_id], mine)
    ]
    for store in stores:
        plan_digest(ledger, store, morning_for(calendar_of(store.body), ledger.now, ledger.now))
    await enqueue(connection, ledger.org, bells, ledger.now)


async def read_left_behind(
    connection: Connection, org_id: str, people: Iterable[Row]
) -> dict[str, dict[str, dict[str, int]]]:
    """Of each who left and still has something: how much."""
    gone = [row.id for row in people if row.body["state"] == LEFT]
    counted = await count_left(connection, org_id, gone)
    return {
        id: {LEFT_BEHIND: total(left for (who, _), left in counted.items() if who == id)._asdict()}
        for id in {staff_id for staff_id, _ in counted}
    }


async def count_by_store(connection: Connection, ledger: Ledger, person: Row) -> dict[str, Left]:
    """Nothing of whoever is back in the team."""
    if person.body["state"] != LEFT:
        return {}
    counted = await count_left(connection, ledger.org, [person.id])
    return {store_id: left for (_, store_id), left in sorted(counted.items())}


def may_hand_over(org_id: str, leader: Row, person: Row) -> bool:
    body = leader.body
    actor = Actor(org_id, leader.id, body["role"], tuple(body["store_ids"]))
    return leader.id != person.id and body["state"] == "active" and heads(actor, person)


def gather(stores: Iterable[Row], able: Mapping[str, Row]) -> dict[str, list[Row]]:
    """The stores of which each leader is to hand over what was left."""
    led: dict[str, list[Row]] = defaultdict(list)
    for store in stores:
        if head_id := first_head(store, able):
            led[head_id].append(store)
    return led


def total(left: Iterable[Left]) -> Left:
    return Left(*map(sum, zip(*left, strict=True)))


def tell(ledger: Ledger, person: Row, head_id: str, left: Left) -> bool:
    """One notice for each leaver and leader, with the counts of now. Whether it is news to them."""
    id = notice_id(person.id, head_id)
    held = ledger.row(id)
    if held is not None and held.body["ended_at"] is None:
        ledger.change(held, **left._asdict())
        return False
    named = {"kind": LEFT_BEHIND, "to_id": head_id, "staff_id": person.id}
    body = {**named, "name": person.body["name"], "lead_id": None, "customer_id": None}
    told = {**body, "at": ledger.now, "ended_at": None, **left._asdict()}
    ledger.create_once("notice", id, id, told)
    return True


def end_notices(ledger: Ledger, person: Row, leader_ids: Iterable[str]) -> None:
    """Of whoever need not see to it any more: it is handed over, or somebody else's to do."""
    for leader_id in leader_ids:
        held = ledger.row(notice_id(person.id, leader_id))
        if held is not None and held.body["ended_at"] is None:
            ledger.change(held, ended_at=ledger.now)


def make_bells(ledger: Ledger, person: Row, head: Row, stores: Iterable[Row]) -> list[Bell]:
    """One for each store's groups; the leader hears of all of their stores at once."""
    notice = ledger.row(notice_id(person.id, head.id))
    assert notice is not None
    facts = {
        "one": person.body["name"],
        "about_id": person.id,
        "to_id": head.id,
        "to": head.body["name"],
        "count": notice.body["customers"],
        **{name: notice.body[name] for name in Left._fields},
    }
    key = ":".join((LEFT_BEHIND, person.id, head.id, str(ledger.now)))
    return [
        Bell(LEFT_BEHIND, store.id, key, {**facts, "store": store.body["name"]}) for store in stores
    ]


def notice_id(person_id: str, head_id: str) -> str:
    return derive_id("notice", LEFT_BEHIND, person_id, head_id)
