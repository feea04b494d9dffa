"""From a ledger into the database: rows, feed, digests, keys, history and deadlines, as one."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    Delete,
    Select,
    Table,
    Update,
    bindparam,
    case,
    delete,
    insert,
    literal_column,
    select,
    update,
)

from server.db import (
    Connection,
    as_list,
    bulk_insert,
    bulk_upsert,
    fetch,
    insert_into,
    listed,
    metadata,
    run_each,
)
from server.rows.load import load_tree
from server.rows.tables import (
    MARK,
    aliases,
    deadlines,
    digests,
    evictions,
    feed,
    heads,
    history,
    keys,
    rows,
)
from server.rows.waiting import wake_waiting
from sync import (
    PENDING,
    Digest,
    Ledger,
    Row,
    Stamp,
    combine,
    derive_id,
    lanes,
    move,
)

_encode = msgspec.json.Encoder().encode
_MARK = MARK.encode()


class Published(msgspec.Struct, frozen=True):
    """What a commit moved: the organisation's head, the scopes, and the earliest deadline (ms)."""

    org_id: str
    head: int
    scopes: frozenset[str]
    due_at: int | None


async def publish(connection: Connection, ledger: Ledger) -> Published:
    """Number and write everything that was touched. The caller commits; nothing else may follow."""
    await wake_waiting(connection, ledger)
    await place_rows(connection, ledger)
    changed = list(ledger.touched.values())
    head = await take_numbers(connection, ledger, len(changed))
    number_rows(changed, head - len(changed))
    await write_rows(connection, ledger, changed)
    scopes = await write_feed(connection, ledger, changed)
    await write_names(connection, ledger)
    await move_history(connection, ledger, changed)
    await write_history(connection, ledger)
    due_at = await write_deadlines(connection, ledger)
    await write_side_rows(connection, ledger)
    return Published(ledger.org, head, frozenset(scopes), due_at)


# Placing


async def place_rows(connection: Connection, ledger: Ledger) -> None:
    """Give each touched row its scopes; a root that moves takes its whole tree along (law 26)."""
    touched = list(ledger.touched.values())
    moved = [row.id for row in touched if is_root(row) and place_row(row, ledger)]
    await load_tree(connection, ledger, [id for id in moved if id in ledger.stored])
    for row in list(ledger.loaded()):
        is_child = not is_root(row)
        if is_child and (row.id in ledger.touched or row.root in moved) and place_row(row, ledger):
            ledger.touched[row.id] = row


def is_root(row: Row) -> bool:
    return row.root == row.id


def place_row(row: Row, ledger: Ledger) -> bool:
    """Set a row's scopes and part from its body and its root; whether a root's scopes changed."""
    before = row.scopes
    row.scopes = ledger.scopes_of(row)
    if not row.deleted:
        row.part = ledger.entities[row.entity].part(row)
    return row.scopes != before


# Numbering


async def take_numbers(connection: Connection, ledger: Ledger, count: int) -> int:
    """The organisation's head after `count` more row changes."""
    [(head,)] = await fetch(connection, TAKE_NUMBERS, {"org": ledger.org, "count": count})
    return int(head)


TAKE_NUMBERS = (
    update(heads)
    .where(heads.c.org_id == bindparam("org"))
    .values(seq=heads.c.seq + bindparam("count"))
    .returning(heads.c.seq)
)


def number_rows(changed: Iterable[Row], after: int) -> None:
    for seq, row in enumerate(changed, after + 1):
        row.seq = seq
        if row.born == PENDING:
            row.born = seq
        if row.stamps:
            row.stamps = {name: number_stamp(stamp, seq) for name, stamp in row.stamps.items()}


def number_stamp(stamp: Stamp, seq: int) -> Stamp:
    return stamp._replace(version=seq) if stamp.version == PENDING else stamp


# Writing


async def write_rows(connection: Connection, ledger: Ledger, changed: list[Row]) -> None:
    fresh = [row for row in changed if row.id not in ledger.stored]
    held = [row for row in changed if row.id in ledger.stored]
    await bulk_insert(connection, rows, [row_values(ledger.org, row) for row in fresh])
    await bulk_upsert(connection, rows, [row_values(ledger.org, row) for row in held])


