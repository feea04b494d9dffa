"""What people are told on their phones and their store's chat groups hear as well: who gets no
more leads, whose customers go to the pool or went there, which collision waits for a ruling.

One message for each person, kind and store of a transaction: a store's daily round may warn of a
hundred customers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from server.clock import SECOND_MS
from server.db import Connection
from server.notify.outbox import Bell, enqueue
from server.rows import load
from sync import Ledger, Row, is_fresh

KINDS = ("away", "release_warning", "released", "reclaimed", "collision")
PEOPLE = ("to_id", "from_id")
NAMED = 3
"""How many customers a message names; the others it counts."""


class Place(NamedTuple):
    """Notices that are one message. `is_heard`: by the store's groups, too."""

    kind: str
    store_id: str
    to_id: str
    about: str
    is_heard: bool


async def ring_overheard(connection: Connection, ledger: Ledger) -> None:
    """For the notices written in this transaction."""
    told = [row for row in ledger.rows_of("notice") if is_fresh(row) and is_heard(row)]
    if not told:
        return
    await load(connection, ledger, names_in(ledger, told))
    bells = [make_bell(ledger, place, rows) for place, rows in gathered(ledger, told).items()]
    await enqueue(connection, ledger.org, bells, ledger.now)


def is_heard(notice: Row) -> bool:
    """Of collisions only those that somebody must rule."""
    return notice.body["kind"] in KINDS and notice.body.get("state") in (None, "open")


def names_in(ledger: Ledger, notices: Iterable[Row]) -> Iterator[str]:
    for notice in notices:
        yield from filter(None, (notice.body.get(field) for field in PEOPLE))
        yield from stores_of(ledger, notice)
        yield from sides_of(ledger, notice).values()


def gathered(ledger: Ledger, notices: Sequence[Row]) -> Mapping[Place, Sequence[Row]]:
    places: dict[Place, list[Row]] = defaultdict(list)
    # Of these the groups hear whose they were, and who is to see to them.
    taken = {row.body["customer_id"] for row in notices if row.body["kind"] == "reclaimed"}
    for notice in notices:
        body = notice.body
        about = body.get("from_id") or body.get("collision_id") or body.get("why") or ""
        is_heard = body["kind"] != "released" or body["customer_id"] not in taken
        # The two sides read their own news of it on their phones.
        if body["to_id"] not in sides_of(ledger, notice).values():
            for store_id in stores_of(ledger, notice):
                place = Place(body["kind"], store_id, body["to_id"], about, is_heard)
                places[place].append(notice)
    return places


def stores_of(ledger: Ledger, notice: Row) -> list[str]:
    """Whose groups hear of it. Of a collision of two stores both do."""
    body = notice.body
    collision = ledger.find(body.get("collision_id"))
    if collision is not None:
        return list(collision.body["store_ids"])
    about = ledger.find(body["lead_id"] or body["customer_id"])
    return [about.body["store_id"]] if about is not None else []


def sides_of(ledger: Ledger, notice: Row) -> dict[str, str]:
    collision = ledger.find(notice.body.get("collision_id"))
    if collision is None:
        return {}
    return {side: collision.body[side]["staff_id"] for side in ("one", "other")}


def make_bell(ledger: Ledger, place: Place, notices: Sequence[Row]) -> Bell:
    """Its key leaves out the store, so that a person hears of a collision of two once. Without a
    store no group hears it."""
    first, store = notices[0], ledger.row(place.store_id)
    until = [row.body["until_at"] for row in notices if row.body.get("until_at")]
    facts = {
        "store": store.body["name"] if store else "",
        "to_id": place.to_id,
        "to": name_of(ledger, place.to_id),
        "missed_by": name_of(ledger, first.body.get("from_id")),
        "name": first.body["name"],
        "names": "、".join(row.body["name"] for row in notices[:NAMED] if row.body["name"]),
        "count": len(notices),
        "reason": first.body.get("why"),
        "until": day_of(min(until), store.body["zone"]) if until and store else "",
        **{side: name_of(ledger, id) for side, id in sides_of(ledger, first).items()},
    }
    key = ":".join((place.kind, place.to_id, place.about, str(ledger.now)))
    about = [row.body["customer_id"] for row in notices if row.body.get("customer_id")]
    return Bell(place.kind, place.store_id if place.is_heard else "", key, facts, about)


def name_of(ledger: Ledger, staff_id: Any) -> str:
    person = ledger.find(staff_id)
    return str(person.body.get("name") or "") if person else ""


def day_of(at: int, zone: str) -> str:
    day = datetime.fromtimestamp(at / SECOND_MS, ZoneInfo(zone))
    return f"{day.month} 月 {day.day} 日"
