"""A follow-up's fields with as few words as a test needs."""

from typing import Any


def contact(**steps: Any) -> dict[str, Any]:
    """`contact(greeting="met", needs="clear")`; steps not named were left out."""
    revisit_at = steps.pop("revisit_at", 1_790_086_400_000)
    next_time = {"result": "booked", "at": revisit_at}
    if steps.pop("no_more", False):
        next_time = {"result": "no_contact", "reason": "已经买了"}
    results = {step: {"result": steps.get(step, "skipped")} for step in STEPS}
    return {
        **results,
        "revisit": next_time,
        "channel": "phone",
        "mood": "watching",
        "breakthrough": "none",
        "started_at": 1_790_000_000_000,
        "ended_at": 1_790_000_060_000,
    }


STEPS = ("greeting", "needs", "proposal", "objection")
