"""Links by which one person says of one lead: I know. Signed, good for a day."""

from dataclasses import dataclass

from server.clock import Clock
from server.config import Config
from server.identity.signing import BadSeal, Seal
from server.notify.packing import LinkFor

PURPOSE = "acknowledge"
MAX_AGE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Link:
    """`channel` is the kind of robot that showed it."""

    org_id: str
    lead_id: str
    staff_id: str
    channel: str


def link_maker(config: Config, clock: Clock) -> LinkFor:
    seal = Seal(config.keys, PURPOSE)

    def link_for(org_id: str, lead_id: str, staff_id: str, channel: str) -> str:
        token = seal.close([org_id, lead_id, staff_id, channel], clock())
        return f"{config.origin}/a/{token}"

    return link_for


def read_link(keys: tuple[str, ...], token: str, now: int) -> Link | None:
    """None if it is not ours or too old."""
    try:
        return Link(*Seal(keys, PURPOSE).open(token, now, MAX_AGE_S))
    except (BadSeal, TypeError):
        return None
