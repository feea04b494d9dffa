"""One act: everything a person has to do with customers becomes somebody else's.

The customers with all that hangs from them, the leads held and the offers open; plans and
appointments are the customers'. A credit that was split with a colleague is the colleague's alone
from then on. What the old owner's phones send later is judged by the rights they had, and lands in
the same trees.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from server.db import Connection
from server.errors import BadRequest
from server.leads import offers
from server.leads.claims import can_receive, give_reason
from server.leads.left_behind import LEFT_BEHIND
from server.leads.offers import UNANSWERED
from server.people.changing import find_open
from server.people.facts import record
from server.people.sharing import share_out, stand_in_of, takers_of
from server.rows import load, load_scope
from sync import ORGANISATION, Ledger, Row, derive_id

SELLING = ("rep", "manager")


@dataclass(frozen=True)
class Handover:
    """What goes, and where: `receivers` by the id of the customer. `shared`: customers of whom they
    had a part of the credit. `stand_ins`: by the id of a store where nobody receives customers, who
    answers for them instead."""

    from_id: str
    customers: list[Row]
    shared: list[Row]
    held: list[Row]
    offered: list[Row]
    receivers: dict[str, str]
    stand_ins: dict[str, str]

    @property
    def roots(self) -> list[str]:
        return sorted({*self.receivers, *(row.id for row in self.shared)})

    def owner_after(self, customer: Row) -> str:
        owner_id: str = customer.body["owner_id"]
        return self.receivers[customer.id] if owner_id == self.from_id else owner_id


async def prepare(
    connection: Connection, ledger: Ledger, person: Row, to_ids: Collection[str]
) -> Handover:
    """To these people, or where none are named to those of each customer's store; where there are
    none either, to whoever answers for it. Raises BadRequest."""
    kinds = ("customer", "lead", "offer")
    await load(connection, ledger, await find_open(connection, ledger.org, person.id, *kinds))
    id = person.id
    customers = [row for row in ledger.rows_of("customer") if row.body.get("owner_id") == id]
    shared = [row for row in ledger.rows_of("customer") if id in (row.body.get("credits") or ())]
    leads = [row for row in ledger.rows_of("lead") if row.body.get("state") != "closed"]
    held = [row for row in leads if row.body["holder_id"] == id]
    offered = [row for row in leads if is_offered(row, id)]
    roots = {row.root for row in (*customers, *held, *offered)}
    concerned = [row for row in ledger.rows_of("customer") if row.id in roots]
    receivers, stand_ins = await choose(connection, ledger, person, concerned, to_ids)
    return Handover(id, customers, shared, held, offered, receivers, stand_ins)


def is_offered(lead: Row, staff_id: str) -> bool:
    return lead.body["state"] in UNANSWERED and lead.body["offered_to"] == staff_id


async def choose(
    connection: Connection,
    ledger: Ledger,
    person: Row,
    customers: list[Row],
    to_ids: Collection[str],
) -> tuple[dict[str, str], dict[str, str]]:
    staff = await load_scope(connection, ledger, ORGANISATION, "staff")
    staff = [row for row in staff if not row.deleted]
    store_ids = sorted({row.body["store_id"] for row in customers})
    await load(connection, ledger, store_ids)
    stores = [row for row in ledger.rows_of("store") if row.id in store_ids]
    named = check_named(staff, person, to_ids)
    takers = {store.id: named or takers_of(store, staff, person.id) for store in stores}
    empty = [store for store in stores if not takers[store.id]]
    found = {store.id: stand_in_of(store, staff, person.id) for store in empty}
    stand_ins = {store_id: staff_id for store_id, staff_id in found.items() if staff_id}
    takers |= {store_id: {staff_id: 1} for store_id, staff_id in stand_ins.items()}
    if without := sorted(found.keys() - stand_ins.keys()):
        raise BadRequest("nobody_eligible", field="to_ids", store_ids=without)
    return share_out(customers, takers), stand_ins


def check_named(staff: list[Row], person: Row, to_ids: Collection[str]) -> dict[str, int]:
    able = {row.id for row in staff if row.id != person.id and can_take(row)}
    if unable := sorted(set(to_ids) - able):
        raise BadRequest("not_eligible", field="to_ids", staff_ids=unable)
    return dict.fromkeys(to_ids, 1)


def can_take(person: Row) -> bool:
    return person.body["state"] == "active" and person.body["role"] in SELLING


def carry_out(ledger: Ledger, handover: Handover, by_id: str | None, leaves: bool) -> None:
    """`leaves`: they left, or do so with this act."""
    to = handover.receivers
    for customer in handover.customers:
        offers.change_owner(ledger, customer, to[customer.id])
    for customer in handover.shared:
        ledger.change(customer, credits=None)
    for lead in handover.held:
        offers.accept(ledger, lead, to[lead.root])
        give_reason(ledger, note_move(ledger, lead, handover, by_id, leaves), lead)
    for lead in handover.offered:
        offer_anew(ledger, lead, handover, by_id, leaves)
    if leaves:
        ledger.schedule(LEFT_BEHIND, handover.from_id, ledger.now)
    record(ledger, handover.from_id, "handover", by_id, describe(handover))


def offer_anew(
    ledger: Ledger, lead: Row, handover: Handover, by_id: str | None, leaves: bool
) -> None:
    """As if the manager had reassigned it; by routing, if the receiver cannot be offered it."""
    to_id = handover.receivers[lead.root]
    offers.reopen(ledger, lead, to_id)
    person = ledger.row(to_id)
    if person is None or not can_receive(person, lead.body["store_id"]):
        ledger.schedule("route", lead.id, ledger.now)
        return
    moved = note_move(ledger, lead, handover, by_id, leaves)
    ledger.schedule("offer", moved.id, ledger.now)


def note_move(
    ledger: Ledger, lead: Row, handover: Handover, by_id: str | None, leaves: bool
) -> Row:
    """A reassignment that says whose it was, and whether they left."""
    to_id = handover.receivers[lead.root]
    id = derive_id("reassignment", lead.id, to_id, ledger.now, lead.seq)
    body = {"lead_id": lead.id, "to_id": to_id, "from_id": handover.from_id, "from_left": leaves}
    return ledger.create("reassignment", id, lead.root, body, author=by_id)


def describe(handover: Handover) -> dict[str, dict[str, list[str]]]:
    """By receiver: the ids of what they get. `credits`: by whoever has the whole of it now."""
    receivers = handover.receivers
    moved = {"customers": handover.customers, "leads": handover.held, "offers": handover.offered}
    told = {
        kind: gather((receivers[row.root], row.id) for row in rows) for kind, rows in moved.items()
    }
    ended = ((handover.owner_after(row), row.id) for row in handover.shared)
    return {**told, "credits": gather(ended)}


def gather(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for to_id, id in sorted(pairs):
        found[to_id].append(id)
    return dict(found)


def summarise(handover: Handover) -> dict[str, Any]:
    """How much goes to whom; customers and appointments are counted once."""
    told = describe(handover)
    told.pop("credits")
    booked = [row for row in handover.customers if row.body.get("next_at")]
    people = sorted(set(handover.receivers.values()))
    return {
        "customers": len(handover.customers),
        "leads": len(handover.held),
        "offers": len(handover.offered),
        "credits": len(handover.shared),
        "appointments": len(booked),
        "receivers": [
            {"staff_id": id, **{kind: len(ids.get(id, ())) for kind, ids in told.items()}}
            for id in people
        ],
        "stand_ins": [
            {"store_id": store_id, "staff_id": staff_id}
            for store_id, staff_id in sorted(handover.stand_ins.items())
        ],
    }
