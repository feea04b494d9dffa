"""What a run yields, and how several runs become one line."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.process import Watch


@dataclass(frozen=True)
class Figure:
    """One measured value. `against` is what it is compared with: the floor of the same run, or
    the same work at a smaller size."""

    metric: str
    value: float
    unit: str
    against: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def spent(
    name: str, watch: Watch, floor: tuple[float, float] | None = None, **detail: Any
) -> list[Figure]:
    """A watch as two figures. `floor` in (wall s, CPU s)."""
    wall, cpu = floor or (None, None)
    return [
        Figure(f"{name}.wall", watch.wall, "s", wall, detail),
        Figure(f"{name}.cpu", watch.cpu, "s", cpu, detail),
    ]


def summarise(runs: Sequence[Sequence[Figure]]) -> list[dict[str, Any]]:
    """The medians over all runs, a line a metric; `detail` holds each run's value."""
    return [summary(same) for same in zip(*runs, strict=True)]


def summary(measured: Sequence[Figure]) -> dict[str, Any]:
    first = measured[0]
    ratios = [each.value / each.against for each in measured if each.against]
    return {
        "metric": first.metric,
        "value": round(statistics.median(each.value for each in measured), 4),
        "unit": first.unit,
        "ratio": round(statistics.median(ratios), 2) if ratios else None,
        "detail": {
            "values": [round(each.value, 4) for each in measured],
            "against": [round(each.against, 4) for each in measured if each.against],
            **first.detail,
        },
    }
