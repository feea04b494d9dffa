"""Facts as they stand: their own content, with the last accepted correction laid over (law 17)."""

from __future__ import annotations

from typing import Any

from sync.ledger import Ledger
from sync.row import Row


def standing(fact: Row, ledger: Ledger) -> dict[str, Any] | None:
    """What the fact says now; None if it was voided. The correction must be loaded."""
    if fact.body.get("void"):
        return None
    correction = ledger.find(fact.body.get("corrected_by"))
    return {**fact.body, **correction.body.get("fields", {})} if correction else fact.body
