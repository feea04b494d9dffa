"""Lines as Markdown."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.bench.limits import LIMITS, verdict

Lines = Mapping[str, dict[str, Any]]
"""By metric."""

WORK = {
    "W1.push": "W1 one device pushes 10,000 records",
    "W2.pull": "W2 a new device pulls 10,000 rows",
    "W3.crowd": "W3 50 devices push 20 each and pull until all hold all",
    "W5.merge": "W5 two devices edit 1,000 records, other fields, both sync",
}
TIMES = {"wall": "wall, s", "cpu": "server CPU, s"}
IDLE = {"W4.idle.wall_ms": "wall, ms", "W4.idle.cpu_ms": "server CPU, ms"}
OWN = {
    "W6.reassign": "W6 500 leads are reassigned: 500 trees of 6 rows leave a rep",
    "W6.evict": "W6 the old phone pulls: 3,000 rows leave it",
    "W6.offer": "W6 the worker offers the 500 leads",
    "W6.accept": "W6 the new rep accepts: 500 trees arrive",
    "W6.receive": "W6 the new phone pulls",
    "W6.handover": "W6 in one act: 500 customers with their trees change hands",
    "W7.push": "W7 after 30 days: 400 operations, 10 of them in conflict",
    "W7.pull": "W7 the 5,000 rows others changed, and its own",
}
BURST = {
    "W8.burst.p99": "W8 1,000 customers at once, 10 stores, 100 people: p99 to an offer, s",
    "W8.burst.cpu_ms": "W8 server CPU a customer, registration and offer: ms",
    "W8.offer.cpu_ms": "W8 of that the worker's, alone: ms",
    "W8.tick.growth": "W8 a look at the clock with 100,000 deadlines open, CPU: µs",
}


def compare(ours: Lines, rivals: Mapping[str, Lines]) -> list[str]:
    """Ours, the floors and the rivals, a row a metric."""
    systems: dict[str, Lines] = {"Shopbell": ours, **rivals}
    rows = []
    for name, says in WORK.items():
        rows += [
            compare_one(f"{name}.{of}", f"{says}: {unit}", systems) for of, unit in TIMES.items()
        ]
        if "bytes" in ours[f"{name}.cpu"]["detail"]:
            weights = [weight(lines.get(f"{name}.cpu")) for lines in systems.values()]
            rows.append([f"{says}: MB", weights[0], "", *weights[1:]])
    rows += [
        compare_one(metric, f"W4 an idle sync, 10,000 rows held: {unit}", systems)
        for metric, unit in IDLE.items()
    ]
    return table(["work", "Shopbell", "floor", *rivals], sorted(rows))


def compare_one(metric: str, says: str, systems: Mapping[str, Lines]) -> list[str]:
    mine, *others = (lines.get(metric) for lines in systems.values())
    floor = number(mine["value"] / mine["ratio"]) if mine and mine["ratio"] else ""
    return [says, shown(mine), floor, *map(shown, others)]


def own(ours: Lines) -> list[str]:
    """What is measured of ours alone."""
    rows = [[says, *(shown(ours[f"{name}.{of}"]) for of in TIMES)] for name, says in OWN.items()]
    return table(["work", *TIMES.values()], rows)


def burst(ours: Lines) -> list[str]:
    rows = [[says, shown(ours[metric])] for metric, says in BURST.items()]
    return table(["work", "measured"], rows)


def judge(ours: Lines) -> list[str]:
    rows = [
        [
            limit.says,
            number(ours[limit.metric][limit.of]),
            number(limit.must),
            number(limit.aim) if limit.aim else "",
            verdict(limit, ours[limit.metric]),
        ]
        for limit in LIMITS
    ]
    return table(["limit", "measured", "must", "aim", "reached"], rows)


def shown(line: dict[str, Any] | None) -> str:
    return number(line["value"]) if line else "–"


def weight(line: dict[str, Any] | None) -> str:
    return number(line["detail"]["bytes"] / 1e6) if line and "bytes" in line["detail"] else "–"


def number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    """Numbers to the right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]
