"""The five steps: their results, and which of two results is the better one."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from sync import Row

Step = Literal["greeting", "needs", "proposal", "objection", "revisit"]
STEPS: tuple[Step, ...] = get_args(Step)
SKIPPED = "skipped"
# From least to best; a step that this contact left out says nothing.
_RANKS: dict[str, tuple[str, ...]] = {
    "greeting": ("no_answer", "met"),
    "needs": ("partial", "changed", "clear"),
    "proposal": ("expensive", "comparing", "revise", "approved"),
    "objection": ("open", "none", "resolved"),
    "revisit": ("no_contact", "booked"),
}


def is_effective(body: Mapping[str, Any]) -> bool:
    """Two-way contact with at least one substantive result.

    The one definition: clocks, lists, lights and reclaim all ask here.
    """
    told = (body[step]["result"] for step in ("needs", "proposal", "objection"))
    return body["greeting"]["result"] == "met" and any(result != SKIPPED for result in told)


def contacted_at(row: Row, body: Mapping[str, Any]) -> int:
    """When the contact was, in ms: what was told later counts from then, and never from later than
    the telling. `body` is the follow-up as it stands."""
    return row.at - 1000 * int(body.get("lag_s") or 0)


def best_steps(held: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, str]:
    """The best result of each step over the contacts so far and this one, in any order."""
    best = dict(held)
    for step in STEPS:
        result = body[step]["result"]
        if rank(step, result) > rank(step, best.get(step, SKIPPED)):
            best[step] = result
    return best


def rank(step: str, result: str) -> int:
    """-1 for what says nothing."""
    return _RANKS[step].index(result) if result in _RANKS[step] else -1
