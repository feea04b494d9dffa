"""What the rules read beside rows: turns, people, loads. And the scene of a deadline."""

from collections import Counter
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import bulk_upsert
from server.leads.deadlines import Scene
from server.leads.offers import stored
from server.leads.routing import Candidate
from server.leads.tables import turns
from server.rows import load_scope, read_row
from server.rows.tables import feed, rows
from sync import ORGANISATION, Ledger, Row, staff_scope

Turn = tuple[int, int]
"""How many leads a person has received at a store, and when the last one (ms)."""


async def set_scene(connection: AsyncConnection, ledger: Ledger, lead: Row) -> Scene:
    """The lead with its store and everybody in the organisation who might get or answer for it."""
    staff = await load_scope(connection, ledger, ORGANISATION, "staff")
    store = stored(ledger, lead.body["store_id"])
    counts = await read_turns(connection, ledger.org, store.id)
    admins = sorted(row.id for row in staff if row.body["role"] == "admin")
    return Scene(ledger, lead, store, list_people(staff, store.id, counts), tuple(admins))


def list_people(
    staff: Collection[Row], store_id: str, counts: Mapping[str, Turn]
) -> dict[str, Candidate]:
    """A newcomer starts level with whoever has received least, not with years to catch up."""
    fewest = min((received for received, _ in counts.values()), default=0)
    people: dict[str, Candidate] = {}
    for row in staff:
        received, last_at = counts.get(row.id, (fewest, 0))
        people[row.id] = Candidate(
            staff_id=row.id,
            name=row.body["name"],
            state=row.body["state"],
            accepts_leads=bool(row.body["accepts_leads"]),
            in_store=store_id in row.body["store_ids"],
            received=received,
            last_at=last_at,
            role=row.body["role"],
        )
    return people


async def read_turns(connection: AsyncConnection, org_id: str, store_id: str) -> dict[str, Turn]:
    query = select(turns.c.staff_id, turns.c.received, turns.c.last_at).where(
        turns.c.org_id == org_id, turns.c.store_id == store_id
    )
    return {id: (received, last_at) for id, received, last_at in await connection.execute(query)}


async def count_turns(
    connection: AsyncConnection, scene: Scene, receivers: Collection[str]
) -> None:
    """Each of these has received one more lead, in the transaction that gave it to them."""
    if not receivers:
        return
    more = Counter(receivers)
    values = [
        (scene.ledger.org, scene.store.id, id, scene.people[id].received + count, scene.now)
        for id, count in more.items()
        if id in scene.people
    ]
    await bulk_upsert(connection, turns, values)


async def count_open_leads(
    connection: AsyncConnection, org_id: str, staff_ids: Collection[str]
) -> Counter[str]:
    """How many open leads each of these people holds now."""
    held = (
        select(rows)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(
            feed.c.org_id == org_id,
            feed.c.scope.in_([staff_scope(id) for id in staff_ids]),
            feed.c.part == 0,
            rows.c.entity == "lead",
        )
    )
    leads = {row["id"]: read_row(row) for row in (await connection.execute(held)).mappings()}
    return Counter(lead.body["holder_id"] for lead in leads.values() if lead.body["holder_id"])
