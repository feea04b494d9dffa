"""Passwords and PINs: argon2id, in a thread, two at a time (each takes 19 MiB)."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked when the account does not exist, so that the answer takes the same time.
NOBODY = hasher.hash("nobody")


class Passwords:
    def __init__(self) -> None:
        self.turns = asyncio.Semaphore(AT_ONCE)

    async def hash(self, secret: str) -> str:
        async with self.turns:
            return await asyncio.to_thread(hasher.hash, secret)

    async def match(self, hashed: str | None, secret: str) -> bool:
        """False for a wrong secret and, after the same time, for no hash at all."""
        async with self.turns:
            return await asyncio.to_thread(matches, hashed or NOBODY, secret)

    def outdated(self, hashed: str) -> bool:
        return hasher.check_needs_rehash(hashed)


def matches(hashed: str, secret: str) -> bool:
    try:
        return hasher.verify(hashed, secret)
    except (VerificationError, InvalidHashError):
        return False
