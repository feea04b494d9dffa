"""`python -m tests.bench.rivals [--repeats N] [--markdown | --write]`: everything beside others.

Installs Yjs and Kinto in a temporary folder with npm and pip, runs the same work on all three in
turns, and prints JSON lines with `system`. `--markdown` prints tables instead, `--write` puts them
into docs/performance.md. A rival that cannot be installed is named, and left out.
"""

import argparse
import datetime
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tests.bench import absence, bulk, burst, crowd, edits, handover, tables
from tests.bench.figures import Figure, summarise
from tests.bench.rivals import kinto, yjs
from tests.bench.rivals.install import Missing

DOCUMENT = Path(__file__).parents[3] / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->\n"
OURS = "Shopbell"


class Report(NamedTuple):
    """Lines by system and metric, what could not be installed, how busy the machine was, and how
    often each system ran."""

    systems: dict[str, dict[str, dict[str, Any]]]
    missing: dict[str, str]
    loads: list[float]
    repeats: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rivals")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--write", action="store_true")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder), wish.rows, wish.repeats)
    if wish.write:
        write(report)
    elif wish.markdown:
        print("\n".join(describe(report)))
    else:
        print_lines(report)


def measure(folder: Path, rows: int, repeats: int) -> Report:
    missing: dict[str, str] = {}
    works: dict[str, Callable[[], list[Figure]]] = {OURS: partial(run_ours, rows)}
    for name, install, run in ((m.NAME, m.install, m.run) for m in (yjs, kinto)):
        try:
            install(folder / name.split()[0])
        except Missing as error:
            missing[name] = str(error)
        else:
            works[name] = partial(run, folder / name.split()[0], rows)
    runs: dict[str, list[list[Figure]]] = {name: [] for name in works}
    loads = []
    for _ in range(repeats):
        for name, work in works.items():
            loads.append(os.getloadavg()[0])
            runs[name].append(work())
    systems = {name: by_metric(summarise(each)) for name, each in runs.items()}
    systems[OURS] |= by_metric(summarise([[*handover.run(), *burst.run(), *bulk.grow()]]))
    return Report(systems, missing, loads, repeats)


def run_ours(rows: int) -> list[Figure]:
    return [*bulk.run(rows), *crowd.run(), *edits.run(), *absence.run()]


def by_metric(lines: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {line["metric"]: line for line in lines}


def print_lines(report: Report) -> None:
    for system, lines in report.systems.items():
        for line in lines.values():
            print(msgspec.json.encode({"system": system, **line}).decode())
    for system, why in report.missing.items():
        print(msgspec.json.encode({"system": system, "missing": why}).decode())


def describe(report: Report) -> list[str]:
    ours, rivals = report.systems[OURS], dict(report.systems)
    del rivals[OURS]
    loads = f"{min(report.loads):.1f} to {max(report.loads):.1f}"
    run = f"Run of {datetime.datetime.now(datetime.UTC).date()}, repeats: {report.repeats}"
    return [
        f"{run}. Load average {loads} on {os.cpu_count()} cores.",
        *(f"{name} could not be installed: {why}" for name, why in report.missing.items()),
        "",
        *tables.compare(ours, rivals),
        "",
        *tables.own(ours),
        "",
        *tables.burst(ours),
        "",
        *tables.judge(ours),
    ]


def write(report: Report) -> None:
    before, rest = DOCUMENT.read_text().split(BEGIN)
    _, after = rest.split(END)
    figures = "\n".join(describe(report))
    DOCUMENT.write_text(f"{before}{BEGIN}\n{figures}\n\n{END}{after}")


if __name__ == "__main__":
    main()
