"""A store's customers whose owners may lose them: from rows to facts, and what is decided.

The daily round and its rehearsal both ask `find_cases`, so that neither can surprise the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, select

from server.customers.consent import SERVICE
from server.customers.customer import open_leads_of
from server.customers.shapes import Tier
from server.db import Connection, as_list, fetch, listed
from server.followups.steps import contacted_at
from server.pool.rules import Facts, Fate, IsWorkingDay, PoolRules, decide
from server.rows import load, make_row
from server.rows.tables import RECORD, feed, rows
from server.stores.calendar import Calendar, calendar_of
from sync import Ledger, Row, desk_scope, standing

AWAY = ("leave", "travel")
UNANSWERED = ("waiting", "offered")

Step = Literal["let_go", "warn", "stand", "spare"]
"""What a round does about a customer: lets them go, tells the owner, lets stand what was told, or
takes it back."""


class Told(msgspec.Struct):
    """What of a customer's body says whether a closer look is worth it. Times in ms."""

    owner_id: str | None = None
    store_id: str = ""
    created_at: int = 0
    owned_at: int | None = None
    last_contact_at: int | None = None
    followed_at: int | None = None
    next_at: int | None = None
    release_at: int | None = None
    tier: Tier | None = None
    withdrawn: dict[str, int] = {}

    @property
    def is_closed(self) -> bool:
        """Whoever took back their consent is not to be contacted: nobody is warned to."""
        return SERVICE in self.withdrawn


class Case(NamedTuple):
    """An owned customer with what counts, and what becomes of them; None is nothing."""

    customer: Row
    facts: Facts
    fate: Fate | None

    @property
    def step(self) -> Step | None:
        """Nobody is let go who was not told."""
        is_told = bool(self.customer.body.get("release_at"))
        if self.fate is None:
            return "spare" if is_told else None
        if not is_told:
            return "warn"
        return "let_go" if self.fate.is_due else "stand"


class Office(NamedTuple):
    """What a store goes by when it looks at its customers."""

    store: Row
    rules: PoolRules
    is_working_day: IsWorkingDay

    @property
    def calendar(self) -> Calendar:
        return calendar_of(self.store.body)


_told = msgspec.json.Decoder(Told)


async def find_cases(connection: Connection, ledger: Ledger, office: Office) -> list[Case]:
    """Those who go, are warned, or were; into the ledger with all that letting them go touches."""
    today = office.calendar.date_at(ledger.now)
    asked = {"org": ledger.org, "scope": desk_scope(office.store.id)}
    suspects = [
        id
        for id, body in await fetch(connection, DESK_CUSTOMERS, asked)
        if is_suspect(_told.decode(body), office, today)
    ]
    if not suspects:
        return []
    await load(connection, ledger, suspects, stores=frozenset([office.store.id]))
    contacts = await load_contacts(connection, ledger, suspects)
    return [
        make_case(customer, contacts[customer.id], office, ledger, today)
        for id in suspects
        if (customer := ledger.row(id)) is not None
    ]


DESK_CUSTOMERS = (
    select(rows.c.id, rows.c.body)
    .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
    .where(
        feed.c.org_id == bindparam("org"),
        feed.c.scope == bindparam("scope"),
        rows.c.entity == "customer",
    )
    .order_by(rows.c.born)
)


def is_suspect(told: Told, office: Office, today: date) -> bool:
    """Nobody is overlooked: attempts can only put a fate off."""
    if told.owner_id is None or told.store_id != office.store.id:
        return False
    if told.is_closed:
        return told.release_at is not None
    heard_on = office.calendar.date_at(heard_at(told))
    facts = Facts(heard_on, heard_on, tier=told.tier)
    fate = decide(facts, office.rules, today, office.is_working_day)
    return fate is not None or told.release_at is not None


def heard_at(told: Told) -> int:
    """An appointment counts only if the customer agreed to it: it came from a contact that was
    effective."""
    heard = told.last_contact_at or 0
    if told.next_at and heard and told.followed_at == told.last_contact_at:
        heard = max(heard, told.next_at)
    return max(heard, told.owned_at or 0, told.created_at)


async def load_contacts(
    connection: Connection, ledger: Ledger, roots: list[str]
) -> Mapping[str, list[Row]]:
    """The contacts of each customer, with what corrects them."""
    asked = {"org": ledger.org, "roots": as_list(roots)}
    found = await fetch(connection, contact_query(connection.dialect.name), asked)
    contacts: dict[str, list[Row]] = defaultdict(list)
    for row in (make_row(*held) for held in found):
        ledger.put_loaded(row)
        if row.entity == "follow_up":
            contacts[row.root].append(row)
    return contacts


@cache
def contact_query(dialect: str) -> Select[Any]:
    return select(*RECORD).where(
        rows.c.org_id == bindparam("org"),
        rows.c.root.in_(listed(dialect, "roots")),
        (rows.c.entity == "follow_up") | (rows.c.entity == "correction"),
        rows.c.deleted == 0,
    )


def make_case(
    customer: Row, contacts: Iterable[Row], office: Office, ledger: Ledger, today: date
) -> Case:
    facts = find_facts(customer, contacts, office.calendar, ledger)
    told = msgspec.convert(customer.body, Told)
    fate = decide(facts, office.rules, today, office.is_working_day)
    return Case(customer, facts, None if told.is_closed else fate)


def find_facts(customer: Row, contacts: Iterable[Row], calendar: Calendar, ledger: Ledger) -> Facts:
    told, owner_id = msgspec.convert(customer.body, Told), customer.body["owner_id"]
    owner, heard = ledger.find(owner_id), heard_at(told)
    theirs = {owner_id, *(customer.body.get("credits") or ())}
    tried = [
        contacted_at(row, body)
        for row in contacts
        if row.author in theirs and (body := standing(row, ledger)) is not None
    ]
    return Facts(
        heard_on=calendar.date_at(heard),
        tried_on=calendar.date_at(max([heard, *tried])),
        attempts=sum(at > max(told.last_contact_at or 0, told.owned_at or 0) for at in tried),
        release_on=calendar.date_at(told.release_at) if told.release_at else None,
        is_away=owner is not None and owner.body.get("state") in AWAY,
        is_served=is_served(customer, ledger),
        tier=told.tier,
    )


def is_served(customer: Row, ledger: Ledger) -> bool:
    others = {id for id in customer.body.get("holder_ids") or () if id != customer.body["owner_id"]}
    waiting = (lead.body["state"] in UNANSWERED for lead in open_leads_of(customer, ledger))
    return bool(others) or any(waiting)
