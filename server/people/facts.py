"""The record of what was done with a person: by whom, when, what before and after."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select

from server.db import Connection
from server.people.tables import staff_facts
from sync import Ledger, derive_id

SHOWN = 20


def record(
    ledger: Ledger, staff_id: str, kind: str, by_id: str | None, told: Mapping[str, Any]
) -> None:
    text = msgspec.json.encode(told, order="sorted").decode()
    values = {
        "staff_id": staff_id,
        "at": ledger.now,
        "id": derive_id("staff_fact", staff_id, kind, ledger.now, text),
        "by_id": by_id,
        "kind": kind,
        "told": text,
    }
    ledger.add_side_row("staff_facts", values)


async def read_facts(connection: Connection, org_id: str, staff_id: str) -> list[dict[str, Any]]:
    """The latest first."""
    query = (
        select(staff_facts)
        .where(staff_facts.c.org_id == org_id, staff_facts.c.staff_id == staff_id)
        .order_by(staff_facts.c.at.desc(), staff_facts.c.id)
        .limit(SHOWN)
    )
    return [
        {"at": at, "by_id": by_id, "kind": kind, "told": msgspec.json.decode(told)}
        for _, _, at, _, by_id, kind, told in await connection.execute(query)
    ]
