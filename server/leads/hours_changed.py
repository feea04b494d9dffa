"""A store's hours have changed: the clocks of its open leads run by the new ones.

What has been rung, passed on or escalated stays so. What has not is due in the new store time,
counted from where the lead's clock began; but for what the store was closed for then, whatever its
new hours say of it: nobody could have answered.
"""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import select

from server.db import Connection, as_list, listed
from server.leads.clock import RUNGS, climb, first_follow_up_due, patience_of
from server.leads.offers import UNANSWERED
from server.rows import load
from server.rows.tables import deadlines, feed, rows
from server.stores.calendar import Calendar, calendar_of
from server.stores.hours_before import HoursBefore, read_hours_before
from sync import Ledger, Row, desk_scope

FIRST_FOLLOW_UP, ROUTE = "first_follow_up", "route"
ON_OFFERS = ("nudge_at", "next_at", "escalate_at")
KINDS = (*(kind for kind, _ in RUNGS), FIRST_FOLLOW_UP)
IS_OPEN = deadlines.c.fired_at.is_(None) & deadlines.c.cancelled_at.is_(None)

Due = Mapping[str, int]
"""The kinds of deadlines of a lead that have not fired, and when they are due (ms)."""


class Offered(msgspec.Struct):
    """What of an offer's body says when a clock began."""

    lead_id: str
    reason: str
    offered_at: int


_offered = msgspec.json.Decoder(Offered)


async def fire_hours_changed(
    connection: Connection, ledger: Ledger, deadline: object, store: Row
) -> None:
    """The handler of the deadline `hours_changed`."""
    ids = await find_open_leads(connection, ledger.org, store.id)
    await load(connection, ledger, ids)
    leads = [lead for id in ids if (lead := ledger.row(id)) and not lead.body.get("contacted_at")]
    due = await read_due(connection, ledger.org, ids)
    begun = await read_beginnings(connection, ledger.org, leads)
    before = await read_hours_before(connection, ledger.org, store)
    for lead in leads:
        note_closed(ledger, lead, store, before)
        look_again(ledger, lead, store, due.get(lead.id, {}), begun[lead.id], before)


# What is there


async def find_open_leads(connection: Connection, org_id: str, store_id: str) -> list[str]:
    query = (
        select(rows.c.id)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(
            feed.c.org_id == org_id,
            feed.c.scope == desk_scope(store_id),
            feed.c.part == 0,
            rows.c.entity == "lead",
        )
    )
    return list((await connection.execute(query)).scalars())


async def read_due(
    connection: Connection, org_id: str, ids: Collection[str]
) -> dict[str, dict[str, int]]:
    query = select(deadlines.c.subject_id, deadlines.c.kind, deadlines.c.due_at).where(
        deadlines.c.org_id == org_id,
        deadlines.c.subject_id.in_(listed(connection.dialect.name, "ids")),
        deadlines.c.kind.in_(KINDS),
        IS_OPEN,
    )
    due: dict[str, dict[str, int]] = {}
    for lead_id, kind, due_at in await connection.execute(query, {"ids": as_list(ids)}):
        due.setdefault(lead_id, {})[kind] = due_at
    return due


async def read_beginnings(
    connection: Connection, org_id: str, leads: Collection[Row]
) -> dict[str, int]:
    """When each lead's clock began: with its receipt, or anew when it was handed to somebody."""
    begun: dict[str, int] = {lead.id: lead.body["received_at"] for lead in leads}
    roots = list({lead.root for lead in leads})
    query = select(rows.c.body).where(
        rows.c.org_id == org_id,
        rows.c.root.in_(listed(connection.dialect.name, "roots")),
        rows.c.entity == "offer",
    )
    for body in (await connection.execute(query, {"roots": as_list(roots)})).scalars():
        made = _offered.decode(body)
        if made.reason == "reassigned" and made.lead_id in begun:
            begun[made.lead_id] = max(begun[made.lead_id], made.offered_at)
    return begun


