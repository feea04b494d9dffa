"""What phones say of their own outboxes with each pull: how much waits there, and since when."""

from typing import Annotated, Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, or_, update

from server.db import Database
from server.identity.tables import devices

Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]

Place = tuple[str, str]
"""(org_id, device_id)."""


class Report(NamedTuple):
    """A phone's last contact. None is unknown: nothing was ever said of it.

    `oldest_at` is the phone's own clock when it saved the oldest operation or photo not yet sent,
    raw. `photos` is remembered by the process that heard it, and in no table.
    """

    seen_at: int | None
    pending: int | None = None
    oldest_at: int | None = None
    photos: int | None = None


class Reports:
    """The last report of each phone, in memory: an idle pull must not write.

    Flushed each minute. Where several processes serve, each has part of it, and the table shows
    what the others heard: the fresher of the two is the truth.
    """

    def __init__(self) -> None:
        self.latest: dict[Place, Report] = {}
        self.unwritten: set[Place] = set()

    def note(self, place: Place, report: Report) -> None:
        self.latest[place] = report
        self.unwritten.add(place)

    def freshest(self, place: Place, stored: Report) -> Report:
        heard = self.latest.get(place)
        if heard is None or (heard.seen_at or 0) < (stored.seen_at or 0):
            return stored
        return heard

    async def flush(self, database: Database) -> None:
        if not self.unwritten:
            return
        written = {place: self.latest[place] for place in sorted(self.unwritten)}
        values = [values_of(*each) for each in written.items()]
        await database.transact(lambda connection: connection.execute(HEARD, values))
        # What was reported meanwhile is still to be written.
        self.unwritten -= {p for p, report in written.items() if self.latest[p] is report}


def values_of(place: Place, report: Report) -> dict[str, Any]:
    return {
        "of_org": place[0],
        "of_device": place[1],
        "seen": report.seen_at,
        "waiting": report.pending,
        "oldest": report.oldest_at,
    }


HEARD = (
    update(devices)
    .where(devices.c.org_id == bindparam("of_org"), devices.c.id == bindparam("of_device"))
    .where(or_(devices.c.last_seen_at.is_(None), devices.c.last_seen_at <= bindparam("seen")))
    .values(
        last_seen_at=bindparam("seen"),
        pending=bindparam("waiting"),
        oldest_pending_at=bindparam("oldest"),
    )
)
"""Never over a later contact, which another process or a push has written."""
