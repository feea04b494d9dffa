"""The signed way to a customer's own page: what the link names, and for how long it does.

Anybody can type somebody else's number into the public form. So the link of a registration shows
that registration and no more; one that staff hand to whoever stands before them shows everything.
"""

from dataclasses import dataclass
from typing import Literal

from server.clock import DAY_MS
from server.identity.signing import BadSeal, Seal

PURPOSE = "my"
DAYS = {"pass": 730, "person": 30}
DAY_S = DAY_MS // 1000


@dataclass(frozen=True)
class OwnLink:
    """`id`: the registration's pass, or the customer's id."""

    org_id: str
    kind: Literal["pass", "person"]
    id: str

    @property
    def shows_all(self) -> bool:
        return self.kind == "person"


def seal_link(keys: tuple[str, ...], link: OwnLink, now: int) -> str:
    return Seal(keys, PURPOSE).close([link.org_id, link.kind, link.id], now)


def open_link(keys: tuple[str, ...], token: str, now: int) -> OwnLink | None:
    """None for what is not ours, and for what is over."""
    seal = Seal(keys, PURPOSE)
    try:
        link = OwnLink(*seal.open(token, now))
        seal.open(token, now, DAYS[link.kind] * DAY_S)
    except (BadSeal, TypeError, KeyError):
        return None
    return link
