"""From the database into a ledger: everything the rules of a transaction may read."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import RowMapping, Select, bindparam, select

from server.db import Connection, as_list, fetch, listed
from server.rows.tables import RECORD, aliases, feed, heads, keys, rows
from sync import Entities, Entity, Key, Ledger, Row, Stamp, Wanted

HOPS = 6
"""A fact names its parent, the parent its root, the root its store, the store its people."""

HEAD = select(heads.c.seq).where(heads.c.org_id == bindparam("org")).with_for_update()

_body = msgspec.json.Decoder(dict[str, Any])
_stamps = msgspec.json.Decoder(dict[str, Stamp])


async def open_ledger(connection: Connection, org_id: str, entities: Entities, now: int) -> Ledger:
    """A ledger for a writing transaction. Takes the organisation's head row: whoever writes in
    this organisation waits, so that the feed's order is the order of commits (law 25)."""
    return Ledger(org_id, now, entities, await lock_head(connection, org_id))


async def lock_head(connection: Connection, org_id: str) -> int:
    [(head,)] = await fetch(connection, HEAD, {"org": org_id})
    return int(head)


async def load(
    connection: Connection,
    ledger: Ledger,
    ids: Iterable[str] = (),
    keys: Iterable[Key] = (),
    stores: frozenset[str] = frozenset(),
    trees: Sequence[tuple[str | Key, Entity]] = (),
) -> Ledger:
    """Load rows and keys, and around each row what its entity says its rules will read.

    `stores`: ids of the stores that the operations at hand name. `trees`: names or keys of rows
    from which the `trees` of an entity lead to roots whose whole trees are wanted.
    """
    await load_around(connection, ledger, Wanted(list(ids), list(keys)), stores)
    named = [(find_named(ledger, name), entity) for name, entity in trees]
    roots = [root for row, entity in named if row is not None for root in entity.trees(row, ledger)]
    if roots:
        fresh = await load_tree(connection, ledger, roots)
        await load_aliases(connection, ledger, [row.id for row in fresh if row.deleted])
        await load_around(connection, ledger, gather(ledger, fresh, stores), stores)
    return ledger


def find_named(ledger: Ledger, name: str | Key) -> Row | None:
    return ledger.row(name) if isinstance(name, str) else ledger.key(*name)


async def load_around(
    connection: Connection, ledger: Ledger, wanted: Wanted, stores: frozenset[str]
) -> None:
    for _ in range(HOPS):
        if not wanted.ids and not wanted.keys:
            break
        fresh = await load_hop(connection, ledger, wanted)
        wanted = gather(ledger, fresh, stores)


async def load_hop(connection: Connection, ledger: Ledger, wanted: Wanted) -> list[Row]:
    """Load exactly these keys and ids; returns the rows that are new in the ledger."""
    new_keys = [key for key in dict.fromkeys(wanted.keys) if not ledger.has_key(key)]
    holders = await load_keys(connection, ledger, new_keys)
    fresh: list[Row] = []
    names = missing_from(ledger, [*wanted.ids, *holders])
    while names:
        found, targets = await load_named(connection, ledger, names)
        fresh += found
        names = missing_from(ledger, targets)
    return fresh


def missing_from(ledger: Ledger, ids: Iterable[str]) -> list[str]:
    return [id for id in dict.fromkeys(ids) if not ledger.has_loaded(id)]


def gather(ledger: Ledger, fresh: Iterable[Row], stores: frozenset[str]) -> Wanted:
    """What the rules read around rows just loaded, and is not loaded yet."""
    wanted = Wanted()
    for row in fresh:
        entity = ledger.entities.get(row.entity)
        around = entity.neighbours(row, stores) if entity else Wanted()
        named = [row.body.get(field) for field in entity.references] if entity else []
        ids = (row.root, *named, *around.ids)
        wanted.ids += [id for id in ids if id and not ledger.has_loaded(id)]
        wanted.keys += [key for key in around.keys if not ledger.has_key(key)]
    return wanted


async def load_keys(connection: Connection, ledger: Ledger, wanted: Collection[Key]) -> list[str]:
    held: dict[Key, str] = {}
    for kind, values in by_kind(wanted).items():
        asked = {"org": ledger.org, "kind": kind, "values": as_list(values)}
        found = await fetch(connection, key_query(connection.dialect.name), asked)
        held |= {(kind, value): id for value, id in found}
    for key in wanted:
        ledger.put_key(key, held.get(key))
    return list(held.values())


@cache
def key_query(dialect: str) -> Select[Any]:
    return select(keys.c.value, keys.c.row_id).where(
        keys.c.org_id == bindparam("org"),
        keys.c.kind == bindparam("kind"),
        keys.c.value.in_(listed(dialect, "values")),
    )


def by_kind(wanted: Iterable[Key]) -> dict[str, list[str]]:
    sorted_out: dict[str, list[str]] = {}
    for kind, value in wanted:
        sorted_out.setdefault(kind, []).append(value)
    return sorted_out


