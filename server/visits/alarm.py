"""A code that somebody pasted over ours: whoever answers for the store hears of it at once, and
once for each check, in the same ways as of an escalation. Nothing in it can be tapped.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row as Record

from server.db import Connection
from server.identity.rights import LEFT
from server.notify.outbox import Bell, enqueue
from server.rows import load, load_scope
from server.stores.duty import HEADS
from server.visits.code_checks import FOREIGN_CODE
from sync import ORGANISATION, Ledger, Row, derive_id

_WEB = re.compile(r"https?://\S+", re.IGNORECASE)


async def fire_foreign_code(
    connection: Connection, ledger: Ledger, deadline: Record[Any], check: Row
) -> None:
    """A handler of the deadline worker."""
    await load(connection, ledger, [check.root])
    staff = await load_scope(connection, ledger, ORGANISATION, "staff")
    store = ledger.row(check.root)
    if store is None:
        return
    heads = find_heads(store, staff, check.author)
    await load(connection, ledger, [notice_id(check, head) for head in heads])
    for head in heads:
        tell(ledger, check, head)
    await enqueue(connection, ledger.org, make_bells(ledger, check, store, heads), ledger.now)


def find_heads(store: Row, staff: Iterable[Row], finder_id: str | None) -> list[Row]:
    """Manager, deputy and area manager but the finder; the admins where that is nobody."""
    there = {row.id: row for row in staff if row.body["state"] != LEFT and row.id != finder_id}
    named = dict.fromkeys(store.body.get(field) for field in HEADS)
    heads = [there[id] for id in named if id in there]
    return heads or [row for _, row in sorted(there.items()) if row.body["role"] == "admin"]


def tell(ledger: Ledger, check: Row, head: Row) -> None:
    id = notice_id(check, head)
    if ledger.row(id) is not None:
        return
    named = {"kind": FOREIGN_CODE, "to_id": head.id, "by_id": check.author, "check_id": check.id}
    found = {name: check.body.get(name) or "" for name in ("store_id", "position", "note")}
    times = {"found_at": check.at, "at": ledger.now}
    about = {"lead_id": None, "customer_id": None, "name": ""}
    body = {**named, **found, **times, **about, "host": host_in(check.body["text"])}
    ledger.create("notice", id, id, body)


def notice_id(check: Row, head: Row) -> str:
    return derive_id("notice", FOREIGN_CODE, check.id, head.id)


def make_bells(ledger: Ledger, check: Row, store: Row, heads: Iterable[Row]) -> list[Bell]:
    """One for the store's groups, which names everybody who is told; one for each of these."""
    finder = ledger.find(check.author)
    facts = {
        "store": store.body["name"],
        "codes_of": store.id,
        "place": check.body.get("position"),
        "host": host_in(check.body["text"]),
        "one": finder.body["name"] if finder else "",
        "to": "、".join(head.body["name"] for head in heads),
    }
    key = f"{FOREIGN_CODE}:{check.id}"
    people = [Bell(FOREIGN_CODE, "", key, {**facts, "to_id": head.id}) for head in heads]
    return [Bell(FOREIGN_CODE, store.id, key, facts), *people]


def host_in(text: str) -> str:
    """Where a browser would go, written as it is looked up; nothing of what is no web address."""
    # A browser takes a backslash for a slash: what stands behind it is no host.
    address = text.strip().replace("\\", "/")
    if not _WEB.fullmatch(address):
        return ""
    try:
        host = urlsplit(address).hostname or ""
        return host.encode("idna").decode()
    except ValueError:
        return ""
