"""Links by which one person says of one lead: I know. Signed, good for a day.

To acknowledge is not to accept: the clock of the lead goes on.
"""

from dataclasses import dataclass

from server.clock import SECOND_MS, Clock
from server.config import Config
from server.db import Connection
from server.identity.signing import BadSeal, Seal
from server.notify.knowing import known_at, note_known
from server.notify.packing import LinkFor
from server.rows import Published, find_row, load, open_ledger, publish
from server.stores.calendar import calendar_of
from sync import Entities, Row

PURPOSE = "acknowledge"
MAX_AGE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Link:
    """`channel` is the kind of robot that showed it."""

    org_id: str
    lead_id: str
    staff_id: str
    channel: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page says. `at` is when this person acknowledged, in ms."""

    person: str
    customer: str
    waited_s: int
    holder: str
    is_closed: bool
    at: int | None
    zone: str


def link_maker(config: Config, clock: Clock) -> LinkFor:
    seal = Seal(config.keys, PURPOSE)

    def link_for(org_id: str, lead_id: str, staff_id: str, channel: str) -> str:
        token = seal.close([org_id, lead_id, staff_id, channel], clock())
        return f"{config.origin}/a/{token}"

    return link_for


def read_link(keys: tuple[str, ...], token: str, now: int) -> Link | None:
    """None if it is not ours or too old."""
    try:
        return Link(*Seal(keys, PURPOSE).open(token, now, MAX_AGE_S))
    except (BadSeal, TypeError):
        return None


async def find_asked(connection: Connection, link: Link, now: int) -> Asked | None:
    """None if the lead or the person is gone."""
    lead = await find_row(connection, link.org_id, link.lead_id)
    person = await find_row(connection, link.org_id, link.staff_id)
    if not is_there(lead, "lead") or not is_there(person, "staff"):
        return None
    assert lead is not None
    assert person is not None
    store = await find_row(connection, link.org_id, lead.body["store_id"])
    holder_id = lead.body.get("holder_id")
    holder = await find_row(connection, link.org_id, holder_id) if holder_id else None
    return Asked(
        person=person.body["name"],
        customer=lead.body.get("name") or lead.body.get("salutation") or "",
        waited_s=count_wait(lead, store, now),
        holder=holder.body["name"] if holder else "",
        is_closed=lead.body["state"] == "closed",
        at=known_at(lead, link.staff_id),
        zone=store.body["zone"] if store else "UTC",
    )


def count_wait(lead: Row, store: Row | None, now: int) -> int:
    """In store time; a customer whom somebody has accepted waits no longer."""
    since: int = lead.body["received_at"]
    until: int = lead.body.get("accepted_at") or now
    if store is None:
        return (until - since) // SECOND_MS
    counted = calendar_of(store.body).elapsed(since, until)
    return max(0, counted - int(lead.body.get("closed_s") or 0))


def is_there(row: Row | None, entity: str) -> bool:
    is_known = row is not None and row.entity == entity and not row.deleted
    return is_known and row is not None and row.body.get("state") != "left"


async def acknowledge(
    connection: Connection, entities: Entities, link: Link, now: int
) -> Published | None:
    """Once for each person, however often it is said; None if there was nothing to note."""
    ledger = await open_ledger(connection, link.org_id, entities, now)
    await load(connection, ledger, [link.lead_id, link.staff_id])
    lead, person = ledger.row(link.lead_id), ledger.row(link.staff_id)
    if not is_there(lead, "lead") or not is_there(person, "staff") or lead is None:
        return None
    is_news = note_known(ledger, lead, link.staff_id, link.channel)
    return await publish(connection, ledger) if is_news else None
