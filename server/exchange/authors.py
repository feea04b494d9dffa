"""Who wrote the operations: their rights now, and every right since the previous contact."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import select

from server.db import Connection
from server.exchange.contacts import Contact
from server.identity.actor import Actor
from server.identity.rights import actor_in, past_rights, present_rights
from server.rows.tables import evictions
from sync import Author, Ledger, Row


async def author_of(
    connection: Connection, ledger: Ledger, device: Record[Any], since: Contact
) -> Author:
    """The author of what was written after `since`; `device` is a row of DEVICE."""
    actor = actor_in(device, device.org_id, device.staff_id)
    past: list[Actor] = []
    if (device.rights_at or 0) > since.at:
        past = await past_rights(connection, device.org_id, device.staff_id, since.at)
    scopes = actor.scopes.union(*(each.scopes for each in past))
    recent = frozenset[str]()
    if since.seq is not None:
        recent = await recently_lost(connection, ledger, since.seq, scopes)
    return make_author(actor, device.device_id, past, recent)


async def author_again(connection: Connection, ledger: Ledger, refusal: Row) -> Author | None:
    """The author of kept content, with their rights of today; those of whoever released it too.
    Whoever declined lends none: it may still be judged again, when what was missing comes."""
    lender = refusal.body.get("answered_by") if is_released(refusal) else None
    writer, lent = [
        await present_rights(connection, ledger.org, staff_id) if staff_id else None
        for staff_id in (refusal.author, lender)
    ]
    if writer is None:
        return None
    return make_author(writer, refusal.device, [lent] if lent else [], frozenset())


def is_released(refusal: Row) -> bool:
    """Whether a manager let it in: only then do their rights count, and is it told by their
    release."""
    return refusal.body.get("state") == "released"


def make_author(
    actor: Actor, device: str, others: Iterable[Actor], recent: frozenset[str]
) -> Author:
    """`others`: rights that count beside the present ones, for reports."""
    lent = list(others)
    return Author(
        staff_id=actor.staff_id,
        role=actor.role,
        device=device,
        store_ids=actor.store_ids,
        scopes=actor.scopes,
        accepts_leads=actor.accepts_leads,
        recent=recent,
        past_roles=frozenset(each.role for each in lent),
        past_store_ids=frozenset(store for each in lent for store in each.store_ids),
        past_scopes=frozenset().union(*(each.scopes for each in lent)),
    )


async def recently_lost(
    connection: Connection, ledger: Ledger, since: int, scopes: frozenset[str]
) -> frozenset[str]:
    """What left these scopes after number `since`: moved elsewhere, or deleted."""
    out_of_reach = [
        row.id
        for row in ledger.loaded()
        if (row.scopes or row.deleted) and scopes.isdisjoint(row.scopes)
    ]
    if not out_of_reach:
        return frozenset()
    lost = select(evictions.c.id).where(
        evictions.c.org_id == ledger.org,
        evictions.c.scope.in_(scopes),
        evictions.c.id.in_(out_of_reach),
        evictions.c.seq > since,
    )
    return frozenset((await connection.execute(lost)).scalars())
