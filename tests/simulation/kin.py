"""What people write about those around a customer: contacts with numbers that others may have."""

from __future__ import annotations

from typing import Any

from tests.simulation.desk import Desk, Writing, creation
from tests.simulation.phone import Phone, Unit


def add_contact(desk: Desk, phone: Phone) -> Unit | None:
    id = desk.customer(phone)
    if id is None:
        return None
    who = desk.random.choice(("self", "spouse", desk.word()))
    told = {"customer_id": id, "relation": who, "name": desk.word(), "phone": desk.number()}
    return [creation(desk, "contact", **told)]


def amend_contact(desk: Desk, phone: Phone) -> Unit | None:
    held = phone.of("contact")
    if not held:
        return None
    id = desk.random.choice(held)
    wishes: list[dict[str, Any]] = [{"phone": desk.number()}, {"phone": ""}]
    wishes += [{"note": desk.word()}, {"removed": True}]
    fields = desk.random.choice(wishes)
    if desk.random.random() < 0.2:
        fields = {"removed": False, "phone": desk.number()}
    return [{"e": "contact", "i": id, "b": phone.version_of(id), "f": fields}]


KIN: dict[Writing, int] = {add_contact: 14, amend_contact: 10}
