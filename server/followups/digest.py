"""Each morning one notice for each person whose leads or opportunities are due, and one for whoever
runs the store; on the first morning of a week it counts the customers who fell silent, too, and
those whose data was kept long enough."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row as Record
from sqlalchemy import Text, select, type_coerce

from server.clock import DAY_MS
from server.customers.agreement import has_withdrawn
from server.db import Connection
from server.followups.cadence import next_due
from server.followups.dormant import Told, count_dormant, listed_at, opens_week
from server.followups.kept_over import read_months, read_overdue
from server.leads import opportunities
from server.leads.eligibility import ACTIVE
from server.leads.left_behind import LEFT_BEHIND, count_left
from server.leads.mornings import DIGEST, morning_begun, morning_of, plan_digest, plan_week
from server.leads.past import read_rows
from server.leads.queries import read_open_leads
from server.rows import load, load_scope, read_row
from server.rows.tables import RECORD, feed, rows
from server.stores.calendar import Calendar, calendar_of
from server.stores.duty import HEADS, who_erases
from sync import ORGANISATION, Ledger, Row, derive_id, desk_scope

KINDS = ("digest", "team_digest")


class Touch(NamedTuple):
    """What one person is to do next with one customer, and until when (ms)."""

    staff_id: str
    due_at: int


class Due(NamedTuple):
    """How many touches of one person: due before today, and due today; and how many customers
    were silent when the week began."""

    overdue: int = 0
    today: int = 0
    dormant: int = 0

    def told(self) -> dict[str, int]:
        """What is not of this morning is left out."""
        told = self._asdict()
        return told if self.dormant else {k: v for k, v in told.items() if k != "dormant"}


async def fire_digest(
    connection: Connection, ledger: Ledger, deadline: Record[Any], store: Row
) -> None:
    """Told in the transaction that marks the deadline as fired: once, whoever is killed. Where the
    hours have changed since, it waits for the opening."""
    calendar = calendar_of(store.body)
    if not calendar.is_open(ledger.now):
        plan_digest(ledger, store, calendar.next_opening(ledger.now))
        return
    plan_week(ledger, store)
    leads = await load_followed(connection, ledger, store)
    deals = await load_opportunities(connection, ledger, store)
    silent = await count_silent(connection, ledger, store, calendar)
    holders = {lead.body["holder_id"] for lead in leads}
    holders |= {person.body["owner_id"] for person in deals} | silent.keys()
    heads = [store.body.get(field) for field in HEADS]
    await load(connection, ledger, [id for id in {*holders, *heads} if id])
    touches = [*replan(ledger, leads, calendar), *replan_deals(ledger, deals, calendar)]
    gone = await find_gone(connection, ledger)
    left = await find_left(connection, ledger, store, gone)
    all_due = add_silent(count_due(touches, calendar, ledger.now), silent)
    due = {id: each for id, each in all_due.items() if id not in gone}
    kept_over = await count_kept_over(connection, ledger, store, calendar)
    if not due and not left and not kept_over:
        return
    at_work = {id: counted for id, counted in due.items() if is_here(ledger, id)}
    admins = find_admins(ledger, store) if kept_over else []
    await load_told(connection, ledger, store, [*at_work, *filter(None, heads), *admins])
    for staff_id, counted in at_work.items():
        write_notice(ledger, store, staff_id, "digest", counted.told())
    more = {"left": left, "kept_over": kept_over}
    waiting = {"frozen": total(due) - total(at_work), **{k: v for k, v in more.items() if v}}
    tell_head(ledger, store, heads, at_work, waiting)
    tell_admins(ledger, store, admins, kept_over)
    tomorrow = calendar.next_opening(morning_of(ledger.now, calendar.zone, days=1))
    plan_digest(ledger, store, tomorrow)


async def find_gone(connection: Connection, ledger: Ledger) -> set[str]:
    staff = await load_scope(connection, ledger, ORGANISATION, "staff")
    return {row.id for row in staff if row.body["state"] == "left"}


async def find_left(
    connection: Connection, ledger: Ledger, store: Row, gone: Collection[str]
) -> list[dict[str, Any]]:
    """What of the store's is still in the name of people who left. Said each morning, and whoever
    is to hand it over is told anew: they may be others today, and more or less may be left."""
    counted = await count_left(connection, ledger.org, gone)
    left = {id: each for (id, store_id), each in counted.items() if store_id == store.id}
    for staff_id in left:
        ledger.schedule(LEFT_BEHIND, staff_id, ledger.now)
    return [{"staff_id": id, **each._asdict()} for id, each in sorted(left.items())]


async def load_followed(connection: Connection, ledger: Ledger, store: Row) -> list[Row]:
    """The store's contacted leads and their customers, put into the ledger."""
    found = await read_open_leads(connection, ledger.org, [desk_scope(store.id)])
    leads = [
        lead
        for lead in found
        if lead.body["store_id"] == store.id and lead.body.get("next_due_at") and is_held(lead)
    ]
    people = await read_rows(connection, ledger.org, {lead.root for lead in leads})
    for row in (*leads, *people):
        ledger.put_loaded(row)
    return [lead for lead in leads if ledger.has_loaded(lead.root)]


async def load_opportunities(connection: Connection, ledger: Ledger, store: Row) -> list[Row]:
    """The store's owned customers with an opportunity and no open lead, which has its own clock."""
    has_one = type_coerce(rows.c.body, Text).contains('"opportunity_at":')
    query = (
        select(*RECORD)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == ledger.org, feed.c.scope == desk_scope(store.id))
        .where(feed.c.part == 1, rows.c.entity == "customer", rows.c.deleted == 0, has_one)
    )
    found = [read_row(held) for held in (await connection.execute(query)).mappings()]
    deals = [row for row in found if row.body.get("opportunity_due_at") and row.body["owner_id"]]
    due = [row for row in deals if not has_withdrawn(row)]
    for row in due:
        ledger.put_loaded(row)
    return [row for row in due if row.body["store_id"] == store.id]


