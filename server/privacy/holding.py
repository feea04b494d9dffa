"""What is held about one customer, as their own page tells it. Pure, over a loaded tree."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hmac import compare_digest
from typing import NamedTuple

from server.customers import agreement, phone
from server.customers.agreement import counts, present
from server.customers.consent import MARKETING
from server.customers.own_link import OwnLink
from server.customers.register import PASS_KEY
from server.db import Connection
from server.privacy.requests import due_on, is_open, latest_in
from server.privacy.withdrawing import consent
from server.rows import load
from server.stores.calendar import calendar_of
from sync import Ledger, Row, derive_id

COUNTED = ("follow_up", "comment", "visit", "photo", "recording")
LAST = 4


@dataclass(frozen=True)
class Subject:
    """Whom a link is about, as loaded; `arrival` is the registration it stands for, if only one."""

    link: OwnLink
    ledger: Ledger
    person: Row
    arrival: Row | None

    @property
    def tree(self) -> list[Row]:
        rows = (row for row in self.ledger.loaded() if row.root == self.person.id)
        return sorted((row for row in rows if not row.deleted), key=lambda row: (row.at, row.id))

    @property
    def store(self) -> Row | None:
        return self.ledger.find(self.person.body["store_id"])

    @property
    def is_theirs_alone(self) -> bool:
        """Whether the record is this person's beyond doubt: staff made sure, or this registration
        made it and nobody else came to it since. Or a stranger who typed a number could end it."""
        if self.arrival is None:
            return True
        came = [row for row in self.tree if row.entity == "arrival"]
        card_id = derive_id("card", self.arrival.id)
        made = derive_id("customer", self.arrival.id) == self.person.id
        return made and all(
            row is self.arrival or row.body.get("card_id") == card_id for row in came
        )


class Said(NamedTuple):
    """One consent given or taken back, at a time in ms."""

    at: int
    purpose: str
    given: bool
    version: str
    how: str


class Asked(NamedTuple):
    """That they asked to be erased, at a time in ms, and what was answered; `due_on`: the last day
    for it. `state`: open or declined."""

    state: str
    at: int
    due_on: date
    answered_at: int
    reason: str


class Holding(NamedTuple):
    name: str
    phone: str
    need: str
    at: int
    store: str
    zone: str
    said: list[Said]
    counted: dict[str, int]
    marketing: bool
    shows_all: bool
    asked: Asked | None
    org_id: str


async def find_subject(connection: Connection, ledger: Ledger, link: OwnLink) -> Subject | None:
    """None alike for nobody, for whoever was erased, and for a registration that asked for it."""
    arrival = None if link.shows_all else await find_arrival(connection, ledger, link.id)
    if arrival is None and not link.shows_all:
        return None
    name = arrival.root if arrival else link.id
    await load(connection, ledger, [name])
    person = ledger.row(name)
    if person is None or person.entity != "customer":
        return None
    await load(connection, ledger, [person.id], trees=[(person.id, consent)])
    return Subject(link, ledger, person, arrival)


async def find_arrival(connection: Connection, ledger: Ledger, code: str) -> Row | None:
    await load(connection, ledger, keys=[(PASS_KEY, code)])
    card = ledger.key(PASS_KEY, code)
    if card is None:
        return None
    await load(connection, ledger, [card.body["arrival_id"]])
    arrival = ledger.row(card.body["arrival_id"])
    return None if arrival is None or arrival.body.get("asked_erasure_at") else arrival


def knows_number(subject: Subject | None, typed: str) -> bool:
    """As long for nobody as for somebody."""
    last = last_four((subject.arrival or subject.person).body.get("phone")) if subject else ""
    given = re.sub(r"\D", "", phone.fold(typed))
    return compare_digest(last or "none", given) and bool(last)


def last_four(raw: str | None) -> str:
    """Of a number without its extension; nothing where it has no four."""
    number = re.sub(r"\D", "", (phone.canonical(raw or "") or raw or "").partition("x")[0])
    return number[-LAST:] if len(number) >= LAST else ""


def hold(subject: Subject) -> Holding:
    body = (subject.arrival or subject.person).body
    store = subject.store
    said = sorted(said_in(subject), reverse=True)
    return Holding(
        name=body.get("name") or body.get("salutation") or "",
        phone=phone.mask(body.get("phone") or ""),
        need=body.get("need") or "",
        at=(subject.arrival or subject.person).at,
        store=store.body["name"] if store else "",
        zone=store.body["zone"] if store else "Asia/Shanghai",
        said=said,
        counted=count(subject) if subject.arrival is None else {},
        marketing=is_welcome(subject, said),
        shows_all=subject.arrival is None,
        asked=asked_in(subject) if subject.arrival is None else None,
        org_id=subject.link.org_id,
    )


def asked_in(subject: Subject) -> Asked | None:
    """Only where everything is shown: it tells who was known."""
    row = latest_in(subject.tree)
    if row is None or subject.store is None:
        return None
    if row.body["state"] == "open" and not is_open(row, subject.person):
        return None
    body, last = row.body, due_on(row.body["at"], calendar_of(subject.store.body))
    answered_at, reason = body.get("answered_at") or 0, body.get("reason") or ""
    return Asked(body["state"], body["at"], last, answered_at, reason)


def count(subject: Subject) -> dict[str, int]:
    counted = Counter(row.entity for row in subject.tree)
    return {kind: counted[kind] for kind in COUNTED if counted[kind]}


def said_in(subject: Subject) -> Iterator[Said]:
    for row in subject.tree:
        body = row.body
        if row.entity == "arrival" and is_shown(subject, row):
            for each in body.get("consents") or ():
                yield Said(row.at, each["purpose"], True, each["version"], each["how"])
        elif row.entity == "consent" and is_shown(subject, row):
            yield Said(row.at, body["purpose"], body["given"], body["version"], body["how"])


def is_shown(subject: Subject, row: Row) -> bool:
    """Of one registration: itself, and what was said by its own link."""
    if subject.arrival is None:
        return row.entity != "arrival" or counts(row, subject.ledger)
    return row is subject.arrival or row.body.get("arrival_id") == subject.arrival.id


def is_welcome(subject: Subject, said: Iterable[Said]) -> bool:
    """Whether there is a consent to offers that can be taken back here."""
    if subject.arrival is None:
        return bool(subject.person.body.get("marketing"))
    standing = present(agreement.Said(each.purpose, each.given, each.at) for each in said)
    return MARKETING in standing and standing[MARKETING].given