async def load_aliases(connection: Connection, ledger: Ledger, ids: Sequence[str]) -> list[str]:
    """The rows these ids stand for. A record that became part of another may have aliases."""
    targets: list[str] = []
    while ids:
        asked = {"org": ledger.org, "ids": as_list(ids)}
        found = await fetch(connection, alias_query(connection.dialect.name), asked)
        for alias_id, row_id in found:
            ledger.put_alias(alias_id, row_id)
        ids = [row_id for _, row_id in found]
        targets += ids
    return targets


@cache
def alias_query(dialect: str) -> Select[Any]:
    return select(aliases.c.alias_id, aliases.c.row_id).where(
        aliases.c.org_id == bindparam("org"), aliases.c.alias_id.in_(listed(dialect, "ids"))
    )


async def load_named(
    connection: Connection, ledger: Ledger, names: Sequence[str]
) -> tuple[list[Row], list[str]]:
    """The rows of these names, and the ids for which the others stand."""
    found: list[Row] = []
    targets: list[str] = []
    asked = {"org": ledger.org, "names": as_list(names)}
    for name, target, *held in await fetch(connection, name_query(connection.dialect.name), asked):
        if target is not None:
            ledger.put_alias(name, target)
            targets.append(target)
        if held[0] is not None:
            found.append(make_row(*held))
    for row in found:
        ledger.put_loaded(row)
    found = [row for row in found if not row.is_erased]
    for name in names:
        if not ledger.is_alias(name):
            ledger.put_absent(name)
    return found, targets


@cache
def name_query(dialect: str) -> Select[Any]:
    """Both in one pass over the names. What became part of another stays under its name, too."""
    name = listed(dialect, "names").subquery()
    held = (rows.c.org_id == bindparam("org")) & (rows.c.id == name.c.value)
    alias = (aliases.c.org_id == bindparam("org")) & (aliases.c.alias_id == name.c.value)
    return (
        select(name.c.value, aliases.c.row_id, *RECORD)
        .select_from(name.outerjoin(aliases, alias).outerjoin(rows, held))
        .where(aliases.c.row_id.is_not(None) | rows.c.id.is_not(None))
    )


async def load_tree(connection: Connection, ledger: Ledger, roots: Sequence[str]) -> list[Row]:
    """Every row of these trees; what became part of one is among them, as a tombstone."""
    if not roots:
        return []
    asked = {"org": ledger.org, "roots": as_list(roots)}
    held = await fetch(connection, tree_query(connection.dialect.name), asked)
    found = [make_row(*each) for each in held]
    for row in found:
        ledger.put_loaded(row)
    return [row for row in found if not row.is_erased]


@cache
def tree_query(dialect: str) -> Select[Any]:
    return select(*RECORD).where(
        rows.c.org_id == bindparam("org"), rows.c.root.in_(listed(dialect, "roots"))
    )


async def load_scope(
    connection: Connection, ledger: Ledger, scope: str, *entities: str
) -> list[Row]:
    """The rows of a scope, of these kinds only if any are named: an organisation's people, say."""
    query = (
        select(*RECORD)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == ledger.org, feed.c.scope == scope)
    )
    if entities:
        query = query.where(rows.c.entity.in_(entities))
    found = [read_row(held) for held in (await connection.execute(query)).mappings()]
    for row in found:
        ledger.put_loaded(row)
    return found


async def find_row(connection: Connection, org_id: str, id: str) -> Row | None:
    """One row, its alias followed, for reading only; the caller asks whether it may be seen."""
    alias = select(aliases.c.row_id).where(aliases.c.org_id == org_id, aliases.c.alias_id == id)
    target = (await connection.execute(alias)).scalar() or id
    query = select(*RECORD).where(rows.c.org_id == org_id, rows.c.id == target)
    held = (await connection.execute(query)).mappings().first()
    row = read_row(held) if held else None
    return None if row is None or row.is_erased else row


async def is_erased(connection: Connection, org_id: str, id: str) -> bool:
    """Whether the id named something that was erased, or that was not kept because of that."""
    query = select(rows.c.body, rows.c.deleted).where(rows.c.org_id == org_id, rows.c.id == id)
    held = (await connection.execute(query)).one_or_none()
    return held is not None and bool(held.deleted) and held.body == "{}"


def read_row(held: RowMapping) -> Row:
    return make_row(*(held[column.name] for column in RECORD))


def make_row(
    _org_id: str,
    id: str,
    entity: str,
    root: str,
    seq: int,
    born: int,
    at: int,
    captured_at: int,
    received_at: int,
    device: str,
    author: str | None,
    part: int,
    scopes: str,
    body: str,
    stamps: str,
    deleted: int,
) -> Row:
    """A row from its record, column by column."""
    return Row(
        id=id,
        entity=entity,
        root=root,
        body=_body.decode(body),
        at=at,
        captured_at=captured_at,
        received_at=received_at,
        device=device,
        author=author,
        seq=seq,
        born=born,
        part=part,
        scopes=tuple(scopes.split()),
        stamps=_stamps.decode(stamps) if stamps != "{}" else {},
        deleted=bool(deleted),
    )
