"""What we want to reach. `must` and `aim` are the most a figure may be."""

from typing import Any, NamedTuple


class Limit(NamedTuple):
    """About a line's value, or about its ratio where `of` says so."""

    metric: str
    says: str
    of: str
    must: float
    aim: float | None = None


LIMITS = (
    Limit("W1.push.wall", "W1 wall, to the floor", "ratio", 6, 4),
    Limit("W1.push.cpu", "W1 server CPU, to the floor", "ratio", 6, 4),
    Limit("W4.idle.cpu_ms", "W4 server CPU of an idle sync, ms", "value", 1.1, 0.6),
    Limit("bytes.per_field", "bytes for a changed field, 50 in a push", "value", 150, 100),
    Limit("W1.push.growth", "CPU of a row pushed among 100,000, to the least", "ratio", 1.3, 1.1),
    Limit("W2.pull.growth", "CPU of a row pulled among 100,000, to the least", "ratio", 1.3, 1.1),
    Limit("W8.offer.cpu_ms", "W8 CPU of an offer, ms", "value", 3, 2),
    Limit("W8.tick.growth", "CPU of a tick, 100,000 deadlines open, to 1,000", "ratio", 1.3, 1.1),
    Limit("W4.idle.growth", "CPU of an idle sync at 100,000, to the least", "ratio", 1.3),
)


def verdict(limit: Limit, line: dict[str, Any]) -> str:
    reached: float = line[limit.of]
    if reached > limit.must:
        return "no"
    return "yes" if limit.aim is None or reached > limit.aim else "yes, and the aim"
