"""What the rules read beside rows: counters, phones, loads. And the scenes of deadlines."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import func, select, tuple_

from server.db import Connection, as_list, bulk_upsert, listed
from server.identity.tables import devices
from server.leads.deadlines import Scene
from server.leads.offers import UNANSWERED, stored
from server.leads.presence import away_until, presence_id
from server.leads.roster import Books, Roster, Tally, day_of
from server.leads.rules import Rules, read_rules
from server.leads.tables import tallies, turns
from server.leads.turns import Turn
from server.rows import load, load_scope, read_row
from server.rows.tables import RECORD, feed, rows
from server.stores.calendar import calendar_of
from sync import ORGANISATION, Ledger, Row, desk_scope, staff_scope


class Rosters:
    """The people of several stores within one transaction, loaded with a few statements."""

    def __init__(self, ledger: Ledger, by_store: Mapping[str, Roster], admins: Iterable[str]):
        self.ledger = ledger
        self.by_store = by_store
        self.admins = tuple(admins)

    def scene(self, lead: Row) -> Scene:
        return Scene(self.ledger, lead, self.by_store[lead.body["store_id"]], self.admins)

    async def save(self, connection: Connection) -> None:
        """The counters that changed, in the transaction that gave the leads."""
        org, each = self.ledger.org, self.by_store.items()
        counted = [(store_id, id, roster) for store_id, roster in each for id in roster.changed]
        await bulk_upsert(
            connection,
            turns,
            [(org, store_id, id, *roster.turns[id]) for store_id, id, roster in counted],
        )
        await bulk_upsert(
            connection,
            tallies,
            [
                (org, store_id, roster.day, id, *roster.today[id])
                for store_id, id, roster in counted
            ],
        )


async def load_rosters(connection: Connection, ledger: Ledger, leads: Collection[Row]) -> Rosters:
    """The stores of these leads with everybody who might get or answer for one."""
    staff = await load_scope(connection, ledger, ORGANISATION, "staff")
    staff = [row for row in staff if not row.deleted]
    stores = {id: stored(ledger, id) for id in {lead.body["store_id"] for lead in leads}}
    books = await read_books(connection, ledger, stores, staff)
    by_store = {
        id: Roster(store, staff, books[id], ledger.now) for id, store in sorted(stores.items())
    }
    admins = sorted(row.id for row in staff if row.body["role"] == "admin")
    return Rosters(ledger, by_store, admins)


async def set_scene(connection: Connection, ledger: Ledger, lead: Row) -> Scene:
    """One lead with its store and everybody around it."""
    return (await load_rosters(connection, ledger, [lead])).scene(lead)


async def read_books(
    connection: Connection, ledger: Ledger, stores: Mapping[str, Row], staff: list[Row]
) -> dict[str, Books]:
    """What costs a statement is read only where a store's rules ask for it."""
    rules = {id: read_rules(store.body) for id, store in stores.items()}
    counted = await read_turns(connection, ledger.org, stores)
    today = await read_today(connection, ledger, stores)
    capped = [id for id in stores if caps_open_leads(rules[id], staff)]
    held = await count_held(connection, ledger.org, capped) if capped else {}
    is_asked = any(each.reach_min is not None for each in rules.values())
    heard = await read_heard(connection, ledger.org) if is_asked else {}
    away = await read_away(connection, ledger, [row.id for row in staff if works_at(row, stores)])
    return {
        id: Books(counted.get(id, {}), today.get(id, {}), held.get(id, {}), heard, away)
        for id in stores
    }


def works_at(person: Row, stores: Iterable[str]) -> bool:
    return bool(person.body["accepts_leads"]) and not set(stores).isdisjoint(
        person.body["store_ids"]
    )


