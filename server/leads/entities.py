"""The rows of this slice: who may write them, where they go, what the rules read around them."""

from typing import Any

from server.customers.customer import find_keys
from server.customers.register import find_pass, prepare_arrival
from server.customers.shapes import ArrivalFields
from server.leads import amending, claims, figures, pauses, presence, shapes
from server.leads.offers import open_key
from sync import (
    EVERYONE,
    Entity,
    Key,
    Ledger,
    Row,
    Wanted,
    desk_scope,
    scopes_of,
    staff_scope,
)

RECEIVERS = frozenset({"rep", "clerk", "manager"})


def open_lead_keys(fields: dict[str, Any]) -> list[Key]:
    customer_id, store_id = fields.get("customer_id"), fields.get("store_id")
    if not isinstance(customer_id, str) or not isinstance(store_id, str):
        return []
    return [("open_lead", open_key(customer_id, store_id))]


def arrival_keys(fields: dict[str, Any]) -> list[Key]:
    """The number, too: whoever was erased does not come back with another customer's visit."""
    scanned = find_pass(fields)
    return open_lead_keys(fields) + find_keys(fields) + ([scanned] if scanned else [])


def lead_key(fields: dict[str, Any], ledger: Ledger) -> Key | None:
    """One open lead for each customer and store."""
    arrival = ledger.row(fields["arrival_id"])
    if arrival is None or arrival.entity != "arrival":
        return None
    return ("open_lead", open_key(arrival.root, fields["store_id"]))


def around_arrival(row: Row, stores: frozenset[str]) -> Wanted:
    """A correction is asked what the arrival was asked, and may bring its own number back."""
    body, scanned = row.body, find_pass(row.body)
    named = (body["store_id"], body.get("receiver_id"), body.get("opened_lead_id"))
    keys: list[Key] = [("open_lead", open_key(row.root, body["store_id"]))]
    keys += [*find_keys(body), *([scanned] if scanned else [])]
    return wanted(*named, body.get("corrected_by"), keys=keys)


def around_lead(row: Row, stores: frozenset[str]) -> Wanted:
    body = row.body
    named = (body["store_id"], body["arrival_id"], body.get("offer_id"), body.get("card_id"))
    key: Key = ("open_lead", open_key(row.root, body["store_id"]))
    people = [body.get("responsible_id"), *figures.escalation_ids(row)]
    return wanted(*named, *people, keys=[key, ("open_offer", row.id)])


def around_offer(row: Row, stores: frozenset[str]) -> Wanted:
    return wanted(row.body["lead_id"], presence.presence_id(row.body["to_id"]))


def around_claim(row: Row, stores: frozenset[str]) -> Wanted:
    return wanted(row.body["lead_id"], row.body.get("offer_id"), row.body.get("to_id"))


def wanted(*ids: str | None, keys: list[Key] | None = None) -> Wanted:
    return Wanted(ids=[id for id in ids if id], keys=keys or [])


def place_lead(row: Row, root: Row) -> tuple[str, ...]:
    """With its customer, and at the store's desk even if the customer is another store's; whoever
    it was escalated to sees it from wherever they are."""
    escalated_to = row.body.get("escalated_to")
    person = [staff_scope(escalated_to)] if escalated_to else []
    return scopes_of(*root.scopes, desk_scope(row.body["store_id"]), *person)


def place_offer(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(staff_scope(row.body["to_id"]), desk_scope(row.body["store_id"]))


def place_escalation(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(desk_scope(row.body["store_id"]), staff_scope(row.body["to_id"]))


def place_notice(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(staff_scope(row.body["to_id"]))


def place_presence(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(staff_scope(row.body["staff_id"]), desk_scope(row.body["store_id"]))


def first_part(row: Row) -> int:
    return 0


def lead_part(row: Row) -> int:
    return 2 if row.body.get("state") == "closed" else 0


def offer_part(row: Row) -> int:
    return 0 if row.body["state"] == "open" else 2


entities = [
    Entity(
        name="arrival",
        kind="fact",
        shape=ArrivalFields,
        create_roles=RECEIVERS,
        parent=("customer_id", "card_id"),
        under=frozenset({"customer"}),
        parent_key=find_pass,
        references=("store_id", "receiver_id"),
        keys=arrival_keys,
        neighbours=around_arrival,
        prepare=prepare_arrival,
        effects=claims.register,
        correctable=amending.CORRECTABLE,
        corrected=amending.amend,
    ),
    Entity(
        name="lead",
        kind="fact",
        shape=shapes.Lead,
        create_roles=RECEIVERS,
        parent=("arrival_id",),
        references=("store_id",),
        keys=open_lead_keys,
        natural_key=lead_key,
        neighbours=around_lead,
        effects=claims.receive,
        place=place_lead,
        part=lead_part,
    ),
    Entity(
        name="acceptance",
        kind="fact",
        shape=shapes.Acceptance,
        create_roles=EVERYONE,
        claim=True,
        parent=("offer_id", "lead_id"),
        neighbours=around_claim,
        effects=claims.accept,
    ),
    Entity(
        name="reassignment",
        kind="fact",
        shape=shapes.Reassignment,
        create_roles=frozenset(claims.HEADS),
        claim=True,
        parent=("lead_id",),
        references=("to_id",),
        neighbours=around_claim,
        effects=claims.reassign,
    ),
    Entity(
        name="closing",
        kind="fact",
        shape=shapes.Closing,
        create_roles=EVERYONE,
        claim=True,
        parent=("lead_id",),
        neighbours=around_claim,
        effects=claims.close,
    ),
    Entity(
        name="snooze",
        kind="fact",
        shape=shapes.Snooze,
        create_roles=frozenset(claims.HEADS),
        claim=True,
        parent=("lead_id",),
        neighbours=around_claim,
        effects=pauses.snooze,
    ),
    Entity(
        name="lead_acknowledgement",
        kind="fact",
        shape=shapes.LeadAcknowledgement,
        create_roles=EVERYONE,
        claim=True,
        parent=("lead_id",),
        neighbours=around_claim,
        effects=pauses.acknowledge,
    ),
    Entity(name="presence", kind="server", place=place_presence, part=first_part),
    Entity(
        name="attendance",
        kind="fact",
        shape=shapes.Attendance,
        create_roles=EVERYONE,
        claim=True,
        parent=("presence_id",),
        under=frozenset({"presence"}),
        effects=presence.return_to_work,
    ),
    Entity(
        name="offer",
        kind="server",
        parent=("lead_id",),
        neighbours=around_offer,
        place=place_offer,
        part=offer_part,
    ),
    Entity(
        name="escalation",
        kind="server",
        parent=("lead_id",),
        place=place_escalation,
        part=first_part,
    ),
    Entity(name="notice", kind="server", parent=("lead_id",), place=place_notice, part=first_part),
]
