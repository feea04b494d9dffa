"""Robots' addresses and secrets at rest: whoever reads the database, or a backup, cannot post.

Encrypted under keys derived from those that sign: the newest writes, all read. What was written
before, or under an older key, is read as well and written anew by `reseal`.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.notify.tables import robots

PURPOSE = b"shopbell.robots.1"
MARK = "fernet"
FINGERPRINT_CHARS = 8


class LostKey(Exception):
    """Written under a key that is not among ours."""


class Vault:
    """`mark` begins what the newest key wrote, so that the database can tell the rest apart."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        derived = [derive(key) for key in reversed(keys)]
        self.fernet = MultiFernet([Fernet(key) for key in derived])
        self.mark = f"{MARK}:{sha256(derived[0]).hexdigest()[:FINGERPRINT_CHARS]}:"

    def close(self, plain: str) -> str:
        return self.mark + self.fernet.encrypt(plain.encode()).decode()

    def open(self, held: str) -> str:
        """Raises LostKey."""
        if not held.startswith(f"{MARK}:"):
            return held
        try:
            return self.fernet.decrypt(held.rsplit(":", 1)[1].encode()).decode()
        except InvalidToken:
            raise LostKey from None

    def try_open(self, held: str) -> str | None:
        try:
            return self.open(held)
        except LostKey:
            return None

    def can_open(self, *held: str | None) -> bool:
        return all(each is None or self.try_open(each) is not None for each in held)


def derive(key: str) -> bytes:
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return urlsafe_b64encode(raw)


async def reseal(connection: AsyncConnection, vault: Vault) -> int:
    """Everything that can be read, under the newest key; returns how many robots."""
    is_fresh = robots.c.url.startswith(vault.mark, autoescape=True)
    is_kept = or_(
        robots.c.secret.is_(None), robots.c.secret.startswith(vault.mark, autoescape=True)
    )
    query = select(robots.c.org_id, robots.c.id, robots.c.url, robots.c.secret)
    stale_ones = query.where(~(is_fresh & is_kept)).with_for_update(skip_locked=True)
    stale = (await connection.execute(stale_ones)).all()
    anew: list[dict[str, Any]] = [
        dict(
            zip(
                ("of", "robot", "url", "secret"),
                (org_id, id, *sealed(vault, url, secret)),
                strict=True,
            )
        )
        for org_id, id, url, secret in stale
        if vault.can_open(url, secret)
    ]
    if anew:
        is_it = (robots.c.org_id == bindparam("of")) & (robots.c.id == bindparam("robot"))
        await connection.execute(update(robots).where(is_it), anew)
    return len(anew)


def sealed(vault: Vault, url: str, secret: str | None) -> tuple[str, str | None]:
    """Raises LostKey."""
    shut = vault.close(vault.open(secret)) if secret else None
    return vault.close(vault.open(url)), shut
