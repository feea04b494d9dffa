"""What a store's leads became: read for the rehearsal of rules and for the report of a month."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from server.db import Connection, as_list, listed
from server.leads.eligibility import owner_of_household
from server.leads.roster import Tally
from server.leads.tables import tallies
from server.rows import load_scope, read_row
from server.rows.tables import RECORD, feed, rows
from server.stores.calendar import midnight
from sync import ORGANISATION, Ledger, Row, desk_scope


class Span(NamedTuple):
    """From `since` up to `until`, in ms."""

    since: int
    until: int


@dataclass(frozen=True)
class Past:
    """Leads and offers in the order in which they came; customers and their households by id."""

    leads: list[Row]
    offers: list[Row]
    customers: dict[str, Row]

    def kin_of(self, customer: Row) -> str | None:
        named = (self.customers.get(id) for id in customer.body.get("household_ids") or ())
        return owner_of_household(filter(None, named))

    def receivers(self) -> dict[str, str]:
        """Who had each lead first: in person, by an offer, or by taking it over."""
        first = {row.id: row.author for row in self.leads if row.body["self_received"]}
        for offer in self.offers:
            first.setdefault(offer.body["lead_id"], offer.body["to_id"])
        for lead in self.leads:
            first.setdefault(lead.id, lead.body["holder_id"])
        return {lead_id: who for lead_id, who in first.items() if who}


async def read_past(connection: Connection, org_id: str, store_id: str, span: Span) -> Past:
    leads = await read_desk(connection, org_id, store_id, "lead", span)
    offers = await read_desk(connection, org_id, store_id, "offer", span)
    customers = await read_rows(connection, org_id, {lead.root for lead in leads})
    kin = {id for row in customers for id in row.body.get("household_ids") or ()}
    customers += await read_rows(connection, org_id, kin) if kin else []
    return Past(leads, offers, {row.id: row for row in customers})


async def read_desk(
    connection: Connection, org_id: str, store_id: str, entity: str, span: Span
) -> list[Row]:
    query = (
        select(*RECORD)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(
            feed.c.org_id == org_id,
            feed.c.scope == desk_scope(store_id),
            rows.c.entity == entity,
            rows.c.received_at >= span.since,
            rows.c.received_at < span.until,
        )
        .order_by(rows.c.received_at, rows.c.born)
    )
    found = [read_row(held) for held in (await connection.execute(query)).mappings()]
    return [row for row in found if row.body["store_id"] == store_id]


async def read_rows(connection: Connection, org_id: str, ids: Collection[str]) -> list[Row]:
    named = rows.c.id.in_(listed(connection.dialect.name, "ids"))
    query = select(*RECORD).where(rows.c.org_id == org_id, named)
    found = await connection.execute(query, {"ids": as_list(sorted(ids))})
    return [read_row(held) for held in found.mappings()]


async def read_staff(connection: Connection, ledger: Ledger) -> list[Row]:
    found = await load_scope(connection, ledger, ORGANISATION, "staff")
    return [row for row in found if not row.deleted]


async def read_tallies(
    connection: Connection, org_id: str, store_id: str, days: Iterable[str]
) -> dict[str, Tally]:
    """What these days brought each person."""
    query = (
        select(tallies.c.staff_id, func.sum(tallies.c.entitled), func.sum(tallies.c.received))
        .where(tallies.c.org_id == org_id, tallies.c.store_id == store_id)
        .where(tallies.c.day.in_(list(days)))
        .group_by(tallies.c.staff_id)
    )
    found = await connection.execute(query)
    return {id: Tally(int(entitled), int(received)) for id, entitled, received in found}


class Month(NamedTuple):
    """A month as people write it (2026-11): its span and its days in a store's zone."""

    name: str
    span: Span
    days: tuple[str, ...]


def read_month(text: str, zone: ZoneInfo) -> Month | None:
    try:
        first = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return None
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    days = [first.replace(day=n) for n in range(1, (following - first).days + 1)]
    span = Span(midnight(first, zone), midnight(following, zone))
    return Month(text, span, tuple(day.isoformat() for day in days))
