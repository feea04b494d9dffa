"""W1, W2, W4: much at once, and nothing at all; and what a row costs as the rows become many."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests.bench.device import Device, Operation, create
from tests.bench.figures import Figure, spent
from tests.bench.floors import pull_floor, push_floor
from tests.bench.process import Watch
from tests.bench.records import make_customers
from tests.bench.replica import require
from tests.bench.stage import Server, Stage, opened

IDLE_SYNCS = 400
IDLE_ROUNDS = 10
SIZES = (1_000, 10_000, 100_000)


def run(rows: int) -> list[Figure]:
    """One device pushes `rows` customers, another pulls them, and then syncs without news."""
    with opened(phones=2) as (stage, server):
        first, second = (Device(stage, phone) for phone in stage.phones)
        with first, second:
            bodies = first.pack(customers(stage, rows))
            push, pull = floors(bodies, rows)
            pushing = push_all(server, first, bodies)
            pulling = pull_all(server, second, rows)
            sent, received = sum(map(len, bodies)), second.client.received
            idle = sync_idly(server, second, IDLE_SYNCS)
            return [
                *spent("W1.push", pushing, push, operations=rows, bytes=sent),
                *spent("W2.pull", pulling, pull, rows=rows, bytes=received),
                Figure("W4.idle.cpu_ms", idle.cpu * 1000, "ms", None, {"rows_held": rows}),
                Figure("W4.idle.wall_ms", idle.wall * 1000, "ms", None, {"rows_held": rows}),
            ]


def customers(stage: Stage, rows: int) -> list[list[Operation]]:
    return [[create("customer", *made)] for made in make_customers(rows, stage.store_id)]


def floors(bodies: list[bytes], rows: int) -> tuple[tuple[float, float], tuple[float, float]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "floor.sqlite3"
        push = push_floor(path, bodies)
        *pull, count = pull_floor(path)
    require(count == rows, "the floor lost rows")
    return push, (pull[0], pull[1])


def push_all(server: Server, device: Device, bodies: list[bytes]) -> Watch:
    with Watch(server) as watch:
        exceptions = device.send(bodies)
    require(not exceptions, f"not plainly applied: {exceptions[:3]}")
    return watch


def pull_all(server: Server, device: Device, rows: int) -> Watch:
    with Watch(server) as watch:
        frames = device.fetch()
    device.replica.apply(frames)
    device.replica.check()
    held = len(device.replica.ids("customer"))
    require(held == rows, f"{held} customers came where {rows} are")
    return watch


def sync_idly(server: Server, device: Device, syncs: int) -> Watch:
    """The cost of one sync that has no news."""
    with Watch(server) as watch:
        moved = sum(device.pull() for _ in range(syncs))
    require(moved == 0, "an idle sync brought rows")
    watch.wall, watch.cpu = watch.wall / syncs, watch.cpu / syncs
    return watch


class Grown(NamedTuple):
    """A server that holds many rows: CPU in s for a row pushed and a row pulled, and a device."""

    push: float
    pull: float
    server: Server
    device: Device


def grow() -> list[Figure]:
    """The same work on little and on much. Idle syncs take turns between the servers."""
    with ExitStack() as stack:
        grown = {rows: fill(stack, rows) for rows in SIZES}
        idle: dict[int, float] = dict.fromkeys(SIZES, 0.0)
        for _ in range(IDLE_ROUNDS):
            for rows, each in grown.items():
                watch = sync_idly(each.server, each.device, IDLE_SYNCS // IDLE_ROUNDS)
                idle[rows] += watch.cpu / IDLE_ROUNDS
    return [
        growth("W1.push.growth", {rows: each.push * 1e6 for rows, each in grown.items()}),
        growth("W2.pull.growth", {rows: each.pull * 1e6 for rows, each in grown.items()}),
        growth("W4.idle.growth", {rows: cpu * 1e6 for rows, cpu in idle.items()}),
    ]


def fill(stack: ExitStack, rows: int) -> Grown:
    stage, server = stack.enter_context(opened(phones=2))
    first, second = (stack.enter_context(Device(stage, phone)) for phone in stage.phones)
    pushing = push_all(server, first, first.pack(customers(stage, rows)))
    pulling = pull_all(server, second, rows)
    return Grown(pushing.cpu / rows, pulling.cpu / rows, server, second)


def growth(metric: str, costs: dict[int, float]) -> Figure:
    """CPU µs at the largest size, against the least at the smaller ones."""
    *smaller, largest = (costs[rows] for rows in SIZES)
    detail = {f"at_{rows}": round(cost, 2) for rows, cost in costs.items()}
    return Figure(metric, largest, "µs", min(smaller), detail)
