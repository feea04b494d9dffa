"""Secrets at rest, robots' addresses among them: whoever reads the database, or a backup, can
neither post nor write letters in another's name.

Encrypted under keys derived from those that sign: the newest writes, all read. What was written
before, or under an older key, is read as well and written anew by `reseal`, wherever it is.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, Table, and_, bindparam, or_, select, update

from server.db import Connection, metadata

PURPOSE = b"shopbell.robots.1"
MARK = "fernet"
FINGERPRINT_CHARS = 8
SEALED = {"sealed": True}
"""The `info` of a column that holds what a vault closed."""


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

    def close_anew(self, held: str | None) -> str | None:
        """Raises LostKey."""
        return self.close(self.open(held)) if held else None

    def can_open(self, *held: str | None) -> bool:
        return all(each is None or self.try_open(each) is not None for each in held)


def derive(key: str) -> bytes:
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return urlsafe_b64encode(raw)


async def reseal(connection: Connection, vault: Vault) -> int:
    """Everything that can be read, under the newest key; returns how many rows."""
    columns = {table: sealed_columns(table) for table in metadata.sorted_tables}
    return sum(
        [await reseal_table(connection, vault, *each) for each in columns.items() if each[1]]
    )


def sealed_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.info == SEALED]


async def reseal_table(
    connection: Connection, vault: Vault, table: Table, secrets: list[Column[Any]]
) -> int:
    """A row of which any secret cannot be read stays as it is."""
    keys = list(table.primary_key.columns)
    is_stale = or_(*(~column.startswith(vault.mark, autoescape=True) for column in secrets))
    query = select(*keys, *secrets).where(is_stale).with_for_update(skip_locked=True)
    held = [row._asdict() for row in await connection.execute(query)]
    anew = [
        {f"of_{key.name}": row[key.name] for key in keys}
        | {column.name: vault.close_anew(row[column.name]) for column in secrets}
        for row in held
        if vault.can_open(*(row[column.name] for column in secrets))
    ]
    if anew:
        is_it = and_(*(key == bindparam(f"of_{key.name}") for key in keys))
        await connection.execute(update(table).where(is_it), anew)
    return len(anew)
