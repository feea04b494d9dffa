"""The fact that somebody was erased, and what it takes to ask for it. No content, ever."""

from typing import Literal

import msgspec

from server.identity.actor import Actor
from sync import Entity, Ledger, Row, scopes_of

Reason = Literal["asked", "consent_withdrawn", "retention_over", "under_14"]

ERASURE = "erasure"


class Entry(msgspec.Struct, frozen=True):
    """One line of the journal. `ids`: the records that were one; `numbers`: digests, see
    suppression.py. `at` in ms; `by_id` None is the customer, by a link. `refused`: rows of refused
    content that had the number of somebody who has no record."""

    id: str
    org_id: str
    ids: list[str]
    at: int
    by_id: str | None
    reason: str
    store_id: str
    numbers: list[str]
    refused: list[str] = []


def may_erase(actor: Actor, store_id: str) -> bool:
    """Managers of the customer's store, and admins everywhere."""
    if actor.role == "admin":
        return True
    return actor.role == "manager" and store_id in actor.store_ids


def tell_phones(ledger: Ledger, entry: Entry, row_ids: list[str], scopes: set[str]) -> Row:
    """To whoever had something of them: the ids by which a phone finds what it kept beside the
    rows. It lies for good where that was, and with each of these people, wherever they work now."""
    told = {"ids": sorted({*entry.ids, *row_ids}), "at": entry.at}
    row = ledger.create(ERASURE, entry.id, entry.id, told)
    row.scopes = scopes_of(*scopes)
    return row


def place(row: Row, root: Row) -> tuple[str, ...]:
    return row.scopes


entities = [Entity(name=ERASURE, kind="server", place=place)]
