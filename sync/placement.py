"""Which rows change scope when something changes (laws 23 to 26)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

ORGANISATION = "org"


def store_scope(store_id: str) -> str:
    return f"store:{store_id}"


def desk_scope(store_id: str) -> str:
    return f"desk:{store_id}"


def staff_scope(staff_id: str) -> str:
    return f"staff:{staff_id}"


@lru_cache(maxsize=4096)
def scopes_of(*scopes: str) -> tuple[str, ...]:
    """Scopes in the one order in which they are stored."""
    return tuple(sorted(set(scopes)))


class Move(NamedTuple):
    """Where a changed row is put, and where it is evicted from, all under one number."""

    put: tuple[str, ...]
    evicted: tuple[str, ...]


def move(before: tuple[str, ...], after: tuple[str, ...]) -> Move:
    return Move(after, tuple(scope for scope in before if scope not in after))
