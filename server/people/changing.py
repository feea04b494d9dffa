"""A person changes: account, directory row, history and what waits for them, in one transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from server.db import Connection
from server.errors import BadRequest
from server.identity.rights import RIGHTS, change_rights
from server.identity.sessions import end_sessions
from server.identity.tables import sessions
from server.leads import offers
from server.leads.left_behind import LEFT_BEHIND
from server.leads.offers import UNANSWERED
from server.notify.robots import remove_personal
from server.people.facts import record
from server.people.wishes import AWAY, LEFT, fields_of, find_faults
from server.rows import load
from server.rows.tables import feed, rows
from server.stores.queries import end_personal
from server.stores.tables import posters
from sync import Ledger, Row, staff_scope

COMES_BACK = "comes_back"
"""The deadline at which somebody is back from leave. Its subject is the person."""

GOES_AWAY = "goes_away"
"""The deadline at which a leave begins that was known of before. Its subject is the person."""


async def change_person(
    connection: Connection,
    ledger: Ledger,
    person: Row,
    wish: Mapping[str, Any],
    by_id: str | None,
) -> bool:
    """Whether anything became other than it was. Raises BadRequest with faults."""
    await check_wish(connection, ledger, person, wish)
    fields = fields_of(person.body, wish)
    if not fields:
        return False
    told = {name: [person.body.get(name), value] for name, value in fields.items()}
    rights = {name: fields[name] for name in RIGHTS if name in fields}
    if rights:
        await change_rights(connection, ledger.org, person.id, ledger.now, rights)
    ledger.change(person, **fields)
    record(ledger, person.id, "changed", by_id, told)
    if fields.keys() & {"state", "back_at"}:
        await follow_state(connection, ledger, person)
    if fields.keys() & {"state", "store_ids"}:
        kept = () if person.body["state"] == LEFT else person.body["store_ids"]
        elsewhere = posters.c.store_id.not_in(kept)
        await end_personal(connection, ledger.org, person.id, elsewhere, by_id, ledger.now)
    if LEFT in told.get("state", ()):
        ledger.cancel(LEFT_BEHIND, person.id)
        ledger.schedule(LEFT_BEHIND, person.id, ledger.now)
    if "next_away" in fields:
        follow_plan(ledger, person)
    return True


async def check_wish(
    connection: Connection, ledger: Ledger, person: Row, wish: Mapping[str, Any]
) -> None:
    await load(connection, ledger, [*wish.get("store_ids", ()), *(wish.get("shifts") or ())])
    stores = {row.id: row for row in ledger.rows_of("store")}
    if not stores.keys() >= set(wish.get("store_ids", ())):
        raise BadRequest(field="store_ids")
    if faults := find_faults(person.body, wish, stores, ledger.now):
        raise BadRequest("person_faulty", faults=[fault._asdict() for fault in faults])


async def follow_state(connection: Connection, ledger: Ledger, person: Row) -> None:
    """Whoever is not there keeps no open offer; whoever left is signed out everywhere and hears no
    more, and their phones, which may still send, are told to hand over and wipe (see the push)."""
    state, back_at = person.body["state"], person.body.get("back_at")
    ledger.cancel(COMES_BACK, person.id)
    if state in AWAY and back_at is not None:
        ledger.schedule(COMES_BACK, person.id, back_at)
    if state in AWAY or state == LEFT:
        await take_offers(connection, ledger, person.id)
    if state == LEFT:
        await end_sessions(connection, ledger.org, sessions.c.staff_id == person.id, ledger.now)
        await remove_personal(connection, ledger.org, person.id)


def follow_plan(ledger: Ledger, person: Row) -> None:
    ledger.cancel(GOES_AWAY, person.id)
    if planned := person.body.get("next_away"):
        ledger.schedule(GOES_AWAY, person.id, planned["from_at"])


async def take_offers(connection: Connection, ledger: Ledger, staff_id: str) -> None:
    """They wait to be routed again, which the worker does at once; their clocks go on. What was
    escalated to them goes further up."""
    await load(
        connection, ledger, await find_open(connection, ledger.org, staff_id, "offer", "lead")
    )
    waiting = [row for row in ledger.rows_of("lead") if row.body.get("state") in UNANSWERED]
    for lead in waiting:
        is_offered = lead.body["offered_to"] == staff_id
        if is_offered:
            offers.withdraw(ledger, lead)
            ledger.change(lead, state="waiting")
            offers.show_on_card(ledger, lead)
        if is_offered or lead.body["escalated_to"] == staff_id:
            ledger.schedule("route", lead.id, ledger.now)


async def find_open(
    connection: Connection, org_id: str, staff_id: str, *entities: str
) -> list[str]:
    """Ids of what a person has of these kinds; closed leads and past offers are left out."""
    query = (
        select(rows.c.id)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == org_id, feed.c.scope == staff_scope(staff_id))
        .where(rows.c.entity.in_(entities), (rows.c.entity == "customer") | (feed.c.part == 0))
    )
    return list((await connection.execute(query)).scalars())


async def fire_comes_back(
    connection: Connection, ledger: Ledger, deadline: object, person: Row
) -> None:
    """The handler of COMES_BACK."""
    back_at = person.body.get("back_at")
    if person.body["state"] in AWAY and back_at is not None and back_at <= ledger.now:
        await change_person(connection, ledger, person, {"state": "active"}, None)


async def fire_goes_away(
    connection: Connection, ledger: Ledger, deadline: object, person: Row
) -> None:
    """The handler of GOES_AWAY. A leave that was over before anybody noticed only ends."""
    planned = person.body.get("next_away")
    if planned is None or planned["from_at"] > ledger.now or person.body["state"] == LEFT:
        return
    wish: dict[str, Any] = {"next_away": None}
    if planned["back_at"] is None or planned["back_at"] > ledger.now:
        wish |= {"state": planned["state"], "back_at": planned["back_at"]}
    await change_person(connection, ledger, person, wish, None)
