"""`python -m tests.bench [--rows N] [--repeats N]`: one JSON line a metric.

`ratio` is to the floor of the same run. Client and server are processes of their own; every
acknowledgement waits for the disk.
"""

import argparse
import gzip
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.floors import pull_floor, push_floor
from tests.bench.records import make_customers
from tests.bench.stage import PUSH_OPERATIONS, Client, Server, Stage, set_up

IDLE_SYNCS = 400


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    wish = parser.parse_args()
    runs = [run(wish.rows) for _ in range(wish.repeats)]
    for metric in runs[0]:
        print(msgspec.json.encode(summary(metric, [each[metric] for each in runs])).decode())


def summary(metric: str, measured: list[dict[str, Any]]) -> dict[str, Any]:
    """The medians over all runs; `detail` holds each run's value and floor."""
    ratios = [each["value"] / each["floor"] for each in measured if each.get("floor")]
    return {
        "metric": metric,
        "value": round(statistics.median(each["value"] for each in measured), 4),
        "unit": measured[0]["unit"],
        "ratio": round(statistics.median(ratios), 2) if ratios else None,
        "detail": {
            "values": [round(each["value"], 4) for each in measured],
            "floors": [round(each["floor"], 4) for each in measured if each.get("floor")],
            **measured[0].get("detail", {}),
        },
    }


def run(rows: int) -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        stage = set_up(Path(folder), phones=2)
        bodies = make_bodies(stage, rows)
        floor = push_floor(Path(folder) / "floor.sqlite3", bodies)
        pull = pull_floor(Path(folder) / "floor.sqlite3")
        with Server(stage.config) as server:
            client = Client(stage.config.port)
            warm_up(client, stage)
            measured = measure_push(server, client, stage, bodies, floor)
            measured |= measure_pull(server, client, stage, rows, pull)
            measured |= measure_idle(server, client, stage, rows)
    return measured


def warm_up(client: Client, stage: Stage) -> None:
    """What a server does once in its life is not what a push costs."""
    ((id, fields),) = make_customers(1, stage.store_id, seed=99)
    client.push(stage.phones[1], 1, [{"e": "customer", "i": id, "f": fields, "t": now_ms()}])


def make_bodies(stage: Stage, rows: int) -> list[bytes]:
    """The pushes as a phone sends them: 2,000 operations, gzip."""
    operations = [
        {"n": n, "e": "customer", "i": id, "f": fields, "t": now_ms()}
        for n, (id, fields) in enumerate(make_customers(rows, stage.store_id), 1)
    ]
    device = stage.phones[0].device
    return [
        gzip.compress(
            msgspec.json.encode(
                {
                    "v": 1,
                    "schema": 1,
                    "device": device,
                    "sent_at": now_ms(),
                    "units": [[each] for each in operations[at : at + PUSH_OPERATIONS]],
                }
            ),
            6,
        )
        for at in range(0, rows, PUSH_OPERATIONS)
    ]


def measure_push(
    server: Server, client: Client, stage: Stage, bodies: list[bytes], floor: tuple[float, float]
) -> dict[str, dict[str, Any]]:
    wall, cpu = time.perf_counter(), server.cpu_s()
    answers = [client.send(stage.phones[0], body) for body in bodies]
    wall, cpu = time.perf_counter() - wall, server.cpu_s() - cpu
    if any(answer.get("except") for answer in answers):
        raise RuntimeError("a push was not plainly applied")
    detail = {"operations": answers[-1]["next"] - 1, "bytes": sum(map(len, bodies))}
    return {
        "W1.push.wall": {"value": wall, "unit": "s", "floor": floor[0], "detail": detail},
        "W1.push.cpu": {"value": cpu, "unit": "s", "floor": floor[1], "detail": detail},
    }


def measure_pull(
    server: Server, client: Client, stage: Stage, rows: int, floor: tuple[float, float, int]
) -> dict[str, dict[str, Any]]:
    wall, cpu = time.perf_counter(), server.cpu_s()
    got, _, size = client.pull(stage.phones[1], None)
    wall, cpu = time.perf_counter() - wall, server.cpu_s() - cpu
    customers = [row for row in got if row[0] == "customer"]
    if len(customers) != rows + 1 or floor[2] != rows:
        raise RuntimeError(f"{len(customers)} customers came where {rows + 1} are")
    detail = {"rows": len(got), "bytes": size}
    return {
        "W2.pull.wall": {"value": wall, "unit": "s", "floor": floor[0], "detail": detail},
        "W2.pull.cpu": {"value": cpu, "unit": "s", "floor": floor[1], "detail": detail},
    }


def measure_idle(
    server: Server, client: Client, stage: Stage, rows: int
) -> dict[str, dict[str, Any]]:
    _, cursor, _ = client.pull(stage.phones[1], None)
    wall, cpu = time.perf_counter(), server.cpu_s()
    for _ in range(IDLE_SYNCS):
        _, cursor, size = client.pull(stage.phones[1], cursor)
    wall, cpu = time.perf_counter() - wall, server.cpu_s() - cpu
    detail = {"syncs": IDLE_SYNCS, "rows_held": rows, "bytes": size}
    return {
        "W4.idle.cpu_ms": {"value": cpu / IDLE_SYNCS * 1000, "unit": "ms", "detail": detail},
        "W4.idle.wall_ms": {"value": wall / IDLE_SYNCS * 1000, "unit": "ms", "detail": detail},
    }


def now_ms() -> int:
    return int(time.time() * 1000)


if __name__ == "__main__":
    main()
