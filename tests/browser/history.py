"""Years of a rep's work on the server, pushed from a phone that is no more."""

import gzip
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from tests.bench.ids import new_id
from tests.bench.records import make_customer
from tests.browser.company import BO, STORE
from tests.browser.stage import Stage

AT_ONCE = 2_000
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
RECEIVED, FOLLOWED = 60, 2_500

Fields = dict[str, Any]
Drafted = tuple[str, str, Fields]


@dataclass
class OldPhone:
    """Signed in by a link as on any phone; `push` sends units of (entity, id, fields)."""

    client: httpx.Client
    device: str
    credential: str
    next_seq: int = 1
    refused: list[Fields] = field(default_factory=list)

    def push(self, units: list[list[Drafted]]) -> None:
        now = now_ms()
        wired: list[list[Fields]] = []
        for unit in units:
            wired.append([])
            for entity, id, fields in unit:
                wired[-1].append({"n": self.next_seq, "e": entity, "i": id, "f": fields, "t": now})
                self.next_seq += 1
        envelope = {"v": 1, "schema": 1, "device": self.device, "sent_at": now, "units": wired}
        headers = {
            "authorization": f"Bearer {self.credential}",
            "content-type": "application/json",
            "content-encoding": "gzip",
        }
        body = gzip.compress(msgspec.json.encode(envelope))
        answer = self.client.post("/sync/push", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        self.refused += answer.json().get("except", [])


@dataclass(frozen=True)
class Work:
    """Customers, the first of them received and not yet contacted; contacts; remarks."""

    customers: int
    contacts: int
    remarks: int = 0


def record(stage: Stage, rows: int) -> None:
    """As many rows as said."""
    left = rows - 3 * RECEIVED - FOLLOWED
    record_work(stage, Work(left * 3 // 4, FOLLOWED, left - left * 3 // 4))


def record_work(stage: Stage, work: Work) -> None:
    with httpx.Client(base_url=stage.origin, timeout=60) as client:
        phone = enrol(client, stage.door_of(BO))
        for batch in batches(units_of(work)):
            phone.push(batch)
    assert phone.refused == [], phone.refused[:3]


def enrol(client: httpx.Client, door: str, name: str = "旧手机") -> OldPhone:
    client.get(door)
    device = new_id(random.Random(time.time()))
    wish = {"id": device, "name": name, "shared": False}
    # As a browser says of its own pages.
    headers = {"sec-fetch-site": "same-origin"}
    answer = client.post("/api/devices", json=wish, headers=headers)
    assert answer.status_code == 201, answer.text
    return OldPhone(client, device, answer.json()["credential"])


def batches(units: Iterator[list[Drafted]]) -> Iterator[list[list[Drafted]]]:
    batch: list[list[Drafted]] = []
    for unit in units:
        if sum(map(len, batch)) + len(unit) > AT_ONCE:
            yield batch
            batch = []
        batch.append(unit)
    yield batch


def units_of(work: Work) -> Iterator[list[Drafted]]:
    rnd = random.Random(3)
    known: list[str] = []
    while len(known) < work.customers:
        id = new_id(rnd)
        unit: list[Drafted] = [("customer", id, make_customer(len(known), STORE, rnd))]
        yield unit + (reception(id, rnd) if len(known) < RECEIVED else [])
        known.append(id)
    for _ in range(work.contacts):
        yield [("follow_up", new_id(rnd), contact(rnd.choice(known), rnd))]
    for nth in range(work.remarks):
        text = f"第 {nth} 次说起：{'想看实木的样品，' * rnd.randrange(1, 6)}再联系"
        yield [("comment", new_id(rnd), {"customer_id": rnd.choice(known), "text": text})]


def reception(customer_id: str, rnd: random.Random) -> list[Drafted]:
    lead_id, arrival_id = new_id(rnd), new_id(rnd)
    here = {"customer_id": customer_id, "store_id": STORE}
    service = {"purpose": "service", "version": "1", "how": "verbal"}
    said = {"source": "staff", "reception": "me", "consents": [service]}
    arrival = {**here, **said, "lead_id": lead_id}
    return [
        ("arrival", arrival_id, arrival),
        ("lead", lead_id, {**here, "arrival_id": arrival_id, "need": "看沙发"}),
        ("acceptance", new_id(rnd), {"lead_id": lead_id}),
    ]


def contact(customer_id: str, rnd: random.Random) -> Fields:
    ended_at = now_ms() - rnd.randrange(60_000, HOUR_MS)
    next_at = ended_at + rnd.randrange(-2 * DAY_MS, 20 * DAY_MS)
    return {
        "customer_id": customer_id,
        "channel": "phone",
        "greeting": {"result": "met", "note": "说好周末带家人来看"},
        "needs": {"result": "clear"},
        "proposal": {"result": "revise", "note": "柜门颜色要再浅一点，台面换成岩板"},
        "objection": {"result": "none"},
        "revisit": {"result": "booked", "at": next_at},
        "mood": "keen",
        "breakthrough": "design",
        "started_at": ended_at - 300_000,
        "ended_at": ended_at,
    }


def now_ms() -> int:
    return int(time.time() * 1000)