# What becomes of it


def note_closed(ledger: Ledger, lead: Row, store: Row, before: HoursBefore) -> None:
    """For its clock, if that has not begun, and for its figures."""
    closed_s = count_closed(store, before, lead.body["received_at"], ledger.now)
    if closed_s != (lead.body.get("closed_s") or 0):
        ledger.change(lead, closed_s=closed_s)


def count_closed(store: Row, before: HoursBefore, since: int, now: int) -> int:
    """Seconds that count as store time by the hours of today and did not by those of then."""
    return max(0, calendar_of(store.body).elapsed(since, now) - before.elapsed(since, now))


def look_again(
    ledger: Ledger, lead: Row, store: Row, due: Due, since: int, before: HoursBefore
) -> None:
    calendar = calendar_of(store.body)
    due_at = first_follow_up_due(calendar, lead.body["received_at"])
    if due.get(FIRST_FOLLOW_UP, 0) > ledger.now:
        move(ledger, lead, FIRST_FOLLOW_UP, due, due_at)
        ledger.change(lead, first_follow_up_due_at=due_at)
    if lead.body["state"] in UNANSWERED:
        closed_s = count_closed(store, before, since, ledger.now)
        climb_again(ledger, lead, store, due, since, closed_s)
        route_again(ledger, lead, calendar)


def climb_again(ledger: Ledger, lead: Row, store: Row, due: Due, since: int, closed_s: int) -> None:
    """Rungs that have fired keep their time; the others get a new one."""
    calendar, held = calendar_of(store.body), lead.body["clock"]
    put_off_s = lead.body.get("put_off_s") or 0
    ladder = climb(calendar, since, patience_of(store.body), put_off_s, closed_s)
    if ladder is None or (held is None and lead.body["offered_to"] is None):
        return
    standing = [(kind, field) for kind, field in RUNGS if held is None or kind in due]
    fired = {field for _, field in RUNGS} - {field for _, field in standing}
    kept = {field: at for field, at in (held or {}).items() if field not in ladder._fields}
    fired_at = {field: held[field] for field in fired}
    ledger.change(lead, clock={**ladder._asdict(), **kept, **fired_at})
    for nth, (kind, field) in enumerate(standing):
        due_at = getattr(ladder, field)
        if due_at <= ledger.now and not calendar.is_open(ledger.now):
            # Nothing rings while the store is closed; then one after the other.
            due_at = (calendar.next_opening(ledger.now) or due_at) + nth
        move(ledger, lead, kind, due, due_at)
    tell_offer(ledger, lead)


def tell_offer(ledger: Ledger, lead: Row) -> None:
    """The phone that rings shows the same times."""
    made = ledger.find(lead.body["offer_id"])
    if made is not None and made.body["state"] == "open":
        clock = lead.body["clock"]
        ledger.change(made, **{field: clock[field] for field in ON_OFFERS})


def route_again(ledger: Ledger, lead: Row, calendar: Calendar) -> None:
    """Whoever waits is routed when the store is open: now, it may be. An offer is looked at again
    at the next opening, if its time does not run out before."""
    opening = calendar.next_opening(ledger.now)
    if lead.body["offered_to"] is not None and opening == ledger.now:
        clock, closing = lead.body["clock"], calendar.closes_at(ledger.now)
        is_over_before = closing is None or clock is None or clock["escalate_at"] <= closing
        opening = None if is_over_before else calendar.next_opening(closing or 0)
    ledger.cancel(ROUTE, lead.id)
    if opening is not None:
        ledger.schedule(ROUTE, lead.id, opening)


def move(ledger: Ledger, lead: Row, kind: str, due: Due, due_at: int) -> None:
    if due.get(kind) != due_at:
        ledger.cancel(kind, lead.id)
        ledger.schedule(kind, lead.id, due_at)
