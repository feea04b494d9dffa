"""`python -m tests.bench.phone [--rows N] [--repeats N]`: one JSON line a metric.

What a rep waits for on a weak phone: Chromium with the processor four times slower, over
1.6 Mbit/s, against the real server. Needs the app to be built.
"""

import argparse
import asyncio
import statistics
import tempfile
from dataclasses import asdict
from pathlib import Path

import msgspec

from tests.browser import history
from tests.browser.speed import Waited, wait_once
from tests.browser.stage import Stage, found_company
from tests.browser.theatre import opened


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.phone")
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=3)
    wish = parser.parse_args()
    measured = [asdict(each) for each in run(wish.rows, wish.repeats)]
    for metric in measured[0]:
        values = [round(each[metric]) for each in measured]
        line = {
            "metric": f"phone.{metric}",
            "value": statistics.median(values),
            "unit": "ms",
            "detail": {"values": values, "rows": wish.rows},
        }
        print(msgspec.json.encode(line).decode())


def run(rows: int, repeats: int) -> list[Waited]:
    with tempfile.TemporaryDirectory() as folder:

        def found(stage: Stage) -> None:
            asyncio.run(found_company(stage))

        with opened(Path(folder), found) as theatre:
            history.record(theatre.stage, rows)
            return [wait_once(theatre, f"phone-{nth}") for nth in range(repeats)]


if __name__ == "__main__":
    main()