def row_values(org_id: str, row: Row) -> tuple[Any, ...]:
    return (
        org_id,
        row.id,
        row.entity,
        row.root,
        row.seq,
        row.born,
        row.at,
        row.captured_at,
        row.received_at,
        row.device,
        row.author,
        row.part,
        " ".join(row.scopes),
        _encode(row.body),
        _encode(row.stamps) if row.stamps else b"{}",
        int(row.deleted),
        opening_of(row),
        closing_of(row),
    )


def opening_of(row: Row) -> bytes:
    place = (row.entity.encode(), row.id.encode(), row.seq, row.root.encode(), _MARK)
    return b'["%b","%b",%d,"%b",[%b],' % place


def closing_of(row: Row) -> bytes:
    author = b'"%b"' % row.author.encode() if row.author else b"null"
    return b",[%b,%d,%d,%d]]" % (author, row.at, row.received_at, row.captured_at)


async def write_feed(connection: Connection, ledger: Ledger, changed: Iterable[Row]) -> set[str]:
    """Replace the rows' entries, note evictions, bring the digests up to date."""
    org = ledger.org
    gone: list[tuple[str, str, int]] = []
    entries: list[tuple[str, str, int, str, int]] = []
    evicted: list[tuple[str, str, str, str, int]] = []
    readmitted: list[tuple[str, str, str]] = []
    sums: Sums = defaultdict(lambda: [0, 0, 0])
    for row in changed:
        for scope in row.scopes:
            entries.append((org, scope, row.seq, row.id, row.part))
        add_lanes(sums[row.scopes], row, row.seq, 1)
        if (stored := ledger.stored.get(row.id)) is None:
            continue
        gone += [(org, scope, stored.seq) for scope in stored.scopes]
        add_lanes(sums[stored.scopes], row, stored.seq, -1)
        put, left = move(stored.scopes, row.scopes)
        evicted += [(org, scope, row.id, row.entity, row.seq) for scope in left]
        readmitted += [(org, scope, row.id) for scope in put if scope not in stored.scopes]
    await delete_each(connection, feed, ("org_id", "scope", "seq"), gone)
    await bulk_insert(connection, feed, entries)
    await bulk_upsert(connection, evictions, evicted)
    await delete_each(connection, evictions, ("org_id", "scope", "id"), readmitted)
    return await write_digests(connection, org, sums)


Sums = dict[tuple[str, ...], list[int]]
"""For rows of the same scopes: how many more they are, and the sums of their lanes."""


def add_lanes(total: list[int], row: Row, seq: int, sign: int) -> None:
    hi, lo = lanes(row.entity, row.id, seq)
    total[0] += sign
    total[1] += sign * hi
    total[2] += sign * lo


async def write_digests(connection: Connection, org_id: str, sums: Sums) -> set[str]:
    """Brings the digests up to date; returns the scopes that moved."""
    moved = {scope for scopes in sums for scope in scopes}
    held = await read_digests(connection, org_id, moved)
    for scopes, (count, hi, lo) in sums.items():
        for scope in scopes:
            held[scope] = combine(held.get(scope, Digest()), Digest(count, hi, lo))
    await bulk_upsert(connection, digests, [(org_id, scope, *held[scope]) for scope in moved])
    return moved


async def read_digests(
    connection: Connection, org_id: str, scopes: Collection[str]
) -> dict[str, Digest]:
    asked = {"org": org_id, "scopes": as_list(list(scopes))}
    found = await fetch(connection, digest_query(connection.dialect.name), asked)
    return {scope: Digest(*lanes) for scope, *lanes in found}


@cache
def digest_query(dialect: str) -> Select[Any]:
    return select(digests.c.scope, digests.c.rows, digests.c.hi, digests.c.lo).where(
        digests.c.org_id == bindparam("org"), digests.c.scope.in_(listed(dialect, "scopes"))
    )


async def write_names(connection: Connection, ledger: Ledger) -> None:
    """Hard keys and aliases. A key that another transaction took is a unique violation."""
    taken = [(ledger.org, *key, id) for key, id in ledger.changed_keys.items() if id]
    freed = [(ledger.org, *key) for key in ledger.changed_keys]
    ended = [(ledger.org, alias_id) for alias_id in ledger.ended_aliases]
    await delete_each(connection, aliases, ("org_id", "alias_id"), ended)
    await delete_each(connection, keys, ("org_id", "kind", "value"), held_keys(ledger, freed))
    await bulk_insert(connection, keys, taken)
    await bulk_insert(
        connection, aliases, [(ledger.org, *pair) for pair in ledger.new_aliases.items()]
    )


