"""Customers with what hangs from them, as units of operations."""

import random
from typing import Any, NamedTuple

from tests.bench.device import Operation, create
from tests.bench.ids import new_id
from tests.bench.records import NEEDS

CONSENTS = [{"purpose": "service", "version": "2026-11", "how": "verbal"}]


class Tree(NamedTuple):
    """A customer registered for a colleague: the arrival opens a lead that the server offers."""

    customer_id: str
    arrival_id: str
    operations: list[Operation]


def register(
    rnd: random.Random, id: str, fields: dict[str, Any], store_id: str, receiver_id: str
) -> Tree:
    """Six rows: the customer, arrival and lead, two comments, a follow-up. The lead is the
    server's."""
    arrival_id = new_id(rnd)
    told = {name: fields[name] for name in ("name", "salutation", "phone", "need")}
    arrival = {
        "customer_id": id,
        "store_id": store_id,
        "source": "staff",
        "reception": "colleague",
        "receiver_id": receiver_id,
        "consents": CONSENTS,
        **told,
    }
    return Tree(
        id,
        arrival_id,
        [
            create("customer", id, fields),
            create("arrival", arrival_id, arrival),
            comment(rnd, id),
            comment(rnd, id),
            create("follow_up", new_id(rnd), follow_up(id)),
        ],
    )


def comment(rnd: random.Random, customer_id: str, at: int | None = None) -> Operation:
    fields = {"customer_id": customer_id, "text": rnd.choice(NEEDS)}
    return create("comment", new_id(rnd), fields, at)


def follow_up(customer_id: str) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "channel": "store",
        "greeting": {"result": "met"},
        "needs": {"result": "clear", "note": "预算 8 万"},
        "proposal": {"result": "revise"},
        "objection": {"result": "none"},
        "revisit": {"result": "booked", "at": 1_795_400_000_000},
        "mood": "watching",
        "breakthrough": "none",
        "started_at": 1_795_300_000_000,
        "ended_at": 1_795_300_600_000,
    }
