"""Who acts, what they may do, what they see. Pure: the whole of authorisation is on this page."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

EVERYONE = frozenset({"rep", "clerk", "manager", "area", "admin"})
LEADERS = frozenset({"manager", "area", "admin"})
SELLERS = frozenset({"rep", "manager", "area", "admin"})

ROLES_FOR = {
    "register": EVERYONE,
    "push": EVERYONE,
    "see_customers": SELLERS,
    "follow_up": SELLERS,
    "reassign": LEADERS,
    "close_as_test": LEADERS,
    "see_candidates": LEADERS,
    "see_devices": EVERYONE,
    "revoke_device": EVERYONE,
    "set_hours": LEADERS,
    "set_up_robot": LEADERS,
    "set_up_mailbox": EVERYONE,
    "configure": frozenset({"admin"}),
}


@runtime_checkable
class Placed(Protocol):
    """Anything with scopes; a synced row first of all."""

    @property
    def scopes(self) -> Collection[str]: ...


class Owned(Protocol):
    """Anything that belongs to one member of staff, such as a device."""

    @property
    def staff_id(self) -> str: ...

    @property
    def store_ids(self) -> Collection[str]: ...


@dataclass(frozen=True)
class Actor:
    """One signed-in person, or the author of a push."""

    org_id: str
    staff_id: str
    role: str
    store_ids: tuple[str, ...] = ()
    accepts_leads: bool = False
    device_id: str | None = None

    @cached_property
    def scopes(self) -> frozenset[str]:
        """The sets of rows that this person reads, and the phone holds."""
        mine = {"org", f"staff:{self.staff_id}"}
        if self.role in ("rep", "clerk", "manager"):
            mine |= {f"store:{store}" for store in self.store_ids}
        if self.role == "manager":
            mine |= {f"desk:{store}" for store in self.store_ids}
        return frozenset(mine)


def visible_to(actor: Actor, row: Placed) -> bool:
    """The one door. What is not visible is answered like what does not exist."""
    return not actor.scopes.isdisjoint(row.scopes)


def may(actor: Actor, verb: str, subject: Placed | Owned | None = None) -> bool:
    """Whether `actor` may do `verb` (a key of ROLES_FOR), and to `subject` if one is named.

    A placed subject must be visible. An owned one must be one's own, or belong to somebody whom
    one leads: at a shared store for managers and area managers, anywhere for admins.
    """
    if actor.role not in ROLES_FOR[verb]:
        return False
    if subject is None:
        return True
    if isinstance(subject, Placed):
        return visible_to(actor, subject)
    return subject.staff_id == actor.staff_id or leads(actor, subject)


def leads(actor: Actor, subject: Owned) -> bool:
    if actor.role == "admin":
        return True
    return actor.role in LEADERS and not set(actor.store_ids).isdisjoint(subject.store_ids)


def leads_store(actor: Actor, store_id: str) -> bool:
    """Whose word counts at a store: everybody in the organisation sees it."""
    return actor.role == "admin" or (actor.role in LEADERS and store_id in actor.store_ids)
