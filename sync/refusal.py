"""Refused content: kept as rows for its author, and judged again when its time comes (law 10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sync.clock import Timing, effective_time
from sync.entity import Author, Refusal
from sync.ledger import Ledger
from sync.row import Row, derive_id
from sync.wire import Operation, Refused, is_name

AWAITED_MS = 7 * 24 * 3600 * 1000
"""How long what was refused for a missing row waits for that row."""


ERASED = "erased"
"""The code of what is about somebody who was erased: of a whole unit, and nothing of it is kept."""


def refuse_unit(
    unit: list[Operation],
    culprit: Operation,
    why: Refusal,
    ledger: Ledger,
    author: Author,
    timing: Timing,
) -> list[Refused]:
    """Every operation of the unit is refused, and kept as a row for its author."""
    span = (unit[0].n, len(unit))
    refused: list[Refused] = []
    for operation in unit:
        reason = why if operation is culprit or why.code == ERASED else Refusal("unit")
        refused.append(Refused(operation.n, reason.code, reason.field, reason.who, reason.when))
        if why.code != ERASED:
            keep_refusal(operation, span, reason, ledger, author, timing)
    follow(culprit, why, ledger, author)
    return refused


def follow(culprit: Operation, why: Refusal, ledger: Ledger, author: Author) -> None:
    """What stays although the unit is undone."""
    wait_for(culprit, why, author.device, ledger)
    if why.aftermath is not None:
        why.aftermath(ledger, author)


def wait_for(culprit: Operation, why: Refusal, device: str, ledger: Ledger) -> None:
    """Note what would have to come, or come back, for this to be judged again."""
    if why.code in ("not_found", "deleted") and (missing := find_missing(culprit, why)):
        # What hangs in a deleted tree comes back with its root.
        held = ledger.row(missing) if why.code == "deleted" else None
        ledger.awaited.append((held.root if held else missing, refusal_id(device, culprit.n)))


def refusal_id(device: str, n: int) -> str:
    return derive_id("refusal", device, n)


def find_missing(culprit: Operation, why: Refusal) -> str | None:
    """The id that the operation named and that was not to be found. What cannot be a name (one
    with NUL, say, which no database takes) will never come."""
    named = culprit.f.get(why.field) if why.field else culprit.i
    if why.field == "conflict":
        named = culprit.x
    return named if isinstance(named, str) and is_name(named) else None


def keep_refusal(
    operation: Operation,
    span: tuple[int, int],
    why: Refusal,
    ledger: Ledger,
    author: Author,
    timing: Timing,
) -> Row:
    """What no row may hold is not kept either."""
    id = refusal_id(author.device, operation.n)
    body = {
        "device": author.device,
        "seq": operation.n,
        "unit": list(span),
        "entity": operation.e,
        "row_id": operation.i,
        "fields": {} if operation.fault else operation.f,
        "base": operation.b,
        "cites": operation.x,
        "captured_at": operation.t,
        "refused_at": ledger.now,
        **reason_fields(why),
        **NOT_ASKED,
    }
    return ledger.create(
        "refusal",
        id,
        id,
        body,
        author=author.staff_id,
        device=author.device,
        at=effective_time(operation.t, timing),
        captured_at=operation.t,
    )


NOT_ASKED: dict[str, Any] = {
    "state": "kept",
    "note": None,
    "asked_at": None,
    "store_ids": [],
    "answered_by": None,
    "answered_at": None,
    "answer": None,
    "release_id": None,
}


def reason_fields(why: Refusal) -> dict[str, Any]:
    return {"code": why.code, "field": why.field, "who": why.who, "when": why.when}


def unit_ids(refusal: Row) -> list[str]:
    """The refusals of everything that fell together, in the order of their numbers."""
    first, count = refusal.body.get("unit") or (refusal.body["seq"], 1)
    return [refusal_id(refusal.body["device"], n) for n in range(first, first + count)]


def kept_unit(refusal: Row, ledger: Ledger) -> list[Row] | None:
    """The whole unit, or None if its author has decided about any part of it."""
    held = [ledger.row(id) for id in unit_ids(refusal)]
    kept = [row for row in held if row is not None and not row.deleted]
    return kept if len(kept) == len(held) else None


def operation_of(refusal: Row) -> Operation:
    """The operation as it was sent."""
    body = refusal.body
    return Operation(
        n=body["seq"],
        e=body["entity"],
        i=body["row_id"],
        f=body["fields"],
        t=body["captured_at"],
        b=body["base"],
        x=body.get("cites"),
    )


def timing_of(refusal: Row, now: int) -> Timing:
    """As certain as it became: the effective time that was worked out when it first came."""
    return Timing(received_at=now, sent_at=now - (refusal.at - refusal.body["captured_at"]))


def refuse_again(
    kept: Sequence[Row], culprit: Operation, why: Refusal, ledger: Ledger, author: Author
) -> None:
    for row in kept:
        reason = why if row.body["seq"] == culprit.n else Refusal("unit")
        ledger.change(row, **{**reason_fields(reason), **NOT_ASKED, "state": "again"})
    follow(culprit, why, ledger, author)
