"""What another system told of people: done once, and how it was answered."""

from typing import Any

import msgspec
from sqlalchemy import select

from server.db import Connection, Database
from server.errors import Unauthenticated
from server.identity.tables import organisations
from server.people.entries import Change, Plan
from server.people.tables import staff_events
from sync import Ledger


async def find_organisation(database: Database, org_code: str) -> str:
    query = select(organisations.c.org_id).where(organisations.c.code == org_code)
    async with database.read(snapshot=False) as connection:
        org_id: str | None = (await connection.execute(query)).scalar()
    if org_id is None:
        raise Unauthenticated("bad_credential")
    return org_id


async def find_answer(connection: Connection, org_id: str, event_id: str) -> dict[str, Any] | None:
    query = select(staff_events.c.answer).where(
        staff_events.c.org_id == org_id, staff_events.c.event_id == event_id
    )
    text = (await connection.execute(query)).scalar()
    return msgspec.json.decode(text, type=dict[str, Any]) if text else None


def keep_answer(ledger: Ledger, event_id: str, answer: dict[str, Any]) -> None:
    text = msgspec.json.encode(answer).decode()
    told = {"event_id": event_id, "at": ledger.now, "answer": text}
    ledger.add_side_row("staff_events", told)


def describe(plan: Plan) -> dict[str, Any]:
    return {
        "new": [{"line": each.entry.line, "name": each.body["name"]} for each in plan.newcomers],
        "changed": [
            {"line": each.entry.line, "name": each.entry.name, "fields": changed_by(each)}
            for each in plan.changes
        ],
        "same": plan.same,
        "problems": [each._asdict() for each in plan.problems],
    }


def changed_by(change: Change) -> list[str]:
    return sorted([*change.wish, *change.account])
