"""Whose turn it is: deficit round robin by weights, in whole numbers. Pure.

Each lead is shared out among those who could have had it, by weight, and charged to the one who
got it. The balance that remains is what a person is owed; the most owed is next. Whoever is away
is neither owed nor charged, so that nobody who comes back is flooded to catch up.
"""

from collections.abc import Collection, Iterable, Mapping
from statistics import median_low
from typing import NamedTuple

LEAD = 720_720
"""One lead. Divides evenly among up to sixteen people."""
LONG_AWAY_MS = 7 * 24 * 3600 * 1000


class Turn(NamedTuple):
    """A person's counters at a store. `balance`: parts of a LEAD that they are owed (or, below
    zero, had before their turn). `present_at`: when they last took part (ms), `received`: how many
    leads they ever got, `last_at`: when the last (ms)."""

    received: int = 0
    last_at: int = 0
    balance: int = 0
    present_at: int = 0


def level(turns: Mapping[str, Turn], present: Iterable[str]) -> dict[str, Turn]:
    """Everybody present, on a level: whoever is new or was away for long begins in the middle."""
    held = {id: turns.get(id, NEW) for id in present}
    latest = max((turn.present_at for turn in turns.values()), default=0)
    rest = [turn.balance for turn in held.values() if is_in_step(turn, latest)]
    if not rest or len(rest) == len(held):
        return held
    middle = median_low(rest)
    return {
        id: turn if is_in_step(turn, latest) else turn._replace(balance=middle)
        for id, turn in held.items()
    }


def is_in_step(turn: Turn, latest: int) -> bool:
    return turn.present_at > 0 and latest - turn.present_at <= LONG_AWAY_MS


def share_out(weights: Mapping[str, int], to_id: str) -> dict[str, int]:
    """One lead in parts, by weight: what each of these was entitled to of it. What a division
    leaves over is the receiver's."""
    total = sum(weights.values())
    if total == 0:
        return {}
    parts = {id: LEAD * weight // total for id, weight in weights.items() if weight}
    first = to_id if to_id in parts else next(iter(parts))
    parts[first] += LEAD - sum(parts.values())
    return parts


def give(
    turns: Mapping[str, Turn],
    present: Collection[str],
    parts: Mapping[str, int],
    to_id: str,
    now: int,
) -> dict[str, Turn]:
    """The counters after `to_id` received a lead: those of everybody present, and theirs."""
    held = level(turns, present)
    held.setdefault(to_id, turns.get(to_id, NEW))
    after = {
        id: turn._replace(
            balance=turn.balance + parts.get(id, 0),
            present_at=now if id in present else turn.present_at,
        )
        for id, turn in held.items()
    }
    mine = after[to_id]
    charged = mine.balance - LEAD if parts else mine.balance
    after[to_id] = mine._replace(received=mine.received + 1, last_at=now, balance=charged)
    return after


NEW = Turn()
