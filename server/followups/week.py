"""How often each person of a store was in touch with customers this week, and how often it counted:
read online beside the store's board by those whose phone does not hold the store's contacts."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.followups.steps import is_effective
from server.ground import ground_of
from server.identity.sessions import signed_in
from server.leads.boards import read_since, read_store
from server.stores.calendar import calendar_of, midnight, monday_of
from sync import Ledger, Row, standing

TOLD = ("follow_up", "correction")


async def show_week(request: Request) -> Response:
    """GET. From Monday at midnight by the store's wall."""
    ground = ground_of(request)
    now = ground.clock()
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        store = await read_store(connection, request, actor, now)
        since = week_began(calendar_of(store.body).zone, now)
        found = await read_since(connection, actor.org_id, [store.id], since, TOLD)
    ledger = Ledger(actor.org_id, now, request.app.state.entities)
    for row in found:
        ledger.put_loaded(row)
    return JSONResponse({"at": now, "people": count_contacts(ledger, since)})


def week_began(zone: ZoneInfo, now: int) -> int:
    day = datetime.fromtimestamp(now / 1000, zone).date()
    return midnight(monday_of(day), zone)


def count_contacts(ledger: Ledger, since: int) -> list[dict[str, Any]]:
    """As the contacts stand today, whoever had most that counted first."""
    told = [row for row in ledger.rows_of("follow_up") if row.at >= since and row.author]
    read = [(row, body) for row in told if (body := standing(row, ledger)) is not None]
    contacts = by_author(row for row, _ in read)
    effective = by_author(row for row, body in read if is_effective(body))
    lines = [
        {"staff_id": id, "contacts": contacts[id], "effective": effective[id]} for id in contacts
    ]
    return sorted(lines, key=lambda one: (-one["effective"], -one["contacts"], one["staff_id"]))


def by_author(rows: Iterable[Row]) -> Counter[str]:
    return Counter(row.author for row in rows if row.author)


routes = [Route("/api/boards/{id}/contacts", show_week, methods=["GET"])]
