"""Who answers for a store: manager, deputy, area manager; what is wrong with a wish. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from server.identity.actor import Actor, leads_store
from server.stores.hours import Fault
from sync import Row

HEADS = ("manager_id", "deputy_id", "area_id")
ROLES = {
    "manager_id": ("manager", "area"),
    "deputy_id": ("rep", "manager"),
    "area_id": ("area", "admin"),
}
"""A small chain's store is run by its area manager; whoever is on duty may be one of the reps."""


def who_erases(store_id: str, staff: Iterable[Row]) -> tuple[list[str], list[str]]:
    """A store's managers, and the admins, who do it where it has none; area managers may not."""
    there = [row for row in staff if not row.deleted and row.body["state"] != "left"]
    managers = [row for row in there if row.body["role"] == "manager"]
    return (
        [row.id for row in managers if store_id in row.body["store_ids"]],
        sorted(row.id for row in there if row.body["role"] == "admin"),
    )


def may_name(actor: Actor, store_id: str, wish: Mapping[str, Any]) -> bool:
    """Nobody names those above them or themselves."""
    if actor.role == "admin":
        return True
    is_theirs = actor.role == "area" and leads_store(actor, store_id)
    return is_theirs and "area_id" not in wish


def judge_heads(store: Row, wish: Mapping[str, Any], staff: Mapping[str, Row]) -> Iterator[Fault]:
    """Only what becomes other: whoever is named already may be away or gone."""
    named = {field: wish.get(field, store.body.get(field)) for field in HEADS}
    for field, staff_id in named.items():
        if staff_id is None or staff_id == store.body.get(field):
            continue
        code = why_not(store.id, staff.get(staff_id), field)
        if code is None and list(named.values()).count(staff_id) > 1:
            code = "twice"
        if code:
            yield Fault(code, field)


def why_not(store_id: str, person: Row | None, field: str) -> str | None:
    if person is None or person.deleted:
        return "unknown"
    if person.body["state"] != "active":
        return "not_active"
    if person.body["role"] not in ROLES[field]:
        return "wrong_role"
    if person.body["role"] != "admin" and store_id not in person.body["store_ids"]:
        return "other_store"
    return None
