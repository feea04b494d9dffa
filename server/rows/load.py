"""From the database into a ledger: everything the rules of a transaction may read."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import among
from server.rows.tables import aliases, feed, heads, keys, rows
from sync import Entities, Entity, Key, Ledger, Row, Stamp, Wanted

HOPS = 6
"""A fact names its parent, the parent its root, the root its store, the store its people."""

_body = msgspec.json.Decoder(dict[str, Any])
_stamps = msgspec.json.Decoder(dict[str, Stamp])


async def open_ledger(
    connection: AsyncConnection, org_id: str, entities: Entities, now: int
) -> Ledger:
    """A ledger for a writing transaction. Takes the organisation's head row: whoever writes in
    this organisation waits, so that the feed's order is the order of commits (law 25)."""
    await connection.execute(select(heads.c.seq).where(heads.c.org_id == org_id).with_for_update())
    return Ledger(org_id, now, entities)


async def load(
    connection: AsyncConnection,
    ledger: Ledger,
    ids: Iterable[str] = (),
    keys: Iterable[Key] = (),
    stores: frozenset[str] = frozenset(),
    trees: Sequence[tuple[str, Entity]] = (),
) -> Ledger:
    """Load rows and keys, and around each row what its entity says its rules will read.

    `stores`: ids of the stores that the operations at hand name. `trees`: names of rows from which
    the `trees` of an entity lead to roots whose whole trees are wanted.
    """
    await load_around(connection, ledger, Wanted(list(ids), list(keys)), stores)
    named = [(ledger.find(name), entity) for name, entity in trees]
    roots = [root for row, entity in named if row is not None for root in entity.trees(row, ledger)]
    if roots:
        fresh = await load_tree(connection, ledger, roots)
        await load_aliases(connection, ledger, [row.id for row in fresh if row.deleted])
        await load_around(connection, ledger, gather(ledger, fresh, stores), stores)
    return ledger


async def load_around(
    connection: AsyncConnection, ledger: Ledger, wanted: Wanted, stores: frozenset[str]
) -> None:
    for _ in range(HOPS):
        if not wanted.ids and not wanted.keys:
            break
        fresh = await load_hop(connection, ledger, wanted)
        wanted = gather(ledger, fresh, stores)


async def load_hop(connection: AsyncConnection, ledger: Ledger, wanted: Wanted) -> list[Row]:
    """Load exactly these keys and ids; returns the rows that are new in the ledger."""
    new_keys = [key for key in dict.fromkeys(wanted.keys) if not ledger.has_key(key)]
    holders = await load_keys(connection, ledger, new_keys)
    asked = [id for id in dict.fromkeys([*wanted.ids, *holders]) if not ledger.has_loaded(id)]
    targets = await load_aliases(connection, ledger, asked)
    missing = [id for id in dict.fromkeys([*asked, *targets]) if not ledger.has_loaded(id)]
    return await load_rows(connection, ledger, missing)


def gather(ledger: Ledger, fresh: Iterable[Row], stores: frozenset[str]) -> Wanted:
    """What the rules read around rows just loaded, and is not loaded yet."""
    wanted = Wanted()
    for row in fresh:
        entity = ledger.entities.get(row.entity)
        around = entity.neighbours(row, stores) if entity else Wanted()
        wanted.ids += [id for id in (row.root, *around.ids) if id and not ledger.has_loaded(id)]
        wanted.keys += [key for key in around.keys if not ledger.has_key(key)]
    return wanted


async def load_keys(
    connection: AsyncConnection, ledger: Ledger, wanted: Collection[Key]
) -> list[str]:
    held: dict[Key, str] = {}
    for kind, values in by_kind(wanted).items():
        query = select(keys.c.value, keys.c.row_id).where(
            keys.c.org_id == ledger.org,
            keys.c.kind == kind,
            among(connection, keys.c.value, values),
        )
        held |= {(kind, value): id for value, id in await connection.execute(query)}
    for key in wanted:
        ledger.put_key(key, held.get(key))
    return list(held.values())


def by_kind(wanted: Iterable[Key]) -> dict[str, list[str]]:
    sorted_out: dict[str, list[str]] = {}
    for kind, value in wanted:
        sorted_out.setdefault(kind, []).append(value)
    return sorted_out


async def load_aliases(
    connection: AsyncConnection, ledger: Ledger, ids: Sequence[str]
) -> list[str]:
    """The rows these ids stand for. A record that became part of another may have aliases."""
    targets: list[str] = []
    while ids:
        query = select(aliases.c.alias_id, aliases.c.row_id).where(
            aliases.c.org_id == ledger.org, among(connection, aliases.c.alias_id, ids)
        )
        found = {alias_id: row_id for alias_id, row_id in await connection.execute(query)}
        for alias_id, row_id in found.items():
            ledger.put_alias(alias_id, row_id)
        ids = list(found.values())
        targets += ids
    return targets


async def load_rows(connection: AsyncConnection, ledger: Ledger, ids: Iterable[str]) -> list[Row]:
    asked = [id for id in ids if not ledger.is_alias(id)]
    if not asked:
        return []
    query = select(rows).where(rows.c.org_id == ledger.org, among(connection, rows.c.id, asked))
    found = [read_row(held) for held in (await connection.execute(query)).mappings()]
    for row in found:
        ledger.put_loaded(row)
    for id in asked:
        ledger.put_absent(id)
    return found


async def load_tree(connection: AsyncConnection, ledger: Ledger, roots: Sequence[str]) -> list[Row]:
    """Every row of these trees; what became part of one is among them, as a tombstone."""
    if not roots:
        return []
    query = select(rows).where(rows.c.org_id == ledger.org, among(connection, rows.c.root, roots))
    found = [read_row(held) for held in (await connection.execute(query)).mappings()]
    for row in found:
        ledger.put_loaded(row)
    return found


async def load_scope(
    connection: AsyncConnection, ledger: Ledger, scope: str, *entities: str
) -> list[Row]:
    """The rows of a scope, of these kinds only if any are named: an organisation's people, say."""
    query = (
        select(rows)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == ledger.org, feed.c.scope == scope)
    )
    if entities:
        query = query.where(rows.c.entity.in_(entities))
    found = [read_row(held) for held in (await connection.execute(query)).mappings()]
    for row in found:
        ledger.put_loaded(row)
    return found


async def find_row(connection: AsyncConnection, org_id: str, id: str) -> Row | None:
    """One row, its alias followed, for reading only; the caller asks whether it may be seen."""
    alias = select(aliases.c.row_id).where(aliases.c.org_id == org_id, aliases.c.alias_id == id)
    target = (await connection.execute(alias)).scalar() or id
    query = select(rows).where(rows.c.org_id == org_id, rows.c.id == target)
    held = (await connection.execute(query)).mappings().first()
    return read_row(held) if held else None


def read_row(held: RowMapping) -> Row:
    return Row(
        id=held["id"],
        entity=held["entity"],
        root=held["root"],
        body=_body.decode(held["body"]),
        at=held["at"],
        captured_at=held["captured_at"],
        received_at=held["received_at"],
        device=held["device"],
        author=held["author"],
        seq=held["seq"],
        born=held["born"],
        part=held["part"],
        scopes=tuple(held["scopes"].split()),
        stamps=_stamps.decode(held["stamps"]) if held["stamps"] != "{}" else {},
        deleted=bool(held["deleted"]),
    )
