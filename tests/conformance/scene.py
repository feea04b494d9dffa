"""Who takes part in the exchanges, and the register of what is checked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.conformance.peer import Json, Peer, make_id, make_phone_number


@dataclass
class Scene:
    """Two reps and the manager of one store, a rep of another."""

    rep: Peer
    colleague: Peer
    stranger: Peer
    manager: Peer

    @property
    def store(self) -> str:
        return str(self.rep.me["store_ids"][0])

    def customer(self, **fields: Any) -> Json:
        return {"store_id": self.store, "name": "孙伟", "phone": make_phone_number(), **fields}

    def register(self, peer: Peer, **fields: Any) -> str:
        id = make_id()
        answer = peer.push([peer.operation("customer", id, self.customer(**fields))])
        expect(answer.status == 200 and "except" not in answer.json, answer.body)
        return id

    def comment(self, peer: Peer, customer_id: str, text: str = "想看北欧风") -> Json:
        return peer.operation("comment", make_id(), {"customer_id": customer_id, "text": text})


class Broken(Exception):
    """What a check found."""


def expect(holds: bool, found: object = "") -> None:
    if not holds:
        raise Broken(str(found)[:400])


Check = Callable[[Scene], None]


@dataclass(frozen=True)
class Law:
    numbers: tuple[int, ...]
    sentence: str
    check: Check


LAWS: list[Law] = []


def law(*numbers: int) -> Callable[[Check], Check]:
    """Registers a check; its docstring is the sentence that the report shows."""

    def registered(check: Check) -> Check:
        LAWS.append(Law(numbers, " ".join((check.__doc__ or check.__name__).split()), check))
        return check

    return registered
