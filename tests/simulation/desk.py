"""What everybody writes with: chance, ids, the numbers that customers gave lately, and words that
are never used twice."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.bench.ids import new_id
from tests.simulation.phone import Operation, Phone, Unit

REPS = ("bo", "chen", "wu")
FIELDS = ("name", "salutation", "need", "budget", "community", "house_type", "wechat", "move_in")
TAGS = ("北欧", "全屋", "老客", "急")
NAMESAKES = ("孙伟", "王芳", "李娜")
CONSENT = {"purpose": "service", "version": "service-1", "how": "verbal"}
NEWCOMERS = 12
"""Among how many recent numbers a returning customer is found."""


class Desk:
    """What everybody writes with: chance, ids, the numbers that customers gave lately, and the
    stores each person works at. `serial` makes every written value one of a kind."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.serial = 0
        self.numbers: list[str] = []
        self.registered: list[str] = []
        self.stores: dict[str, tuple[str, ...]] = {}
        self.roles: dict[str, str] = {}

    def id(self) -> str:
        return new_id(self.random)

    def word(self) -> str:
        self.serial += 1
        return f"w{self.serial}"

    def number(self) -> str:
        """Often of somebody who was here lately, so that phones offline register them twice."""
        if self.numbers and self.random.random() < 0.4:
            return self.random.choice(self.numbers[-NEWCOMERS:])
        self.serial += 1
        self.numbers.append(f"+86139{self.serial:08d}")
        return self.numbers[-1]

    def store(self, phone: Phone) -> str | None:
        stores = self.stores[phone.person]
        return self.random.choice(stores) if stores else None

    def customer(self, phone: Phone) -> str | None:
        """Mostly one that moved lately: people work on the same few records."""
        held = phone.of("customer")
        own: list[str] = [
            each["i"] for unit in phone.disk.outbox for each in unit if is_new_customer(each)
        ]
        if self.random.random() < 0.08 and phone.disk.aliases:
            return self.random.choice(list(phone.disk.aliases))
        if own and self.random.random() < 0.3:
            return self.random.choice(own)
        if not held:
            return self.random.choice(own) if own else None
        if self.random.random() < 0.7:
            held = sorted(held, key=phone.version_of)[-5:]
        return self.random.choice(held)


Writing = Callable[[Desk, Phone], Unit | None]


def creation(desk: Desk, entity: str, id: str = "", **fields: Any) -> Operation:
    return {"e": entity, "i": id or desk.id(), "f": fields}


def is_new_customer(operation: Operation) -> bool:
    return operation["e"] == "customer" and "b" not in operation


def profile(desk: Desk, store: str, number: str) -> dict[str, Any]:
    return {"store_id": store, "name": desk.word(), "phone": number, "need": desk.word()}
