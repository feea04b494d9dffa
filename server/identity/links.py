"""Links that sign one person in, good for a day. Printed by the command line; given to
admins once, for people who come in from a list."""

from dataclasses import dataclass

from server.errors import Unauthenticated
from server.identity.signing import BadSeal, Seal

PURPOSE = "enter"
MAX_AGE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Link:
    org_id: str
    org_code: str
    staff_id: str


def link_for(keys: tuple[str, ...], link: Link, now: int) -> str:
    """The path of the link, to be put behind the origin."""
    return "/enter/" + Seal(keys, PURPOSE).close([link.org_id, link.org_code, link.staff_id], now)


def read_link(keys: tuple[str, ...], token: str, now: int) -> Link:
    """Raises Unauthenticated `link_expired` or `bad_link`."""
    try:
        return Link(*Seal(keys, PURPOSE).open(token, now, MAX_AGE_S))
    except BadSeal as error:
        code = "link_expired" if error.reason == "expired" else "bad_link"
        raise Unauthenticated(code) from error
