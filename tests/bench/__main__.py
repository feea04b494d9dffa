"""`python -m tests.bench [--rows N] [--repeats N] [--only W1,W3]`: one JSON line a metric.

`ratio` is to the floor of the same run, for growth to the smaller size, for what a person on a
cheap phone fetches and waits for to the budget (tests/browser/budgets.py). Client and server are
processes of their own; every acknowledgement waits for the disk.
"""

import argparse
from collections.abc import Callable

import msgspec

from tests.bench import absence, bulk, burst, crowd, edits, handover, phone, scores
from tests.bench.figures import Figure, summarise

Workload = Callable[[], list[Figure]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="names of workloads, with commas between")
    wish = parser.parse_args()
    workloads: dict[str, tuple[Workload, int]] = {
        "bulk": (lambda: bulk.run(wish.rows), wish.repeats),
        "crowd": (crowd.run, wish.repeats),
        "edits": (edits.run, wish.repeats),
        "handover": (handover.run, 1),
        "burst": (burst.run, 1),
        "absence": (absence.run, wish.repeats),
        "growth": (bulk.grow, 1),
        "weights": (phone.weigh, 1),
        "customer": (phone.open_customers_page, 1),
        "scan": (lambda: phone.scan(wish.repeats), 1),
        "sync": (lambda: phone.sync(wish.repeats), 1),
        "photo": (lambda: phone.photo(wish.repeats), 1),
        "lighthouse": (scores.run, 1),
        "launch": (lambda: phone.launch(wish.repeats), 1),
    }
    for name in wish.only.split(",") if wish.only else workloads:
        workload, repeats = workloads[name]
        for line in summarise([workload() for _ in range(repeats)]):
            print(msgspec.json.encode(line).decode(), flush=True)


if __name__ == "__main__":
    main()
