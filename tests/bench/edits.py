"""W5: two people edit other fields of the same records without signal. And what an edit weighs."""

import random

from tests.bench.device import Device, Operation, create, patch
from tests.bench.figures import Figure, spent
from tests.bench.process import Watch
from tests.bench.records import NEEDS, make_customers
from tests.bench.replica import require
from tests.bench.stage import Server, now_ms, opened

RECORDS = 1_000
EDITS = 50
A_MORNING_MS = 4 * 3_600_000


def run() -> list[Figure]:
    with (
        opened(managers=1) as (stage, server),
        Device(stage, stage.phones[0]) as rep,
        Device(stage, stage.managers[0]) as manager,
    ):
        made = make_customers(RECORDS, stage.store_id)
        rep.push([[create("customer", *each)] for each in made])
        for device in (rep, manager):
            device.pull()
        return [*merge(server, rep, manager), *weigh(rep)]


def merge(server: Server, rep: Device, manager: Device) -> list[Figure]:
    """The rep edits the budget, the manager the need, each of every record."""
    budgets = {id: f"{nth} 万以内" for nth, id in enumerate(rep.replica.ids("customer"))}
    needs = {id: f"改为现代简约，第 {nth} 版" for nth, id in enumerate(budgets)}
    queues = [
        (rep, rep.pack(edits(rep, "budget", budgets))),
        (manager, manager.pack(edits(manager, "need", needs))),
    ]
    with Watch(server) as watch:
        exceptions = [each for device, bodies in queues for each in device.send(bodies)]
        frames = [device.fetch() for device, _ in queues]
    for device, news in zip((rep, manager), frames, strict=True):
        device.replica.apply(news)
    both = min(count_both(device, budgets, needs) for device in (rep, manager))
    conflicts = len(exceptions) + len(manager.replica.ids("conflict"))
    require((both, conflicts) == (RECORDS, 0), f"{both} merged, {conflicts} conflicts")
    return spent("W5.merge", watch, both=both, conflicts=conflicts)


def edits(device: Device, field: str, values: dict[str, str]) -> list[list[Operation]]:
    rows = device.replica.rows
    return [[patch(id, {field: value}, rows[id].version)] for id, value in values.items()]


def count_both(device: Device, budgets: dict[str, str], needs: dict[str, str]) -> int:
    device.replica.check()
    held = device.replica.bodies("customer")
    return sum((held[id]["budget"], held[id]["need"]) == (budgets[id], needs[id]) for id in needs)


def weigh(device: Device) -> list[Figure]:
    """Bytes for each changed field: envelope and answer, without HTTP's headers."""
    rnd = random.Random(5)
    chosen = rnd.sample(sorted(device.replica.ids("customer")), EDITS)
    rows = device.replica.rows
    now = now_ms()
    times = sorted(now - rnd.randrange(A_MORNING_MS) for _ in chosen)
    bodies = device.pack(
        [
            [patch(id, edit_one(rnd), rows[id].version, at)]
            for id, at in zip(chosen, times, strict=True)
        ]
    )
    sent, received = device.client.sent, device.client.received
    device.send_plainly(bodies)
    sent, received = device.client.sent - sent, device.client.received - received
    detail = {"edits": EDITS, "sent": sent, "received": received}
    return [Figure("bytes.per_field", (sent + received) / EDITS, "B", None, detail)]


def edit_one(rnd: random.Random) -> dict[str, str]:
    return rnd.choice(
        (
            {"need": rnd.choice(NEEDS)},
            {"budget": f"{rnd.randrange(2, 40)} 万"},
            {"house_type": f"三室两厅 {rnd.randrange(70, 180)} 平"},
            {"move_in": rnd.choice(("明年三月", "年底", "看情况"))},
            {"tier": rnd.choice("ABCD")},
        )
    )
