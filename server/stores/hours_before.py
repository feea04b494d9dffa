"""Which hours a store had when: those it has now, and what the history kept of before."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select

from server.db import Connection
from server.rows.tables import history
from server.stores.calendar import Calendar, calendar_of
from server.stores.hours import FIELDS
from sync import Row

Held = Mapping[str, list[tuple[int, Any]]]
"""What each field said, and since when (ms), in order."""


class HoursBefore(NamedTuple):
    """Since when (ms) which hours have held, in order."""

    spells: list[tuple[int, Calendar]]

    def elapsed(self, start: int, end: int) -> int:
        """Whole seconds of store time between two instants, as it was kept then."""
        ends = [*(since for since, _ in self.spells[1:]), end]
        parts = [
            calendar.elapsed(max(since, start), min(until, end))
            for (since, calendar), until in zip(self.spells, ends, strict=True)
        ]
        return sum(parts)


async def read_hours_before(connection: Connection, org_id: str, store: Row) -> HoursBefore:
    query = (
        select(history.c.field, history.c.at, history.c.value)
        .where(history.c.org_id == org_id, history.c.row_id == store.id)
        .where(history.c.field.in_(FIELDS))
        .order_by(history.c.seq, history.c.nth)
    )
    held: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for field, at, value in await connection.execute(query):
        held[field].append((at, msgspec.json.decode(value)))
    for field in held:
        held[field].append((store.stamp(field).at, store.body.get(field)))
    moments = sorted({at for spoken in held.values() for at, _ in spoken[1:]})
    return HoursBefore([(at, calendar_of(store_at(store, held, at))) for at in (0, *moments)])


def store_at(store: Row, held: Held, moment: int) -> dict[str, Any]:
    """The store's body as it was; before the first change, as it was until then."""
    said = {
        field: spoken[max(0, bisect_right(spoken, moment, key=since_of) - 1)][1]
        for field, spoken in held.items()
    }
    return {**store.body, **said}


def since_of(spoken: tuple[int, Any]) -> int:
    return spoken[0]
