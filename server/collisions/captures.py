"""Who was first, as far as two phones' clocks can tell. Pure.

A capture is an interval, not an instant: seconds wide where the phone's clock can be trusted, else
everything between the phone's previous contact and the receipt. Where intervals overlap neither
was first.
"""

from typing import Any, Literal, NamedTuple

from sync import SKEW_TOLERANCE_MS, Row, Timing

Order = Literal["one", "other", "overlap"]


class Capture(NamedTuple):
    """When somebody registered a customer: between `from_at` and `to_at` (ms), by our clock."""

    from_at: int
    to_at: int
    is_certain: bool


def capture_of(captured_at: int, timing: Timing) -> Capture:
    """`timing`: of the push that brought it."""
    received_at = timing.received_at
    if timing.is_certain(captured_at):
        at = captured_at + timing.skew
        return Capture(at - SKEW_TOLERANCE_MS, min(at + SKEW_TOLERANCE_MS, received_at), True)
    lowest = timing.contact_at
    if lowest is None:
        lowest = min(captured_at + timing.skew, received_at)
    return Capture(min(lowest, received_at), received_at, False)


def compare(one: Capture, other: Capture) -> Order:
    if one.to_at < other.from_at:
        return "one"
    return "other" if other.to_at < one.from_at else "overlap"


def describe(arrival: Row, capture: Capture, photo_ids: list[str]) -> dict[str, Any]:
    """One side of the evidence."""
    body = arrival.body
    return {
        "staff_id": arrival.author,
        "arrival_id": arrival.id,
        "store_id": body["store_id"],
        "position": body.get("position") or "",
        "captured_at": arrival.captured_at,
        "received_at": arrival.received_at,
        **capture._asdict(),
        "photo_ids": photo_ids,
    }
