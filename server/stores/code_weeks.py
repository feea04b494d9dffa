"""Each week somebody walks past a store's codes, its people's too: by when, and which were found.
Facts are said by phones (`code_check`); here they are only read."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Text, or_, select, type_coerce

from server.db import Connection
from server.rows import read_row
from server.rows.tables import RECORD, feed, rows
from server.stores.calendar import Calendar, midnight, monday_of
from server.stores.posters import Poster
from server.stores.queries import HANGS
from server.stores.tables import posters
from sync import Row, desk_scope

ENTITY = "code_check"


class CodeWeek(NamedTuple):
    """Since Monday's midnight, until the end of the first day on which the store opens (ms); no
    `due_at` where it stays shut all week."""

    since: int
    due_at: int | None


def code_week(calendar: Calendar, now: int) -> CodeWeek:
    today = calendar.date_at(now)
    monday, zone = monday_of(today), calendar.zone
    since, until = midnight(monday, zone), midnight(monday + timedelta(days=7), zone)
    opening = calendar.next_opening(since)
    if opening is None or opening >= until:
        return CodeWeek(since, None)
    return CodeWeek(since, midnight(calendar.date_at(opening) + timedelta(days=1), zone))


def find_unchecked(
    hanging: Iterable[Poster], checks: Iterable[Row], week: CodeWeek
) -> list[Poster]:
    """What was hung this week need not be looked for before the next."""
    seen = last_found(checks)
    return [
        each
        for each in hanging
        if each.created_at < week.since and (each.id not in seen or seen[each.id].at < week.since)
    ]


def last_found(checks: Iterable[Row]) -> Mapping[str, Row]:
    """By poster: the latest word that it hangs and is ours."""
    found = (row for row in checks if row.body.get("verdict") == "ours")
    return {row.body.get("poster_id") or "": row for row in sorted(found, key=lambda row: row.at)}


async def read_checks(
    connection: Connection, org_id: str, store_ids: Collection[str], since: int
) -> list[Row]:
    """What was said of these stores' codes and received since then."""
    query = (
        select(*RECORD)
        .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
        .where(feed.c.org_id == org_id, feed.c.scope.in_([desk_scope(id) for id in store_ids]))
        .where(rows.c.entity == ENTITY, rows.c.received_at >= since)
    )
    found = (await connection.execute(query)).mappings()
    return list({held["id"]: read_row(held) for held in found}.values())


async def read_hanging(
    connection: Connection, org_id: str, store_ids: Collection[str]
) -> list[Poster]:
    """With the codes of people who are at work: nobody can scan the badge of one who is away."""
    is_theirs = (rows.c.org_id == posters.c.org_id) & (rows.c.id == posters.c.staff_id)
    is_there = type_coerce(rows.c.body, Text).contains('"state":"active"')
    query = (
        select(posters)
        .join(rows, is_theirs, isouter=True)
        .where(posters.c.org_id == org_id, posters.c.store_id.in_(list(store_ids)), *HANGS)
        .where(or_(posters.c.staff_id.is_(None), is_there))
    )
    return [Poster(**held) for held in (await connection.execute(query)).mappings()]
