"""What somebody typed into the public form goes, where the number was known already: the record was
there before and stays until a person has made sure who asks."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, delete

from server.customers import agreement
from server.customers.candidates import pair_id
from server.db import Connection
from server.leads import offers
from server.notify.tables import WAITING, notifications
from server.privacy.forgetting import forget
from server.rows import load
from sync import Ledger, Row, derive_id

NOTHING: dict[str, Any] = {
    **dict.fromkeys(("name", "salutation", "phone", "need"), ""),
    "consents": [],
    "differs": False,
}
TIMERS = ("arrival", "ring", "offer")


async def empty(connection: Connection, ledger: Ledger, arrival: Row, person: Row) -> None:
    """The customer's whole tree is loaded. Of the arrival is left that it was, and when."""
    lead = ledger.find(arrival.body.get("opened_lead_id"))
    if lead is not None and lead.body["arrival_id"] == arrival.id:
        end_lead(ledger, lead, arrival)
        unword(ledger, lead, person)
        await unsend(connection, ledger.org, notifications.c.lead_id == lead.id)
    about_it = notifications.c.dedupe_key.contains(arrival.id, autoescape=True)
    await unsend(connection, ledger.org, about_it & WAITING)
    for kind in TIMERS:
        ledger.cancel(kind, arrival.id)
    ledger.change(arrival, **NOTHING, asked_erasure_at=ledger.now)
    await erase_beside(connection, ledger, arrival, person)
    agreement.recount(person, ledger)


def end_lead(ledger: Ledger, lead: Row, arrival: Row) -> None:
    """Unless somebody else came to it since, who waits all the same."""
    others = (row for row in ledger.rows_of("arrival") if row is not arrival)
    waits = any(
        row.body.get("opened_lead_id") == lead.id and not row.body.get("asked_erasure_at")
        for row in others
    )
    if lead.body["state"] != "closed" and not waits:
        offers.close(ledger, lead, offers.WITHDRAWN)


def unword(ledger: Ledger, lead: Row, person: Row) -> None:
    """It goes by what the record says, as do its offers and notices."""
    named = offers.call_customer(person.body, {})
    ledger.change(lead, need="", **named)
    called = named["name"] or named["salutation"]
    for row in list(ledger.loaded()):
        if row.body.get("lead_id") != lead.id:
            continue
        if row.entity == "offer":
            ledger.change(row, need="", **named)
        elif row.entity == "notice":
            ledger.change(row, name=called)


async def unsend(connection: Connection, org_id: str, which: ColumnElement[bool]) -> None:
    about = delete(notifications).where(notifications.c.org_id == org_id, which)
    await connection.execute(about)


async def erase_beside(connection: Connection, ledger: Ledger, arrival: Row, person: Row) -> None:
    """Its card; and the record of its own that it made where the number may have changed hands."""
    spare_id = derive_id("customer", arrival.id)
    asked_id = pair_id(spare_id, person.id)
    await load(connection, ledger, [asked_id])
    named = [
        derive_id("card", arrival.id),
        *([spare_id, asked_id] if spare_id != person.id else []),
    ]
    gone = [row for row in map(ledger.own, named) if row is not None]
    await forget(connection, ledger, gone)
    for row in gone:
        ledger.erase(row)
    left = without(person.body.get("merged_ids"), gone)
    if left != (person.body.get("merged_ids") or []):
        ledger.change(person, merged_ids=left)


def without(ids: Iterable[str] | None, gone: Iterable[Row]) -> list[str]:
    erased = {row.id for row in gone}
    return [id for id in ids or () if id not in erased]
