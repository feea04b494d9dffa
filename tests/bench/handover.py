"""W6: five hundred customers leave one rep's phone with all that hangs from them, for another's.

First lead by lead: a manager reassigns them, the server offers them, the other rep accepts. Then
everything goes back in one act.
"""

import json
import random
import time
from typing import NamedTuple

from tests.bench.device import Device, create
from tests.bench.figures import Figure, spent
from tests.bench.ids import new_id
from tests.bench.process import Watch
from tests.bench.records import make_customers
from tests.bench.replica import require
from tests.bench.stage import Server, Stage, opened, pull_headers
from tests.bench.trees import register

CUSTOMERS = 500
LIMIT_S = 600
PAUSE_S = 0.5


class Cast(NamedTuple):
    manager: Device
    old: Device
    new: Device


def run() -> list[Figure]:
    with opened(managers=1, reps=2) as (stage, server):
        phones = (stage.managers[0], *stage.reps)
        manager, old, new = (Device(stage, phone) for phone in phones)
        with manager, old, new:
            rnd = random.Random(6)
            fill(stage, rnd, Cast(manager, old, new))
            return move(server, rnd, Cast(manager, old, new))


def fill(stage: Stage, rnd: random.Random, cast: Cast) -> None:
    """The manager's customers; the old rep holds their leads, and so their trees."""
    to_id = cast.old.phone.staff_id
    made = make_customers(CUSTOMERS, stage.store_id)
    cast.manager.push(
        [register(rnd, id, fields, stage.store_id, to_id).operations for id, fields in made]
    )
    await_offers(cast.old)
    cast.old.push(acceptances(cast.old, rnd))
    for device in cast:
        device.pull()
        device.replica.check()
    require(len(cast.old.replica.ids("customer")) == CUSTOMERS, "the old rep has not got all")


def move(server: Server, rnd: random.Random, cast: Cast) -> list[Figure]:
    manager, old, new = cast
    trees = tree_rows(old)
    leads = sorted(manager.replica.ids("lead"))
    fields = {"to_id": new.phone.staff_id, "note": "离职交接"}
    bodies = manager.pack(
        [[create("reassignment", new_id(rnd), {"lead_id": id, **fields})] for id in leads]
    )
    with Watch(server) as reassigning:
        manager.send_plainly(bodies)
    with Watch(server) as evicting:
        frames = old.fetch()
    with Watch(server) as offering:
        old.replica.apply(frames)
        await_offers(new)
    bodies = new.pack(acceptances(new, rnd))
    with Watch(server) as accepting:
        new.send_plainly(bodies)
    with Watch(server) as receiving:
        frames = new.fetch()
    new.replica.apply(frames)
    check(cast, trees)
    with Watch(server) as handing:
        hand_over(manager, new, old)
    check(Cast(manager, new, old), trees)
    return [
        *spent("W6.reassign", reassigning, customers=CUSTOMERS, rows=len(trees)),
        *spent("W6.evict", evicting, evicted=len(trees)),
        *spent("W6.offer", offering, offers=CUSTOMERS),
        *spent("W6.accept", accepting, customers=CUSTOMERS, rows=len(trees)),
        *spent("W6.receive", receiving, rows=sum(len(frame.rows) for frame in frames)),
        *spent("W6.handover", handing, customers=CUSTOMERS, rows=len(trees)),
    ]


def hand_over(manager: Device, one: Device, other: Device) -> None:
    path = f"/api/staff/{one.phone.staff_id}/handover"
    body = json.dumps({"to_ids": [other.phone.staff_id]}).encode()
    status, answer = manager.client.request("POST", path, body, pull_headers(manager.phone))
    require(status == 200, f"not handed over: {answer[:200]!r}")


def tree_rows(device: Device) -> set[str]:
    """What hangs from the customers, themselves included; offers and notices are a person's."""
    kinds = ("customer", "arrival", "lead", "comment", "follow_up")
    return set().union(*(device.replica.ids(kind) for kind in kinds))


def await_offers(device: Device) -> None:
    """The server's worker makes them, each in a transaction of its own."""
    deadline = time.monotonic() + LIMIT_S
    while len(device.replica.ids("offer")) < CUSTOMERS:
        require(time.monotonic() < deadline, "offers are missing")
        time.sleep(PAUSE_S)
        device.pull()


def acceptances(device: Device, rnd: random.Random) -> list[list[dict[str, object]]]:
    offers = device.replica.bodies("offer")
    return [
        [create("acceptance", new_id(rnd), {"lead_id": body["lead_id"], "offer_id": id})]
        for id, body in sorted(offers.items())
    ]


def check(cast: Cast, trees: set[str]) -> None:
    for device in cast:
        device.pull()
        device.replica.check()
    left = tree_rows(cast.old)
    require(not left, f"{len(left)} rows stayed on the old phone")
    require(trees <= cast.new.replica.rows.keys(), "rows are missing on the new phone")