async def count_silent(
    connection: Connection, ledger: Ledger, store: Row, calendar: Calendar
) -> Counter[str]:
    """By owner, on the first morning of a week; nobody on other mornings."""
    if not opens_week(calendar, ledger.now):
        return Counter()
    agreed = type_coerce(rows.c.body, Text).contains('"marketing":true')
    query = (
        select(rows.c.body)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == ledger.org, feed.c.scope == desk_scope(store.id))
        .where(rows.c.entity == "customer", rows.c.deleted == 0, agreed)
    )
    found = [_told.decode(body) for body in (await connection.execute(query)).scalars()]
    return count_dormant(found, store.id, listed_at(ledger.now, calendar.zone))


async def count_kept_over(
    connection: Connection, ledger: Ledger, store: Row, calendar: Calendar
) -> int:
    """On the first morning of a week; 0 on other mornings."""
    if not opens_week(calendar, ledger.now):
        return 0
    months = await read_months(connection, ledger.org)
    return len(await read_overdue(connection, ledger.org, [store.id], months, ledger.now))


def add_silent(due: Mapping[str, Due], silent: Mapping[str, int]) -> dict[str, Due]:
    counted = {id: due.get(id, Due())._replace(dormant=n) for id, n in silent.items()}
    return {**due, **counted}


_told = msgspec.json.Decoder(Told)


def is_held(lead: Row) -> bool:
    return lead.body["state"] == "contacted" and bool(lead.body["holder_id"])


def replan(ledger: Ledger, leads: Iterable[Row], calendar: Calendar) -> Iterator[Touch]:
    """By the tiers and hours of this morning."""
    for lead in leads:
        person = ledger.row(lead.root)
        if person is not None:
            ledger.change(lead, next_due_at=next_due(lead, person, calendar))
        yield Touch(lead.body["holder_id"], lead.body["next_due_at"])


def replan_deals(ledger: Ledger, people: Iterable[Row], calendar: Calendar) -> Iterator[Touch]:
    for person in people:
        due_at = opportunities.next_due(person, calendar)
        ledger.change(person, opportunity_due_at=due_at)
        if due_at is not None:
            yield Touch(person.body["owner_id"], due_at)


def count_due(touches: Iterable[Touch], calendar: Calendar, now: int) -> dict[str, Due]:
    """By person; whoever has nothing due today is left out."""
    ends = morning_of(now, calendar.zone) + DAY_MS
    due: dict[str, Due] = {}
    for staff_id, due_at in touches:
        if due_at < ends:
            overdue, today, _ = due.get(staff_id, Due())
            is_late = due_at < now
            due[staff_id] = Due(overdue + is_late, today + (not is_late))
    return due


def total(due: dict[str, Due]) -> int:
    return sum(map(sum, due.values()))


def is_here(ledger: Ledger, staff_id: str | None) -> bool:
    """Nobody on leave or travelling is reminded; it waits until they are back."""
    person = ledger.find(staff_id)
    return person is not None and person.body.get("state") == ACTIVE


def tell_head(
    ledger: Ledger,
    store: Row,
    heads: list[str | None],
    due: dict[str, Due],
    waiting: dict[str, Any],
) -> None:
    """Counts for each person, and what waits for somebody who is not there or has left."""
    to_id = next((id for id in heads if is_here(ledger, id)), None)
    if to_id is None:
        return
    people = [{"staff_id": id, **counted.told()} for id, counted in sorted(due.items())]
    whole = Due(*map(sum, zip(*due.values(), strict=True))) if due else Due()
    counts = {**whole.told(), "people": people, **waiting}
    write_notice(ledger, store, to_id, "team_digest", counts)


def find_admins(ledger: Ledger, store: Row) -> list[str]:
    """Who erases where the store has no manager; nobody where it has one."""
    managers, admins = who_erases(store.id, ledger.rows_of("staff"))
    return [] if managers else admins


def tell_admins(ledger: Ledger, store: Row, admins: Iterable[str], kept_over: int) -> None:
    """Of nothing else; one who runs the store was told of it all."""
    for to_id in admins:
        counts = {**Due().told(), "people": [], "kept_over": kept_over}
        write_notice(ledger, store, to_id, "team_digest", counts)


def write_notice(ledger: Ledger, store: Row, to_id: str, kind: str, counts: dict[str, Any]) -> None:
    """About no single lead: a root of its own. Mornings that passed while nobody looked are told
    together, once."""
    id = notice_id(ledger, store, to_id, kind)
    if ledger.row(id) is not None:
        return
    told = {"kind": kind, "to_id": to_id, "store_id": store.id, "at": ledger.now}
    blank = {"lead_id": None, "customer_id": None, "name": ""}
    ledger.create("notice", id, id, {**told, **blank, **counts})


async def load_told(
    connection: Connection, ledger: Ledger, store: Row, people: Iterable[str]
) -> None:
    ids = [notice_id(ledger, store, id, kind) for id in people for kind in KINDS]
    await load(connection, ledger, ids)


def notice_id(ledger: Ledger, store: Row, to_id: str, kind: str) -> str:
    morning = morning_begun(ledger.now, calendar_of(store.body).zone)
    return derive_id("notice", DIGEST, kind, store.id, to_id, morning)
