"""What the cast does on its phones, as operations."""

import random
from typing import Any

from tests.bench.ids import new_id
from tests.cast import RENMIN
from tests.phone import Phone

_source = random.Random(20261123)

CONSENTS = [{"purpose": "service", "version": "2026-11", "how": "verbal"}]


def make_id() -> str:
    return new_id(_source)


def customer(**fields: Any) -> dict[str, Any]:
    """Mr Sun, unless told otherwise."""
    return {
        "name": "孙伟",
        "salutation": "孙先生",
        "phone": "13900000001",
        "need": "全屋定制",
        "source": "staff",
        "store_id": RENMIN,
        **fields,
    }


def arrival(customer_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "store_id": RENMIN,
        "source": "staff",
        "name": "孙伟",
        "salutation": "孙先生",
        "phone": "13900000001",
        "need": "全屋定制",
        "position": "",
        "reception": "none",
        "consents": CONSENTS,
        **fields,
    }


def agreed(customer_id: str, purpose: str = "marketing", **fields: Any) -> dict[str, Any]:
    """Said at the counter, unless told otherwise."""
    return {
        "customer_id": customer_id,
        "purpose": purpose,
        "version": f"{purpose}-1",
        "given": True,
        "how": "verbal",
        **fields,
    }


def follow_up(customer_id: str, **fields: Any) -> dict[str, Any]:
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
        **fields,
    }


async def register(phone: Phone, /, **fields: Any) -> str:
    """A customer of this phone's owner; returns the id."""
    id = make_id()
    answer = await phone.push([phone.operation("customer", id, customer(**fields))])
    assert answer.status_code == 200, answer.text
    assert "except" not in answer.json(), answer.text
    return id


def self_reception(phone: Phone, customer_id: str, /, **fields: Any) -> list[dict[str, Any]]:
    """我: registration, lead and acceptance as one unit."""
    arrival_id, lead_id = make_id(), make_id()
    lead = {
        "customer_id": customer_id,
        "store_id": RENMIN,
        "arrival_id": arrival_id,
        "need": "全屋定制",
    }
    told = arrival(customer_id, reception="me", lead_id=lead_id, **fields)
    return [
        phone.operation("customer", customer_id, customer(**fields)),
        phone.operation("arrival", arrival_id, told),
        phone.operation("lead", lead_id, lead),
        phone.operation("acceptance", make_id(), {"lead_id": lead_id}),
    ]


async def say(phone: Phone, entity: str, /, **fields: Any) -> dict[str, Any] | None:
    """One operation, a unit of its own; what it was answered if not plainly applied."""
    answer = (await phone.push([phone.operation(entity, make_id(), fields)])).json()
    return answer["except"][0] if "except" in answer else None
