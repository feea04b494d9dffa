"""领取: a person asks for a customer of the pool. Judged on the present; the first one has them."""

from typing import Annotated, Any

import msgspec
from sqlalchemy import bindparam, select

from server.clock import DAY_MS
from server.customers.pool_card import POOL_KEY
from server.db import Connection, fetch
from server.leads.offers import change_owner, stored
from server.pool.rules import read_rules
from server.rows.tables import feed, rows
from server.stores.calendar import calendar_of
from sync import Author, Entity, Key, Ledger, Refusal, Row, had_reach, is_fresh, staff_scope


class PoolClaimFields(msgspec.Struct, forbid_unknown_fields=True):
    pool_card_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


def name_card(fields: dict[str, Any]) -> list[Key]:
    return [(POOL_KEY, fields["pool_card_id"])]


def claim(row: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """The claim hangs in the customer's tree, which comes to its author with it."""
    card = ledger.key(*name_card(row.body)[0])
    if card is None or not has_seen(author, card):
        return Refusal("not_found", "pool_card_id")
    customer = stored(ledger, card.body["customer_id"])
    refusal = why_too_late(card, customer, author) or why_not(card, ledger, author)
    if refusal is not None:
        return refusal
    if not card.deleted:
        change_owner(ledger, customer, author.staff_id)
    ledger.move(row, customer)
    ledger.change(row, customer_id=customer.id)
    return None


def has_seen(author: Author, card: Row) -> bool:
    """A card that was taken down is known to whoever held it at the phone's previous contact."""
    return not author.scopes.isdisjoint(card.scopes) or (card.deleted and had_reach(card, author))


def why_too_late(card: Row, customer: Row, author: Author) -> Refusal | None:
    if not card.deleted or customer.body.get("owner_id") == author.staff_id:
        return None
    return Refusal("not_in_pool", who=card.body["taken_by"], when=card.body["taken_at"])


def why_not(card: Row, ledger: Ledger, author: Author) -> Refusal | None:
    """Somebody who receives customers at this store, and not the one who just had this one."""
    store, body = stored(ledger, card.body["store_id"]), card.body
    if card.deleted:
        return None
    if not author.accepts_leads or store.id not in author.store_ids:
        return Refusal("forbidden")
    rules = read_rules(store.body)
    cooled_at = body["pooled_at"] + rules.cool_off_days * DAY_MS
    if body["former_id"] == author.staff_id and ledger.now < cooled_at:
        return Refusal("cool_off", when=cooled_at)
    today, taken = calendar_of(store.body).date_at, fresh_claims(ledger, author)
    earlier = sum(today(at) == today(ledger.now) for at in author.claimed_at)
    if earlier + taken >= rules.daily:
        return Refusal("daily_limit")
    return Refusal("full") if author.owned + taken >= rules.capacity else None


def fresh_claims(ledger: Ledger, author: Author) -> int:
    """Those that were granted in this very transaction."""
    made = (row for row in ledger.rows_of("pool_claim") if row.author == author.staff_id)
    return sum(is_fresh(row) and "customer_id" in row.body for row in made)


async def count_for(connection: Connection, ledger: Ledger, author: Author) -> Author:
    """The author with what they own and have claimed since yesterday."""
    asked = {"org": ledger.org, "scope": staff_scope(author.staff_id)}
    owned, claimed_at = 0, []
    for entity, received_at, body in await fetch(connection, OWN_ROWS, asked):
        if entity == "pool_claim" and ledger.now - received_at < DAY_MS:
            claimed_at.append(received_at)
        owned += entity == "customer" and _owned.decode(body).owner_id == author.staff_id
    return msgspec.structs.replace(author, owned=owned, claimed_at=tuple(claimed_at))


OWN_ROWS = (
    select(rows.c.entity, rows.c.received_at, rows.c.body)
    .join(feed, (feed.c.org_id == rows.c.org_id) & (feed.c.id == rows.c.id))
    .where(
        feed.c.org_id == bindparam("org"),
        feed.c.scope == bindparam("scope"),
        (rows.c.entity == "customer") | (rows.c.entity == "pool_claim"),
    )
)


class Owned(msgspec.Struct):
    owner_id: str | None = None


_owned = msgspec.json.Decoder(Owned)

entities = [
    Entity(
        name="pool_claim",
        kind="fact",
        shape=PoolClaimFields,
        create_roles=frozenset({"rep", "manager"}),
        claim=True,
        keys=name_card,
        effects=claim,
    )
]
