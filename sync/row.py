"""The row: one fact or profile, with the stamps its fields carry on the server."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, NamedTuple

import msgspec

PENDING = 1 << 53
"""The version of a field written in this transaction and not numbered yet: above every real one."""


class Stamp(NamedTuple):
    """When a field got its value: version, effective time in ms, device, author."""

    version: int
    at: int
    device: str
    author: str | None


class Row(msgspec.Struct, kw_only=True):
    """One synced row.

    `seq` is its version: the number of its last change in the organisation, 0 before the first.
    `born` is the version of its creation; a field without a stamp of its own has the creation's.
    `at` is effective, `captured_at` what the phone's clock said, `received_at` the server's.
    """

    id: str
    entity: str
    root: str
    body: dict[str, Any]
    at: int
    captured_at: int
    received_at: int
    device: str = ""
    author: str | None = None
    seq: int = 0
    born: int = PENDING
    part: int = 2
    scopes: tuple[str, ...] = ()
    stamps: dict[str, Stamp] = msgspec.field(default_factory=dict)
    deleted: bool = False

    @property
    def is_erased(self) -> bool:
        """All that is left is the id: whoever deletes a row leaves its content."""
        return self.deleted and not self.body

    def stamp(self, field: str) -> Stamp:
        return self.stamps.get(field) or Stamp(self.born, self.at, self.device, self.author)


def derive_id(*parts: str | int) -> str:
    """An id the server can compute again: UUIDv8 (RFC 9562) of the SHA-256 of its parts."""
    seed = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()[:16]
    number = int.from_bytes(seed, "big")
    number = number & ~(0xF << 76) | 0x8 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))
