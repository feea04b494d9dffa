"""Kept content judged again: its parent came, or the manager released it (law 10)."""

from typing import Any

from sqlalchemy import Row as Record

from server.db import Connection
from server.exchange.authors import author_again, is_released
from server.exchange.reading import keys_of_author, load_for
from server.privacy.suppression import note_suppressed
from server.visits.walls import Known, read_walls
from sync import (
    Duplicate,
    Exceptional,
    Ledger,
    Merged,
    Row,
    derive_id,
    judge_again,
    kept_unit,
    operation_of,
)


async def fire_rejudge(
    connection: Connection,
    ledger: Ledger,
    deadline: Record[Any],
    refusal: Row,
    *,
    known: Known,
    digest_key: bytes,
) -> None:
    """A handler of the deadline worker: `refusal` is the cause of a unit that was kept. `known`:
    by what codes of ours are told. `digest_key`: names numbers that stay away, unless a manager
    lets them in."""
    kept = kept_unit(refusal, ledger) if refusal.entity == "refusal" else None
    author = await author_again(connection, ledger, refusal) if kept else None
    if kept is None or author is None:
        return
    release = ledger.find(refusal.body.get("release_id")) if is_released(refusal) else None
    operations = [operation_of(row) for row in kept]
    await read_walls(connection, ledger, operations, known)
    own = keys_of_author(operations, ledger.entities, author.staff_id)
    await load_for(connection, ledger, operations, own)
    if not is_released(refusal):
        await note_suppressed(connection, ledger, digest_key)
    outcomes = judge_again(refusal, ledger, author)
    if outcomes is None:
        outcome = "refused"
    else:
        outcome = name_outcome(outcomes)
        release = release or tell_author(ledger, refusal)
    if release is not None:
        ledger.change(release, outcome=outcome)


def name_outcome(outcomes: list[Exceptional]) -> str:
    kinds = {type(outcome) for outcome in outcomes}
    if Duplicate in kinds:
        return "duplicate"
    return "merged" if Merged in kinds else "applied"


def tell_author(ledger: Ledger, refusal: Row) -> Row:
    """Nobody had to be asked: what was missing came."""
    id = derive_id("release", refusal.id, ledger.now)
    told = {"choice": "apply", "note": ""}
    return ledger.create("release", id, id, {**told, **describe(refusal)})


def describe(refusal: Row) -> dict[str, Any]:
    """What a release says about the content it is for, and to whom."""
    copied = {name: refusal.body[name] for name in ("device", "seq", "entity", "row_id")}
    return {"refusal_id": refusal.id, "to_id": refusal.author, "outcome": None, **copied}
