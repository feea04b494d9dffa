"""The short code by which anybody finds what the server vouches for of a photo. Pure.

It follows from the photo's id, which nobody can guess, so the same photo has the same code in
every copy of the database, and a code that is lost can be made again.
"""

import hashlib

from server.stores.posters import ALPHABET, shorten

CODE_KEY = "photo_code"
CODE_LENGTH = 10
VISIT_LENGTH = 6
HALF = CODE_LENGTH // 2


def code_of(org_id: str, photo_id: str) -> str:
    return made_of(CODE_KEY, org_id, photo_id)


def visit_code(visit_id: str) -> str:
    """What people call a visit by; nothing is found by it."""
    return made_of("visit", visit_id)[:VISIT_LENGTH]


def made_of(*parts: str) -> str:
    return shorten(hashlib.sha256("\n".join(parts).encode()).digest(), CODE_LENGTH)


def spell(code: str) -> str:
    """In two halves, as people read it."""
    return f"{code[:HALF]}-{code[HALF:]}"


def read_code(typed: str) -> str | None:
    """What somebody typed, in any case, with or without a dash; None if it is no code."""
    tidy = typed.upper().replace("-", "").replace(" ", "")
    return tidy if len(tidy) == CODE_LENGTH and set(tidy) <= set(ALPHABET) else None
