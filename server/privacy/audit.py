"""Who looked at whom: written once, never changed, each entry sealed together with all before it.

Only ids: whoever is erased stays in it as an id. The seal is an HMAC under a key of ours, so that a
line that was changed, put in or left out shows. A cut end does not: keep what `verify` printed.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import BigInteger, Column, Text, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import Connection, as_list, fetch, listed, named_index, org_table
from server.rows import lock_head

What = Literal[
    "opened",
    "listed",
    "called",
    "copied",
    "exported",
    "took_own",
    "took_handed",
    "link_given",
    "found",
]
"""On a phone: opened, seen in the pool, masked, and where the whole number was used. At the server:
the file that was handed out to staff or to the customer (`took_handed`: by the link that this
member of staff gave), the link to their own page, a search by number."""

# `nth` counts from 1 without a gap; `at` is when it was written, `seen_at` when somebody looked.
# `staff_id` None: the customer, by a link.
looked = org_table(
    "looked",
    Column("nth", BigInteger, nullable=False),
    Column("id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("staff_id", Text),
    Column("customer_id", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("hash", Text, nullable=False),
    pk=("nth",),
)
named_index(looked, "org_id", "customer_id", "seen_at")
named_index(looked, "org_id", "id", unique=True)

START = "0" * 64


class Look(NamedTuple):
    """`id` names it once, however often it is told."""

    id: str
    seen_at: int
    staff_id: str | None
    customer_id: str
    what: str


class Chain(NamedTuple):
    """How far a chain goes; `broken_at` is the first entry that is not what was written."""

    org_id: str
    size: int
    head: str
    broken_at: int | None


def key_of(digest_key: str) -> bytes:
    return hashlib.sha256(b"audit\n" + digest_key.encode()).digest()


async def write_down(
    connection: Connection, org_id: str, key: bytes, looks: Sequence[Look], now: int
) -> None:
    """In the order given, behind what is there. What was told before is not told again."""
    await lock_head(connection, org_id)
    known = await find_known(connection, org_id, [look.id for look in looks])
    fresh = [look for look in {look.id: look for look in looks}.values() if look.id not in known]
    if fresh:
        size, head = await find_end(connection, org_id)
        await connection.execute(insert(looked), list(entries(org_id, key, fresh, now, size, head)))


async def find_known(connection: Connection, org_id: str, ids: Sequence[str]) -> set[str]:
    among = listed(connection.dialect.name, "ids")
    query = select(looked.c.id).where(looked.c.org_id == bindparam("org"), looked.c.id.in_(among))
    return {id for (id,) in await fetch(connection, query, {"org": org_id, "ids": as_list(ids)})}


async def find_end(connection: Connection, org_id: str) -> tuple[int, str]:
    query = select(looked.c.nth, looked.c.hash).where(looked.c.org_id == org_id)
    last = (await connection.execute(query.order_by(looked.c.nth.desc()).limit(1))).first()
    return (last.nth, last.hash) if last else (0, START)


def entries(
    org_id: str, key: bytes, looks: Iterable[Look], now: int, size: int, head: str
) -> Iterable[dict[str, Any]]:
    for nth, look in enumerate(looks, size + 1):
        told = {"org_id": org_id, "nth": nth, "at": now, **look._asdict()}
        head = seal(key, head, told)
        yield {**told, "hash": head}


def seal(key: bytes, head: str, told: dict[str, Any]) -> str:
    entry = msgspec.json.encode([told[name] for name in SEALED])
    return hmac.new(key, head.encode() + entry, hashlib.sha256).hexdigest()


SEALED = ("org_id", "nth", "id", "at", "seen_at", "staff_id", "customer_id", "what")


async def verify(connection: AsyncConnection, key: bytes) -> list[Chain]:
    """Each organisation's chain, read once from its beginning."""
    found = await connection.stream(select(looked).order_by(looked.c.org_id, looked.c.nth))
    chains: dict[str, Chain] = {}
    async for row in found.mappings():
        before = chains.get(row["org_id"]) or Chain(row["org_id"], 0, START, None)
        chains[row["org_id"]] = link(before, dict(row), key)
    return list(chains.values())


async def has_entry(connection: Connection, seen: str) -> bool:
    """Whether what a run printed, organisation, size and head, is an entry still."""
    org_id, size, head = seen.rsplit(":", 2)
    query = select(looked.c.hash).where(looked.c.org_id == org_id, looked.c.nth == int(size))
    return bool((await connection.execute(query)).scalar() == head)


def link(before: Chain, told: dict[str, Any], key: bytes) -> Chain:
    if before.broken_at is not None:
        return before
    is_next = told["nth"] == before.size + 1
    if not is_next or not hmac.compare_digest(seal(key, before.head, told), told["hash"]):
        return before._replace(broken_at=before.size + 1)
    return Chain(before.org_id, told["nth"], told["hash"], None)
