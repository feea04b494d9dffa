"""What is kept beside the rows and says something of them: deleted, a statement a table."""

from collections.abc import Collection, Iterable

import msgspec
from sqlalchemy import ColumnElement, bindparam, delete, or_, select

from server.customers.pool_card import POOL_KEY
from server.customers.register import PASS_KEY
from server.db import Connection, as_list, fetch, listed, run_each
from server.notify.tables import notifications
from server.photos.dooming import doom_bytes
from server.rows.tables import awaited, deadlines, evictions, history, keys
from sync import Ledger, Row

NAMING = ("release_warning", "released", "reclaimed", "collision", "corrects", "asks_erasure")
"""Messages that name a customer, and have no lead by which they are found."""

FINDING = (PASS_KEY, POOL_KEY)
"""These keys are made of ids, and find what was erased: who scans a pass late is told so."""


CLEARED = (
    *("rows", "history", "keys", "notifications"),
    *("photo_thumbs", "photo_blobs", "photo_looks", "photo_marks"),
)
"""Tables that had content."""


async def forget(connection: Connection, ledger: Ledger, gone: Collection[Row]) -> None:
    """Clocks and offers end with it: a lead that is open is closed by the same act."""
    ids = [row.id for row in gone]
    given = {"org": ledger.org, "ids": as_list(ids)}
    among = listed(connection.dialect.name, "ids")
    for statement in (
        delete(history).where(is_ours(history), history.c.row_id.in_(among)),
        delete(history).where(is_ours(history), history.c.root.in_(among)),
        delete(awaited).where(is_ours(awaited), awaited.c.refusal_id.in_(among)),
        delete(awaited).where(is_ours(awaited), awaited.c.missing_id.in_(among)),
        delete(deadlines).where(is_ours(deadlines), deadlines.c.subject_id.in_(among)),
        delete(notifications).where(is_ours(notifications), notifications.c.lead_id.in_(among)),
        delete(keys).where(is_ours(keys), keys.c.row_id.in_(among), keys.c.kind.not_in(FINDING)),
    ):
        await connection.execute(statement, given)
    await doom_bytes(connection, ledger.org, ids)
    await forget_offered(connection, ledger.org, gone)
    await delete_messages(connection, ledger.org, gone)


def is_ours(table: object) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.c.org_id == bindparam("org")  # type: ignore[attr-defined]
    return found


async def forget_offered(connection: Connection, org_id: str, gone: Iterable[Row]) -> None:
    """Values that were offered to another record are in its history, too."""
    told = [row.body for row in gone if row.entity == "conflict" and row.body.get("from_id")]
    offered = [
        {
            "org": org_id,
            "row": body["row_id"],
            "named": body["field"],
            "since": body["at_other"],
            "said": msgspec.json.encode(body["value_other"]).decode(),
        }
        for body in told
    ]
    if offered:
        await run_each(connection, OFFERED, offered)


OFFERED = delete(history).where(
    history.c.org_id == bindparam("org"),
    history.c.row_id == bindparam("row"),
    history.c.field == bindparam("named"),
    history.c.at == bindparam("since"),
    history.c.value == bindparam("said"),
)


async def delete_messages(connection: Connection, org_id: str, gone: Iterable[Row]) -> None:
    """What names them is not sent, others though it name as well: their notices are on the phones.
    Of what was written before messages said whom they name nobody knows it is about another."""
    named = [notifications.c.about.contains(row.id) for row in gone if row.entity == "customer"]
    unknown = notifications.c.about.is_(None) & notifications.c.kind.in_(NAMING)
    if named:
        await connection.execute(
            delete(notifications).where(notifications.c.org_id == org_id, or_(unknown, *named))
        )


async def read_evicted(connection: Connection, org_id: str, ids: Collection[str]) -> set[str]:
    """Where these rows were before: phones that were not seen since may hold them there."""
    query = (
        select(evictions.c.scope)
        .where(
            evictions.c.org_id == bindparam("org"),
            evictions.c.id.in_(listed(connection.dialect.name, "ids")),
        )
        .distinct()
    )
    found = await fetch(connection, query, {"org": org_id, "ids": as_list(ids)})
    return {scope for (scope,) in found}
