"""The public form: its nonce, what is wrong with an answer, and the signed way to the thanks.

A nonce is made with the page, lives an hour and names the submission: the same page sent twice is
one registration, whatever the network does.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.customers import page, phone
from server.customers.consent import CURRENT, SERVICE
from server.identity.signing import BadSeal, Seal
from server.stores.posters import Poster
from sync import derive_id

NONCE_MS = 60 * 60 * 1000
QUICKEST_MS = 1000
TRAP = "website"
UNDER_14 = "under_14"
"""Whoever ticks this is sent to a parent: nothing they typed is looked at."""
_LONGEST = {
    "phone": page.PHONE_LONGEST,
    "name": page.NAME_LONGEST,
    "need": page.NEED_LONGEST,
}


@dataclass(frozen=True)
class Thanks:
    """What the thank-you page shows; `*_at` in ms, `promised_at` None if the store stays shut."""

    code: str
    received_at: int
    promised_at: int | None


class Nonces:
    """Proof that a page was asked for here, for this poster, not long ago."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.seal = Seal(keys, "form")

    def make(self, poster_id: str, now: int) -> str:
        return self.seal.close([poster_id, now, secrets.token_hex(8)], now)

    def judge(self, nonce: str, poster_id: str, now: int) -> str | None:
        """`fast`, `stale`, or None if it is good."""
        try:
            made_for, made_at, _ = self.seal.open(nonce, now)
        except (BadSeal, ValueError, TypeError):
            return "stale"
        if made_for != poster_id or not 0 <= now - made_at <= NONCE_MS:
            return "stale"
        return "fast" if now - made_at < QUICKEST_MS else None


def name_arrival(nonce: str) -> str:
    """The id of the arrival that this page can make once."""
    return derive_id("arrival", nonce)


def read_answers(sent: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, as typed: text only, of the fields we know, never longer than we could show.

    One character over the limit is kept, so that the check can see it.
    """
    names = (*_LONGEST, *CURRENT)
    known = {name: sent.get(name) for name in names}
    return {
        name: value[: _LONGEST.get(name, 40) + 1].replace("\x00", "")
        for name, value in known.items()
        if isinstance(value, str)
    }


def find_faults(answers: Mapping[str, str]) -> dict[str, str]:
    """A key of words for each field that cannot stay so, in the order of the page."""
    wrong: dict[str, str] = {}
    for field, longest in _LONGEST.items():
        typed = answers.get(field, "").strip()
        if not typed:
            wrong[field] = f"{field}_missing"
        elif len(typed) > longest:
            wrong[field] = "too_long"
    if "phone" not in wrong and not phone.canonical(answers["phone"]):
        wrong["phone"] = "phone_invalid"
    if answers.get(SERVICE) != CURRENT[SERVICE].version:
        wrong[SERVICE] = "consent"
    return wrong


def read_registration(answers: Mapping[str, str], poster: Poster) -> dict[str, Any]:
    """The arrival's fields of a sound answer; `rep_id` where the code was a person's own."""
    given = [
        {"purpose": purpose, "version": text.version, "how": "own_phone"}
        for purpose, text in CURRENT.items()
        if answers.get(purpose) == text.version
    ]
    return {
        "store_id": poster.store_id,
        "source": "poster",
        "name": answers["name"].strip(),
        "salutation": "",
        "phone": answers["phone"],
        "need": answers["need"].strip(),
        "position": poster.position,
        "reception": "none",
        "consents": given,
        **({"rep_id": poster.staff_id} if poster.staff_id else {}),
    }


def seal_thanks(keys: tuple[str, ...], thanks: Thanks) -> str:
    content = [thanks.code, thanks.received_at, thanks.promised_at]
    return Seal(keys, "thanks").close(content, thanks.received_at)


def open_thanks(keys: tuple[str, ...], token: str, now: int) -> Thanks | None:
    """Good for a day: it shows a pass, and a pass is shown today."""
    try:
        return Thanks(*Seal(keys, "thanks").open(token, now, 24 * 3600))
    except (BadSeal, TypeError):
        return None
