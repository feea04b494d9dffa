"""How some stories end: in the pool, on the way there, or with two people at one customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from server.clock import DAY_MS, HOUR_MS, MINUTE_MS
from server.collisions.captures import Capture
from server.collisions.entities import rule
from server.collisions.finding import record
from server.pool.cases import Case
from server.pool.rounds import let_go, open_office, warn
from server.pool.rules import Facts, Fate
from server.sample.cast import LIN, SELLERS
from sync import Row

if TYPE_CHECKING:
    from server.sample.story import Teller

SKEW_MS = 5000
ATTEMPTS_AFTER_DAYS = (6, 9)


def lose(teller: Teller, person: Row, lead: Row) -> None:
    """Every other one did not answer, the rest were not tried: nobody owns them now."""
    since = person.body["created_at"]
    is_tried = teller.cast.number % 2 == 0
    if is_tried:
        for days in ATTEMPTS_AFTER_DAYS:
            teller.attempt(person, lead, since + days * DAY_MS)
    teller.at(since + teller.random.randint(16, 23) * DAY_MS)
    store = teller.stored(person.body["store_id"])
    let_go(teller.ledger, person, "no_answer" if is_tried else "no_attempt", store)


def fade(teller: Teller, person: Row, lead: Row) -> None:
    """Spoken to once, two weeks ago; every other owner was warned and has until the next round."""
    since = person.body["created_at"]
    is_tried = teller.cast.number % 4 < 2
    teller.contact(person, lead, since + HOUR_MS, 0, 2)
    if is_tried:
        for days in ATTEMPTS_AFTER_DAYS:
            teller.attempt(person, lead, since + days * DAY_MS)
    if teller.cast.number % 2:
        return
    office = open_office(teller.stored(person.body["store_id"]))
    today = office.calendar.date_at(teller.now)
    tomorrow = today + timedelta(days=1)
    while not office.is_working_day(tomorrow):
        tomorrow += timedelta(days=1)
    fate = Fate("no_answer" if is_tried else "no_attempt", tomorrow, False)
    teller.at(teller.now - 4 * DAY_MS)
    warn(teller.ledger, Case(person, Facts(today, today), fate), fate, office)


def collide(teller: Teller, person: Row, lead: Row) -> None:
    """A colleague registered them too: clearly later, or so that the manager must decide, and
    did for one of the two."""
    kind = ("earlier", "open", "split")[teller.cast.number % 3]
    rival = next(each for each in SELLERS[person.body["store_id"]] if each != teller.seller)
    begun = lead.body["captured_at"]
    first = teller.stored(lead.body["arrival_id"])
    later = teller.receive(person, rival, begun + 3 * MINUTE_MS, received_at=begun + 2 * HOUR_MS)
    captures = [
        Capture(begun - SKEW_MS, begun + SKEW_MS, True),
        Capture(later.at - SKEW_MS, later.at + SKEW_MS, True)
        if kind == "earlier"
        else Capture(begun - 20 * MINUTE_MS, later.received_at, False),
    ]
    teller.at(later.received_at)
    record(teller.ledger, person, (first, later), captures, [])
    if kind == "split":
        decide(teller, person)


def decide(teller: Teller, person: Row) -> None:
    (collision,) = (row for row in teller.ledger.rows_of("collision") if row.root == person.id)
    teller.at(min(teller.ledger.now + HOUR_MS, teller.now - MINUTE_MS))
    body = {
        "collision_id": collision.id,
        "choice": "split",
        "share": 70,
        "wish": "none",
        "wish_note": "两位都接待过，客户没有说找谁",
    }
    ruling = teller.ledger.create(
        "ruling", teller.id("ruling"), person.id, body, author=LIN.id, device="sample"
    )
    rule(ruling, teller.ledger, LIN.author)


ENDINGS: Mapping[str, Callable[[Teller, Row, Row], None]] = {
    "pool": lose,
    "fading": fade,
    "rivals": collide,
}
