"""The daily round of a store: who is warned, who is let go. A deadline like any other."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import select
from starlette.applications import Starlette

from server.customers.customer import open_leads_of
from server.db import Connection, Database
from server.leads import offers
from server.leads.mornings import plan_week
from server.leads.offers import change_owner, first_name
from server.pool.cases import Case, Office, find_cases
from server.pool.rules import Fate, is_weekday, lower, read_rules
from server.rows import (
    Published,
    in_each_organisation,
    keep_looking,
    load_scope,
    open_ledger,
    publish,
)
from server.rows.tables import deadlines
from server.stores.calendar import Calendar, calendar_of
from server.stores.office import OfficeCalendar
from sync import ORGANISATION, Entities, Kept, Ledger, Row, derive_id, pending_stamp

POOL_ROUND = "pool_round"
ROUND_MIN = 9 * 60 + 30
"""Half past nine by the store's wall: after the list of the dormant, before customers come."""
PLAN_PAUSE_S = 3600
INTO_POOL = "pool"
"""Why a lead was closed whose customer went to the pool."""


async def fire_round(
    connection: Connection, ledger: Ledger, deadline: Record[Any], store: Row
) -> None:
    """A handler of the deadline worker. Nothing happens on days on which nobody could act."""
    office = open_office(store)
    ledger.schedule(POOL_ROUND, store.id, next_round(office.calendar, ledger.now))
    plan_week(ledger, store)
    if not office.is_working_day(office.calendar.date_at(ledger.now)):
        return
    for case in await find_cases(connection, ledger, office):
        carry_out(ledger, case, office)


def open_office(store: Row) -> Office:
    rules = read_rules(store.body)
    office = OfficeCalendar(calendar_of(store.body).country)
    return Office(store, rules, office.is_working_day if rules.freeze_holidays else is_weekday)


def next_effective_round(office: Office, now: int) -> int:
    """The next one on a day on which anything happens."""
    at = next_round(office.calendar, now)
    while not office.is_working_day(office.calendar.date_at(at)):
        at = next_round(office.calendar, at)
    return at


def next_round(calendar: Calendar, now: int) -> int:
    day = calendar.date_at(now)
    at = round_on(calendar, day)
    return at if at > now else round_on(calendar, day + timedelta(days=1))


def round_on(calendar: Calendar, day: date) -> int:
    """When the round of a day is made, in ms."""
    wall = datetime(day.year, day.month, day.day, ROUND_MIN // 60, ROUND_MIN % 60)
    return int(wall.replace(tzinfo=calendar.zone).timestamp()) * 1000


# What becomes of a customer


def carry_out(ledger: Ledger, case: Case, office: Office) -> None:
    if case.step == "spare":
        ledger.change(case.customer, **dict.fromkeys(offers.WARNING))
    elif case.fate is not None and case.step == "let_go":
        let_go(ledger, case.customer, case.fate.why, office.store)
    elif case.fate is not None:
        warn(ledger, case, case.fate, office)


def warn(ledger: Ledger, case: Case, fate: Fate, office: Office) -> None:
    """The owner is told once; the row says until when they can act."""
    customer = case.customer
    release_at = round_on(office.calendar, fate.release_on)
    if case.step == "warn":
        tell(ledger, "release_warning", customer, customer.body["owner_id"], until_at=release_at)
        ledger.change(customer, warned_at=ledger.now)
    ledger.change(customer, release_at=release_at, release_why=fate.why)


def let_go(ledger: Ledger, customer: Row, why: Any, store: Row) -> None:
    """Released: the customer is silent, so the tier falls. Taken back: nobody tried, the manager
    is told, and the tier stays."""
    owner_id = customer.body["owner_id"]
    for lead in open_leads_of(customer, ledger):
        offers.close(ledger, lead, INTO_POOL)
    if why == "no_answer":
        lower_tier(ledger, customer)
    change_owner(ledger, customer, None, why)
    tell(ledger, "released", customer, owner_id, why=why)
    head_id = first_name(store.body)
    if why == "no_attempt" and head_id and head_id != owner_id:
        tell(ledger, "reclaimed", customer, head_id, from_id=owner_id)


def lower_tier(ledger: Ledger, customer: Row) -> None:
    """What a person chose stays in the history."""
    held, lowered = customer.body.get("tier"), lower(customer.body.get("tier"))
    if lowered == held:
        return
    ledger.keep(customer, Kept("tier", held, customer.stamp("tier"), False), "displaced")
    stamps = {**customer.stamps, "tier": pending_stamp(ledger.now, "", None)}
    ledger.change(customer, tier=lowered)
    customer.stamps = stamps


def tell(ledger: Ledger, kind: str, customer: Row, to_id: str, **facts: Any) -> Row:
    """A notice about a customer, without a lead."""
    body = {
        "kind": kind,
        "to_id": to_id,
        "lead_id": None,
        "customer_id": customer.id,
        "at": ledger.now,
        "name": customer.body.get("name") or customer.body.get("salutation") or "",
        **facts,
    }
    id = derive_id("notice", kind, customer.id, to_id, ledger.now)
    return ledger.create_once("notice", id, customer.id, body)


# That there is a next round


async def keep_rounds(app: Starlette) -> None:
    await keep_looking(app, plan_rounds, PLAN_PAUSE_S)


async def plan_rounds(database: Database, entities: Entities, now: int) -> list[Published]:
    """A round for every store that has none before it: a new one, or one of old."""
    work = partial(plan_organisation, entities=entities, now=now)
    return await in_each_organisation(database, work)


async def plan_organisation(
    connection: Connection, org_id: str, entities: Entities, now: int
) -> Published | None:
    ledger = await open_ledger(connection, org_id, entities, now)
    stores = await load_scope(connection, ledger, ORGANISATION, "store")
    planned = await find_planned(connection, org_id)
    for store in stores:
        if store.id not in planned:
            ledger.schedule(POOL_ROUND, store.id, next_round(calendar_of(store.body), now))
            plan_week(ledger, store)
    return await publish(connection, ledger) if ledger.timers else None


async def find_planned(connection: Connection, org_id: str) -> set[str]:
    query = select(deadlines.c.subject_id).where(
        deadlines.c.org_id == org_id,
        deadlines.c.kind == POOL_ROUND,
        deadlines.c.fired_at.is_(None),
        deadlines.c.cancelled_at.is_(None),
    )
    return set((await connection.execute(query)).scalars())
