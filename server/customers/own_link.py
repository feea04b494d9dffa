"""The signed way to a customer's own page: what the link names, and for how long it does.

Anybody can type somebody else's number into the public form. So the link of a registration shows
that registration and no more; one that staff hand to whoever stands before them shows everything,
for a day, and names who handed it out: staff know the end of the number, too.
"""

from dataclasses import dataclass
from typing import Literal

from server.clock import DAY_MS
from server.identity.signing import BadSeal, Seal

PURPOSE = "my"
DAYS = {"pass": 730, "person": 1}
DAY_S = DAY_MS // 1000


@dataclass(frozen=True)
class OwnLink:
    """`id`: the registration's pass, or the customer's id. `by_id`: who handed it out."""

    org_id: str
    kind: Literal["pass", "person"]
    id: str
    by_id: str | None = None

    @property
    def shows_all(self) -> bool:
        return self.kind == "person"


def seal_link(keys: tuple[str, ...], link: OwnLink, now: int) -> str:
    named = [link.org_id, link.kind, link.id, *([link.by_id] if link.by_id else [])]
    return Seal(keys, PURPOSE).close(named, now)


def open_link(keys: tuple[str, ...], token: str, now: int) -> OwnLink | None:
    """None for what is not ours, and for what is over."""
    seal = Seal(keys, PURPOSE)
    try:
        link = OwnLink(*seal.open(token, now))
        seal.open(token, now, DAYS[link.kind] * DAY_S)
    except (BadSeal, TypeError, KeyError):
        return None
    return link
