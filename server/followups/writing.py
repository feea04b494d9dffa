"""Who may write what a store's people work by: its leaders, and admins what is everybody's."""

from typing import Annotated, Any

import msgspec

from sync import ORGANISATION, Author, Ledger, Refusal, Row, scopes_of

WRITERS = frozenset({"manager", "area", "admin"})
ADMINS = frozenset({"admin"})

Line120 = Annotated[str, msgspec.Meta(max_length=120)]
Text500 = Annotated[str, msgspec.Meta(max_length=500)]


def why_not_theirs(row: Row, author: Author) -> Refusal | None:
    """What names no store is everybody's."""
    if author.acts_as(ADMINS, False):
        return None
    store_id = row.body.get("store_id")
    if store_id and author.reports_from(store_id):
        return None
    return Refusal("forbidden", "store_id")


def why_no_store(row: Row, ledger: Ledger) -> Refusal | None:
    store = ledger.find(row.body.get("store_id"))
    is_one = not row.body.get("store_id") or (store is not None and store.entity == "store")
    return None if is_one else Refusal("not_found", "store_id")


def why_not_moved(fields: dict[str, Any], author: Author) -> Refusal | None:
    """A manager who took over what is everybody's, or another store's, would take it away."""
    if "store_id" in fields and not author.acts_as(ADMINS, False):
        return Refusal("forbidden", "store_id")
    return None


def says_nothing(body: dict[str, Any]) -> bool:
    """Neither in Chinese nor in English."""
    return not any((body.get(tongue) or "").strip() for tongue in ("zh", "en"))


def place(row: Row, root: Row) -> tuple[str, ...]:
    """With the stores and people: nothing of it is secret, and admins hold no store's scope."""
    return scopes_of(ORGANISATION)


def first_part(row: Row) -> int:
    return 0
