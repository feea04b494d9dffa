"""How often each code was scanned on each day: counted apart from what came of it.

A scan is a person who opens the page of a poster, once each time. In memory first, as many may
come at once and none may wait for a write; what a crash takes along is a minute of counting.
"""

import re
from collections import Counter
from collections.abc import Mapping

from server.db import Connection, Database, insert_into
from server.stores.tables import poster_scans

Place = tuple[str, str, str]
"""(org_id, poster_id, day of the store's calendar)."""

# Cubot makes phones.
MACHINES = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|externalhit|monitor|headless|lighthouse|"
    r"^(curl|wget|python|go-http|java|okhttp|apache-http|axios|node)",
    re.IGNORECASE,
)
AHEAD = ("purpose", "sec-purpose", "x-purpose", "x-moz")


def is_scan(method: str, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
    """Not what a machine fetches or a browser fetches ahead, and not a page that was turned to
    another language or store: whoever does that has scanned before. A reload counts."""
    agent = headers.get("user-agent", "")
    is_ahead = any("pre" in headers.get(name, "").lower() for name in AHEAD)
    return method == "GET" and not query and bool(agent) and not is_ahead and not is_machine(agent)


def is_machine(agent: str) -> bool:
    return MACHINES.search(agent) is not None


class Scans:
    """Flushed each minute. Several processes add to the same day."""

    def __init__(self) -> None:
        self.counts: Counter[Place] = Counter()

    def note(self, place: Place) -> None:
        self.counts[place] += 1

    async def flush(self, database: Database) -> None:
        if not self.counts:
            return
        noted, self.counts = self.counts, Counter()
        try:
            await database.transact(lambda connection: add_scans(connection, noted))
        except Exception:
            self.counts.update(noted)
            raise


async def add_scans(connection: Connection, counts: Mapping[Place, int]) -> None:
    """In one order, so that two processes never wait for each other."""
    statement = insert_into(connection, poster_scans)
    added = statement.on_conflict_do_update(
        index_elements=["org_id", "poster_id", "day"],
        set_={"scans": poster_scans.c.scans + statement.excluded.scans},
    )
    values = [
        {"org_id": org_id, "poster_id": poster_id, "day": day, "scans": n}
        for (org_id, poster_id, day), n in sorted(counts.items())
    ]
    await connection.execute(added, values)
