"""Order-free checksums of a scope (law 30)."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from typing import NamedTuple

LANE = 1 << 32


class Digest(NamedTuple):
    """How many rows, and the two 32-bit lanes of the sum of their hashes."""

    rows: int = 0
    hi: int = 0
    lo: int = 0


def lanes(entity: str, id: str, version: int) -> tuple[int, int]:
    """The first 8 bytes of SHA-256 over `entity LF id LF version`, as two big-endian lanes."""
    first = hashlib.sha256(f"{entity}\n{id}\n{version}".encode()).digest()
    hi, lo = _LANES.unpack_from(first)
    return hi, lo


_LANES = struct.Struct(">II")


def add(digest: Digest, hi: int, lo: int) -> Digest:
    return Digest(digest.rows + 1, (digest.hi + hi) % LANE, (digest.lo + lo) % LANE)


def remove(digest: Digest, hi: int, lo: int) -> Digest:
    return Digest(digest.rows - 1, (digest.hi - hi) % LANE, (digest.lo - lo) % LANE)


def combine(one: Digest, other: Digest) -> Digest:
    """The digest of two disjoint sets, or of a set and a change to it."""
    return Digest(one.rows + other.rows, (one.hi + other.hi) % LANE, (one.lo + other.lo) % LANE)


def digest_of(rows: Iterable[tuple[str, str, int]]) -> Digest:
    """The digest of rows given as (entity, id, version)."""
    total = Digest()
    for row in rows:
        total = add(total, *lanes(*row))
    return total