def held_keys(ledger: Ledger, freed: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return [(org, kind, value) for org, kind, value in freed if ledger.was_held((kind, value))]


async def move_history(connection: Connection, ledger: Ledger, changed: Iterable[Row]) -> None:
    """What a row said before goes along with it: erasure finds it by its root (law 35)."""
    moved = [
        {"of_org": ledger.org, "of_row": row.id, "to_root": row.root}
        for row in changed
        if (stored := ledger.stored.get(row.id)) is not None and stored.root != row.root
    ]
    if moved:
        await run_each(connection, MOVE_HISTORY, moved)


MOVE_HISTORY = (
    update(history)
    .where(history.c.org_id == bindparam("of_org"), history.c.row_id == bindparam("of_row"))
    .values(root=bindparam("to_root"))
)


async def write_history(connection: Connection, ledger: Ledger) -> None:
    values = [
        (
            ledger.org,
            row.id,
            row.seq,
            nth,
            row.root,
            kept.field,
            _encode(kept.value).decode(),
            kept.stamp.at,
            kept.stamp.device,
            kept.stamp.author,
            why,
        )
        for nth, (row, kept, why) in enumerate(ledger.history)
    ]
    await bulk_insert(connection, history, values)


async def write_deadlines(connection: Connection, ledger: Ledger) -> int | None:
    standing, cancelled = ledger.settled_timers()
    if cancelled:
        pairs = [f"{each.kind} {each.subject_id}" for each in cancelled]
        subjects = list({each.subject_id for each in cancelled})
        asked = {"subjects": as_list(subjects), "pairs": as_list(pairs)}
        values = {"org": ledger.org, "now": ledger.now, **asked}
        await run_each(connection, withdrawal(connection.dialect.name), [values])
    await bulk_upsert(
        connection,
        deadlines,
        [
            (
                ledger.org,
                derive_id("deadline", d.kind, d.subject_id, d.due_at, ledger.now),
                d.kind,
                d.subject_id,
                d.due_at,
                None,
                None,
            )
            for d in standing
        ],
    )
    return min((d.due_at for d in standing), default=None)


@cache
def withdrawal(dialect: str) -> Update:
    """All at once: one by one each would look through every open deadline there is."""
    pair = deadlines.c.kind + literal_column("' '") + deadlines.c.subject_id
    return (
        update(deadlines)
        .where(deadlines.c.org_id == bindparam("org"))
        .where(deadlines.c.fired_at.is_(None), deadlines.c.cancelled_at.is_(None))
        .where(deadlines.c.subject_id.in_(listed(dialect, "subjects")))
        .where(pair.in_(listed(dialect, "pairs")))
        .values(cancelled_at=bindparam("now"))
    )


async def write_side_rows(connection: Connection, ledger: Ledger) -> None:
    """Rows of tables that are not synced. One whose unique key is there already is left alone."""
    by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for table, values in ledger.side:
        by_table[table].append({"org_id": ledger.org, **values})
    for table, values_list in by_table.items():
        statement = insert_into(connection, metadata.tables[table]).on_conflict_do_nothing()
        await connection.execute(statement, values_list)


async def delete_each(
    connection: Connection, table: Table, columns: tuple[str, ...], tuples: list[Any]
) -> None:
    if tuples:
        many = [dict(zip(columns, values, strict=True)) for values in tuples]
        await run_each(connection, deletion(table, columns), many)


@cache
def deletion(table: Table, columns: tuple[str, ...]) -> Delete:
    return delete(table).where(*(table.c[name] == bindparam(name) for name in columns))


async def found_organisation(connection: Connection, org_id: str, epoch: str) -> None:
    """The head row that every writer of an organisation takes. `epoch` names this life of the
    database: a cursor of another one leads to a clean resync."""
    await connection.execute(insert(heads).values(org_id=org_id, seq=0, epoch=epoch))


async def begin_new_life(connection: Connection, epoch: str, now: int) -> None:
    """An older database was put back: to give numbers again that phones know would say of those who
    saw the lost ones that they had seen the new. No life gives one in each millisecond, so that
    `now`, in ms, is above whatever those before it gave, however often it is put back."""
    onwards = case((heads.c.seq < now, now), else_=heads.c.seq)
    await connection.execute(update(heads).values(epoch=epoch, seq=onwards))
