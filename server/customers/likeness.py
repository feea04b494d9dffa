"""Customers of one name at one address: perhaps one person with two numbers (law 21).

Looked for once a day, outside of any push: what a person decides about can wait, and a push of
thousands would pay for it.
"""

import asyncio
from collections.abc import Iterable

import msgspec
from sqlalchemy import select
from starlette.applications import Starlette

from server.customers.candidates import suggest
from server.db import Connection, Database
from server.rows import Published, keep_looking, list_organisations, load, open_ledger, publish
from server.rows.tables import rows
from sync import Entities

FIRST_LOOK_S = 600
LOOK_PAUSE_S = 24 * 3600
PAIRS_AT_ONCE = 200
"""More are found on the next day; a manager decides about a few."""

Pair = tuple[str, str]


class Told(msgspec.Struct):
    """What of a customer's body is compared."""

    name: str = ""
    community: str = ""
    asked_ids: list[str] = []


_told = msgspec.json.Decoder(Told)


async def look_for_alikes(app: Starlette) -> None:
    await keep_looking(app, suggest_alikes, LOOK_PAUSE_S, FIRST_LOOK_S)


async def suggest_alikes(database: Database, entities: Entities, now: int) -> list[Published]:
    """One transaction for each organisation that has pairs nobody was asked about."""
    done = []
    for org_id in await list_organisations(database):
        pairs = await find_pairs(database, org_id)
        if pairs:
            done.append(await suggest_pairs(database, entities, org_id, pairs, now))
    return done


async def find_pairs(database: Database, org_id: str) -> list[Pair]:
    query = (
        select(rows.c.id, rows.c.body)
        .where(rows.c.org_id == org_id, rows.c.entity == "customer", rows.c.deleted == 0)
        .order_by(rows.c.born)
    )
    async with database.read(snapshot=False) as connection:
        found = [(id, body) for id, body in await connection.execute(query)]
    return await asyncio.to_thread(pair_up, found)


def pair_up(found: Iterable[tuple[str, str]]) -> list[Pair]:
    """Each later one with the first of its likeness, the newer one first."""
    first: dict[str, tuple[str, Told]] = {}
    pairs: list[Pair] = []
    for id, body in found:
        told = _told.decode(body)
        likeness = squeeze(told.name, told.community)
        if likeness is None:
            continue
        elder, theirs = first.setdefault(likeness, (id, told))
        if elder != id and elder not in told.asked_ids and id not in theirs.asked_ids:
            pairs.append((id, elder))
    return pairs[:PAIRS_AT_ONCE]


def squeeze(name: str, place: str) -> str | None:
    """Both without spaces and in small letters, if both say anything."""
    told = ["".join(text.casefold().split()) for text in (name, place)]
    return "|".join(told) if all(told) else None


async def suggest_pairs(
    database: Database, entities: Entities, org_id: str, pairs: list[Pair], now: int
) -> Published:
    async def work(connection: Connection) -> Published:
        ledger = await open_ledger(connection, org_id, entities, now)
        await load(connection, ledger, [id for pair in pairs for id in pair])
        for newer, elder in pairs:
            one, other = ledger.row(newer), ledger.row(elder)
            if one is None or other is None or one.deleted or other.deleted or one is other:
                continue
            suggest(ledger, one, other, "alike")
        return await publish(connection, ledger)

    return await database.transact(work)
