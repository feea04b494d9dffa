"""Time: what a phone's clock is worth (law 15)."""

from __future__ import annotations

import msgspec

SKEW_TOLERANCE_MS = 5_000
"""Two contacts whose skews differ by more than this had a clock step between them."""


class Timing(msgspec.Struct, frozen=True):
    """What one push says about its device's clock. All in ms; `skew` is server minus phone.

    `written_since`: nothing in the push can have been written before, whatever the clock said.
    """

    received_at: int
    sent_at: int
    contact_at: int | None = None
    last_skew: int | None = None
    written_since: int | None = None

    @property
    def skew(self) -> int:
        return self.received_at - self.sent_at

    @property
    def is_steady(self) -> bool:
        return self.last_skew is None or abs(self.skew - self.last_skew) <= SKEW_TOLERANCE_MS

    def is_certain(self, captured_at: int) -> bool:
        """Whether the clock can be believed about this moment."""
        return captured_at + self.skew <= self.received_at and self.is_steady


def effective_time(captured_at: int, timing: Timing, after: int = 0) -> int:
    """`max(after + 1, min(corrected, received))`; an uncertain time takes its lower bound.

    Uncertain: captured later than it was sent, or the clock stepped since the last contact.
    The lower bound is that last contact, or the reading itself where there was none. A reading from
    before all of it was written was made by a clock that had been reset.
    """
    corrected = captured_at + timing.received_at - timing.sent_at
    if timing.contact_at is not None and not timing.is_certain(captured_at):
        corrected = min(corrected, timing.contact_at)
    if timing.written_since is not None:
        corrected = max(corrected, timing.written_since)
    return max(after + 1, min(corrected, timing.received_at))
