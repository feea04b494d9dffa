"""Who is told that somebody asked to be erased: at once, and each working day from the tenth on."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import select

from server.db import Connection
from server.leads import offers
from server.notify.tables import WAITING, notifications
from server.privacy.emptying import unsend
from server.privacy.requests import (
    DAYS,
    REMINDED_FROM,
    REQUEST,
    days_left,
    is_open,
    next_look,
    request,
)
from server.privacy.telling import ASKS_ERASURE, ERASURE_DUE, WITHDREW, people_of, tell_people
from server.rows import load, load_scope, load_tree, read_row
from server.rows.tables import RECORD, feed, rows
from server.stores.calendar import calendar_of
from server.stores.duty import who_erases
from sync import ORGANISATION, Ledger, Row, desk_scope


async def fire_request(
    connection: Connection, ledger: Ledger, deadline: Record[Any], asked: Row
) -> None:
    """The handler of REQUEST. Once it is answered, or the customer erased, it says nothing."""
    await load(connection, ledger, [asked.root])
    person = ledger.row(asked.root)
    if person is None or not is_open(asked, person):
        return
    store = await find_store(connection, ledger, person)
    if asked.body["told_at"] is None:
        await tell_first(connection, ledger, asked, person)
    else:
        await remind(connection, ledger, asked, person, store)
    ledger.schedule(REQUEST, asked.id, next_look(asked, store, ledger.now))


async def find_store(connection: Connection, ledger: Ledger, person: Row) -> Row:
    await load(connection, ledger, [person.body["store_id"]])
    return offers.stored(ledger, person.body["store_id"])


async def tell_first(connection: Connection, ledger: Ledger, asked: Row, person: Row) -> None:
    """Whoever looks after them, and whoever is to answer. What waited to be said of leads that
    ended with it is not said."""
    await load_tree(connection, ledger, [person.id])
    for lead in ledger.rows_of("lead"):
        if lead.root == person.id and lead.body.get("close_reason") == offers.WITHDRAWN:
            waits = (notifications.c.lead_id == lead.id) & WAITING
            await unsend(connection, ledger.org, waits)
    heads = await find_heads(connection, ledger, person.body["store_id"])
    by_staff = asked.body["by_id"] if asked.body["via"] == "staff" else None
    named = [*people_of(person, None), *asked.body["to_ids"], *heads]
    to_ids = [id for id in dict.fromkeys(named) if id != by_staff]
    kind = ASKS_ERASURE if asked.body["via"] == "registration" else WITHDREW
    more = {"request_id": asked.id}
    await tell_people(connection, ledger, kind, person, asked.id, to_ids, more)
    ledger.change(asked, told_at=ledger.now)


async def remind(
    connection: Connection, ledger: Ledger, asked: Row, person: Row, store: Row
) -> None:
    """Where the days are over, the admins as well."""
    calendar = calendar_of(store.body)
    left = days_left(asked.body["at"], ledger.now, calendar)
    if left > DAYS - REMINDED_FROM:
        return
    heads = await find_heads(connection, ledger, store.id, is_late=left <= 0)
    about = f"{asked.id}:{calendar.date_at(ledger.now)}"
    more = {"days": left, "request_id": asked.id}
    await tell_people(connection, ledger, ERASURE_DUE, person, about, heads, more)


async def find_heads(
    connection: Connection, ledger: Ledger, store_id: str, *, is_late: bool = False
) -> list[str]:
    """Who may erase and decline: the store's managers; admins where it has none, or too late."""
    staff = await load_scope(connection, ledger, ORGANISATION, "staff")
    managers, admins = who_erases(store_id, staff)
    return managers + admins if is_late or not managers else managers


async def read_open(
    connection: Connection, ledger: Ledger, store_ids: Iterable[str]
) -> list[tuple[Row, Row]]:
    """Of customers of these stores, with the customer; the oldest first."""
    scopes = [desk_scope(id) for id in store_ids]
    query = (
        select(*RECORD)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == ledger.org, feed.c.scope.in_(scopes), feed.c.part == 0)
        .where(rows.c.entity == request.name, rows.c.deleted == 0)
    )
    found = [read_row(held) for held in (await connection.execute(query)).mappings()]
    await load(connection, ledger, [row.root for row in found])
    pairs = [(row, person) for row in found if (person := ledger.row(row.root)) is not None]
    return sorted(
        (pair for pair in pairs if is_open(*pair)), key=lambda pair: (pair[0].at, pair[0].id)
    )
