"""To erase a customer: one transaction that leaves ids and nothing else, on the server and, by the
feed, on every phone (law 35)."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import insert, select

from server.customers.customer import PHONE_KEY
from server.db import Connection
from server.privacy.erasure import ERASURE, Entry, tell_phones
from server.privacy.erasure_tables import erasures
from server.privacy.forgetting import forget, read_evicted
from server.privacy.outside import (
    REFUSAL,
    find_outside,
    find_refused_with,
    is_new,
    numbers_of,
    own_rows,
)
from server.privacy.receipts import expect_receipts, find_people, find_phones
from server.privacy.suppression import digest_of, suppress
from server.privacy.telling import SELF_ERASED, tell_heads
from server.rows import Published, load, load_tree, open_ledger, publish
from sync import Entities, Ledger, Row, derive_id, staff_scope


class Wish(NamedTuple):
    """Who is to be erased, by whom, and why: see `Entry`."""

    customer_id: str
    by_id: str | None
    reason: str


class RefusedWish(NamedTuple):
    """Refused content that has this number is to be erased: nobody has the number."""

    number: str
    by_id: str
    reason: str


class Erased(NamedTuple):
    """`phones`: how many have yet to say that they know."""

    entry: Entry
    published: Published
    phones: int


Write = Callable[[Entry], None]
"""Into the journal, before the commit."""


async def erase(
    connection: Connection, ledger: Ledger, wish: Wish, key: bytes, write: Write
) -> Erased:
    """The ledger was opened for this, and holds the customer."""
    person = ledger.row(wish.customer_id)
    assert person is not None, "asked for by somebody who saw them"
    tree = own_rows(ledger, await load_tree(connection, ledger, [person.root]))
    entry = Entry(
        id=derive_id(ERASURE, ledger.org, person.root),
        org_id=ledger.org,
        ids=sorted(row.id for row in tree if row.entity == "customer"),
        at=ledger.now,
        by_id=wish.by_id,
        reason=wish.reason,
        store_id=person.body["store_id"],
        numbers=[digest_of(key, ledger.org, number) for number in sorted(numbers_of(tree))],
    )
    write(entry)
    if wish.by_id is None:
        await tell_heads(connection, ledger, SELF_ERASED, person, entry.id)
    outside = await find_outside(connection, ledger, tree)
    return await leave_nothing(connection, ledger, entry, tree, outside)


async def erase_refused(
    connection: Connection, ledger: Ledger, wish: RefusedWish, key: bytes, write: Write
) -> Erased | None:
    """None where nothing has the number, or somebody has it: they are erased with all of it."""
    await load(connection, ledger, keys=[(PHONE_KEY, wish.number)])
    found = await find_refused_with(connection, ledger, wish.number)
    if ledger.key(PHONE_KEY, wish.number) is not None or not found:
        return None
    digest = digest_of(key, ledger.org, wish.number)
    entry = Entry(
        id=derive_id(ERASURE, ledger.org, digest, ledger.now),
        org_id=ledger.org,
        ids=[],
        at=ledger.now,
        by_id=wish.by_id,
        reason=wish.reason,
        store_id="",
        numbers=[digest],
        refused=sorted(row.id for row in found),
    )
    write(entry)
    outside = own_rows(ledger, await load_tree(connection, ledger, entry.refused))
    return await leave_nothing(connection, ledger, entry, [], outside)


async def erase_again(connection: Connection, entities: Entities, entry: Entry, now: int) -> Erased:
    """What the journal says and this database does not know. Of a record that it has never heard
    of the id is kept: whoever still has it on a phone might send it."""
    ledger = await open_ledger(connection, entry.org_id, entities, now)
    await load(connection, ledger, [*entry.ids, *entry.refused])
    found = [ledger.own(id) for id in (*entry.ids, *entry.refused)]
    roots = sorted({row.root for row in found if row})
    tree = own_rows(ledger, await load_tree(connection, ledger, roots))
    for id in entry.ids:
        if ledger.own(id) is None and not ledger.is_erased(id):
            ledger.bury("customer", id)
    outside = await find_outside(connection, ledger, tree)
    return await leave_nothing(connection, ledger, entry, tree, outside)


async def leave_nothing(
    connection: Connection, ledger: Ledger, entry: Entry, tree: list[Row], outside: list[Row]
) -> Erased:
    gone = [*tree, *outside]
    ids = [row.id for row in gone]
    scopes = {scope for row in gone for scope in row.scopes}
    scopes |= await read_evicted(connection, ledger.org, ids)
    people = await find_people(connection, ledger.org, gone, scopes)
    await forget(connection, ledger, gone)
    await cut_links(connection, ledger, tree)
    refused = await bury_refused(connection, ledger, outside)
    for row in gone:
        ledger.erase(row)
    tell_phones(ledger, entry, refused, scopes.union(map(staff_scope, people)))
    await suppress(connection, ledger.org, entry.numbers, ledger.now)
    published = await publish(connection, ledger)
    phones = await find_phones(connection, ledger.org, people)
    await note(connection, entry, published.head, phones)
    return Erased(entry, published, len(phones))


async def bury_refused(connection: Connection, ledger: Ledger, outside: Iterable[Row]) -> list[str]:
    """The ids of records that were refused and never made: what still names them is about the same
    person."""
    made = {
        row.body["row_id"]: row.body["entity"]
        for row in outside
        if row.entity == REFUSAL and is_new(row) and row.body["entity"] in ledger.entities
    }
    await load(connection, ledger, made)
    free = [id for id in made if ledger.own(id) is None and not ledger.is_erased(id)]
    for id in free:
        ledger.bury(made[id], id)
    return free


async def cut_links(connection: Connection, ledger: Ledger, tree: Iterable[Row]) -> None:
    """Other customers say of whom they were thought to be the same, and with whom they live."""
    gone = {row.id for row in tree}
    named = {id for row in tree for id in linked_ids(row)} - gone
    await load(connection, ledger, named)
    for id in named:
        other = ledger.own(id)
        if other is not None:
            for field in LINKS:
                if kept := other.body.get(field):
                    ledger.change(other, **{field: [each for each in kept if each not in gone]})


LINKS = ("household_ids", "asked_ids")


def linked_ids(row: Row) -> list[str]:
    return [id for field in LINKS for id in row.body.get(field) or ()]


async def note(connection: Connection, entry: Entry, seq: int, phones: Collection[str]) -> None:
    values = {"ids": msgspec.json.encode(entry.ids).decode(), "seq": seq}
    kept = ("id", "org_id", "at", "by_id", "reason", "store_id")
    values |= {name: getattr(entry, name) for name in kept}
    await connection.execute(insert(erasures).values(**values))
    await expect_receipts(connection, entry.org_id, entry.id, seq, phones)


async def find_entry(connection: Connection, org_id: str, id: str) -> dict[str, Any] | None:
    query = select(erasures).where(erasures.c.org_id == org_id, erasures.c.id == id)
    held = (await connection.execute(query)).mappings().first()
    return dict(held) if held else None
