"""Posters: one for each position in a store, so that a store learns which door works.

The code on a poster holds nothing secret and nothing personal: the organisation, the poster, a
signature. A person whose camera fails types the short code instead; the name of the store is
printed beside it, so that a code pasted over ours can be told from ours.
"""

from dataclasses import dataclass
from typing import Literal

from server.identity.signing import BadSeal, Seal

# Nothing that a tired eye confuses: no 0 O, 1 I L, and no U that reads as V.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 5
CODE_BYTES = 2 * CODE_LENGTH
PURPOSE = "poster"
Standing = Literal["hangs", "leaving", "ended", "revoked"]


@dataclass(frozen=True)
class Poster:
    """One printed code. `id` is what is typed: the organisation's code, a dash, the poster's code.

    `*_at` in ms UTC. `staff_id`: whose personal code it is; None for a code of the store's.
    `ends_at`: until when it goes on after it was replaced (by `replaced_by`) or taken down;
    `revoked_at`: since when it leads nowhere; `ended_at`, `ended_by`: when and who said so.
    """

    org_id: str
    id: str
    store_id: str
    position: str
    code: str
    revoked_at: int | None
    created_at: int
    staff_id: str | None = None
    ends_at: int | None = None
    replaced_by: str | None = None
    ended_by: str | None = None
    ended_at: int | None = None


@dataclass(frozen=True)
class Sheet:
    """What is printed: the poster in the words of its store, and both addresses."""

    organisation: str
    store: str
    position: str
    link: str
    typed: str
    short: str


def stand(poster: Poster, now: int) -> Standing:
    """`leaving`: replaced, and good until its time is over. `ended`: its readers choose a store."""
    if poster.revoked_at is not None:
        return "revoked"
    if poster.ends_at is None:
        return "hangs"
    return "leaving" if now < poster.ends_at else "ended"


def shorten(random: bytes, length: int = CODE_LENGTH) -> str:
    """A code of the unambiguous alphabet from random bytes, one character for each byte pair."""
    pairs = (int.from_bytes(random[2 * i : 2 * i + 2], "big") for i in range(length))
    return "".join(ALPHABET[pair % len(ALPHABET)] for pair in pairs)


def make_id(org_code: str, code: str) -> str:
    return f"{org_code}-{code.lower()}"


def read_typed(typed: str) -> tuple[str, str] | None:
    """The organisation's code and the poster's id in what somebody typed, in any case."""
    tidy = typed.strip().lower().replace("_", "-").replace(" ", "")
    org_code, dash, code = tidy.rpartition("-")
    return (org_code, tidy) if dash and org_code and len(code) == CODE_LENGTH else None


def sign(keys: tuple[str, ...], poster: Poster) -> str:
    """The token of a poster's link: the same for ever, because it is printed."""
    return Seal(keys, PURPOSE).close(poster.id, poster.created_at)


def read_token(keys: tuple[str, ...], token: str, now: int) -> str | None:
    """The poster's id in a token of ours. It has no end: what the poster's row says counts."""
    try:
        id = Seal(keys, PURPOSE).open(token, now)
    except BadSeal:
        return None
    return id if isinstance(id, str) else None


def make_sheet(
    poster: Poster, organisation: str, store: str, origin: str, keys: tuple[str, ...]
) -> Sheet:
    host = origin.removeprefix("https://").removeprefix("http://")
    return Sheet(
        organisation=organisation,
        store=store,
        position=poster.position,
        link=f"{origin}/r/{sign(keys, poster)}",
        typed=poster.id,
        short=f"{host}/p/{poster.id}",
    )
