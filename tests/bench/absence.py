"""W7: a phone is back after thirty days: its work goes up, the month comes down, ten conflicts."""

import random

from tests.bench.device import Device, Operation, create, patch
from tests.bench.figures import Figure, spent
from tests.bench.process import Watch
from tests.bench.records import make_customers
from tests.bench.replica import require
from tests.bench.stage import Server, Stage, now_ms, opened
from tests.bench.trees import comment

HELD = 1_000
CREATED, EDITED, COMMENTED, CONFLICTS = 100, 190, 100, 10
CHANGED = 5_000
MONTH_MS = 30 * 86_400_000
MINUTE_MS = 60_000


def run() -> list[Figure]:
    """The same rep's two phones: one was away, the other went on."""
    with opened(phones=2) as (stage, server):
        away, here = (Device(stage, phone) for phone in stage.phones)
        with away, here:
            here.push(
                [[create("customer", *made)] for made in make_customers(HELD, stage.store_id)]
            )
            for device in (away, here):
                device.pull()
            contested = sorted(away.replica.ids("customer"))[:CONFLICTS]
            bodies = away.pack(work(stage, away, contested))
            go_on(stage, here, contested)
            return come_back(server, away, bodies)


def work(stage: Stage, away: Device, contested: list[str]) -> list[list[Operation]]:
    """Four hundred operations of a month ago."""
    rnd = random.Random(88)
    at = now_ms() - MONTH_MS
    rows = away.replica.rows
    own = [id for id in sorted(rows) if rows[id].entity == "customer" and id not in contested]
    some, others = own[:EDITED], own[EDITED : EDITED + COMMENTED]
    made = make_customers(CREATED, stage.store_id, seed=8)
    operations = [
        *(patch(id, {"budget": "三十天前 8 万"}, rows[id].version) for id in contested),
        *(patch(id, {"need": f"记于路上 {nth}"}, rows[id].version) for nth, id in enumerate(some)),
        *(create("customer", *each) for each in made),
        *(comment(rnd, id) for id in others),
    ]
    return [[{**each, "t": at + nth * MINUTE_MS}] for nth, each in enumerate(operations)]


def go_on(stage: Stage, here: Device, contested: list[str]) -> None:
    """What happened meanwhile: new customers, and the same field of ten old ones."""
    rows = here.replica.rows
    made = make_customers(CHANGED - CONFLICTS, stage.store_id, seed=9)
    here.push([[create("customer", *each)] for each in made])
    here.push([[patch(id, {"budget": "今天 12 万"}, rows[id].version)] for id in contested])


def come_back(server: Server, away: Device, bodies: list[bytes]) -> list[Figure]:
    with Watch(server) as pushing:
        exceptions = away.send(bodies)
    with Watch(server) as pulling:
        frames = away.fetch()
    away.replica.apply(frames)
    away.replica.check()
    merged = [each["fields"] for each in exceptions if each["o"] == "merged"]
    require(merged == [["budget"]] * len(exceptions) == [["budget"]] * CONFLICTS, str(exceptions))
    seen = len(away.replica.ids("conflict"))
    require(seen == CONFLICTS, f"{seen} conflicts came where {CONFLICTS} are")
    held = len(away.replica.ids("customer"))
    require(held == HELD + CREATED + CHANGED - CONFLICTS, f"{held} customers are held")
    rows = sum(len(frame.rows) for frame in frames)
    return [
        *spent("W7.push", pushing, operations=away.next_seq - 1, conflicts=seen),
        *spent("W7.pull", pulling, rows=rows, changed_by_others=CHANGED),
    ]
