"""Signed statements: posters, passes, device credentials, links, cursors.

A seal for one purpose never opens under another. Keys rotate: the newest signs, all verify.
"""

import hashlib
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

LEEWAY_S = 120
"""How far in the future a statement may claim to be made: two servers' clocks differ."""


class BadSeal(Exception):
    """`reason` is 'forged' or 'expired'."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Seal:
    def __init__(self, keys: tuple[str, ...], purpose: str) -> None:
        self.serializer = URLSafeSerializer(
            list(keys),
            salt=f"shopbell.{purpose}.1",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def close(self, statement: Any, now: int) -> str:
        """Signs a JSON value together with the time, `now` in ms."""
        return str(self.serializer.dumps([now // 1000, statement]))

    def open(self, token: str, now: int, max_age_s: int | None = None) -> Any:
        """The statement in `token`. Raises BadSeal if it is not ours or too old."""
        try:
            made_at, statement = self.serializer.loads(token)
        except (BadData, ValueError, TypeError) as error:
            raise BadSeal("forged") from error
        age = now // 1000 - made_at
        if max_age_s is not None and not -LEEWAY_S <= age <= max_age_s:
            raise BadSeal("expired")
        return statement