async def read_away(
    connection: Connection, ledger: Ledger, staff_ids: Iterable[str]
) -> dict[str, int]:
    """Who let offers pass. Their rows stay in the ledger: a deadline may add one more."""
    ids = {staff_id: presence_id(staff_id) for staff_id in staff_ids}
    await load(connection, ledger, ids.values())
    until = {staff_id: away_until(ledger.row(id)) for staff_id, id in ids.items()}
    return {staff_id: at for staff_id, at in until.items() if at}


def caps_open_leads(rules: Rules, staff: Iterable[Row]) -> bool:
    if rules.open_cap is not None or any(row.body.get("cap") is not None for row in staff):
        return True
    return any(share.open_cap is not None for share in rules.people.values())


async def read_turns(
    connection: Connection, org_id: str, store_ids: Iterable[str]
) -> dict[str, dict[str, Turn]]:
    query = select(
        turns.c.store_id,
        turns.c.staff_id,
        turns.c.received,
        turns.c.last_at,
        turns.c.balance,
        turns.c.present_at,
    ).where(
        turns.c.org_id == org_id,
        turns.c.store_id.in_(listed(connection.dialect.name, "store_ids")),
    )
    asked = {"store_ids": as_list(sorted(store_ids))}
    found: dict[str, dict[str, Turn]] = {}
    for store_id, staff_id, *counters in await connection.execute(query, asked):
        found.setdefault(store_id, {})[staff_id] = Turn(*counters)
    return found


async def read_today(
    connection: Connection, ledger: Ledger, stores: Mapping[str, Row]
) -> dict[str, dict[str, Tally]]:
    days = [(id, day_of(ledger.now, calendar_of(store.body).zone)) for id, store in stores.items()]
    query = select(
        tallies.c.store_id, tallies.c.staff_id, tallies.c.entitled, tallies.c.received
    ).where(tallies.c.org_id == ledger.org, tuple_(tallies.c.store_id, tallies.c.day).in_(days))
    found: dict[str, dict[str, Tally]] = {}
    for store_id, staff_id, *counted in await connection.execute(query):
        found.setdefault(store_id, {})[staff_id] = Tally(*counted)
    return found


async def read_heard(connection: Connection, org_id: str) -> dict[str, int]:
    """When a phone of each person was last heard; flushed to the table each minute."""
    query = (
        select(devices.c.staff_id, func.max(devices.c.last_seen_at))
        .where(devices.c.org_id == org_id, devices.c.revoked_at.is_(None))
        .where(devices.c.last_seen_at.is_not(None))
        .group_by(devices.c.staff_id)
    )
    return {staff_id: at for staff_id, at in await connection.execute(query)}


async def count_held(
    connection: Connection, org_id: str, store_ids: Collection[str]
) -> dict[str, Counter[str]]:
    """How many open leads of each store people hold or are offered."""
    scopes = {desk_scope(id): id for id in store_ids}
    held: dict[str, Counter[str]] = {id: Counter() for id in store_ids}
    for lead in await read_open_leads(connection, org_id, scopes):
        body = lead.body
        person = body["holder_id"] or (body["offered_to"] if body["state"] in UNANSWERED else None)
        if person and body["store_id"] in held:
            held[body["store_id"]][person] += 1
    return held


async def count_open_leads(
    connection: Connection, org_id: str, staff_ids: Collection[str]
) -> Counter[str]:
    """How many open leads each of these people holds now."""
    scopes = [staff_scope(id) for id in staff_ids]
    leads = await read_open_leads(connection, org_id, scopes)
    return Counter(lead.body["holder_id"] for lead in leads if lead.body["holder_id"])


async def read_open_leads(connection: Connection, org_id: str, scopes: Iterable[str]) -> list[Row]:
    query = (
        select(*RECORD)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(
            feed.c.org_id == org_id,
            feed.c.scope.in_(list(scopes)),
            feed.c.part == 0,
            rows.c.entity == "lead",
        )
    )
    found = (await connection.execute(query)).mappings()
    return list({row["id"]: read_row(row) for row in found}.values())
