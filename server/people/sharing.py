"""To whom customers go in a handover. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from server.leads.rules import read_rules, weight_of
from server.stores.duty import HEADS
from sync import Row


def takers_of(store: Row, staff: Iterable[Row], but_id: str) -> dict[str, int]:
    """Weights of the people of a store who take its customers now, as its rules share out leads."""
    rules = read_rules(store.body)
    weights = {
        row.id: weight_of(rules, row.id, row.body)
        for row in staff
        if row.id != but_id and store.id in row.body["store_ids"] and is_taker(row.body)
    }
    return {id: weight for id, weight in weights.items() if weight > 0}


def is_taker(person: Mapping[str, Any]) -> bool:
    is_there = person["state"] == "active" and bool(person["accepts_leads"])
    return is_there and person["role"] != "clerk"


def stand_in_of(store: Row, staff: Iterable[Row], but_id: str) -> str | None:
    """Who answers for a store's customers where nobody receives any: its manager, else whoever
    comes next and is at work."""
    there = {row.id: row for row in staff if row.body["state"] == "active" and row.id != but_id}
    return first_head(store, there)


def first_head(store: Row, there: Mapping[str, Row]) -> str | None:
    """The first of those who answer for a store, in their order: manager, deputy, area, admin."""
    heads = (store.body.get(field) for field in HEADS)
    admins = sorted(id for id, row in there.items() if row.body["role"] == "admin")
    return next((id for id in (*heads, *admins) if id in there), None)


def share_out(customers: Iterable[Row], takers: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """A receiver for each customer, by weight; a household stays with one. `takers`: weights by
    store. Customers of a store without any are left out."""
    households: dict[str, list[Row]] = defaultdict(list)
    for row in customers:
        households[min([row.id, *(row.body.get("household_ids") or ())])].append(row)
    loads: Counter[str] = Counter()
    chosen: dict[str, str] = {}
    for _, members in sorted(households.items(), key=lambda each: (-len(each[1]), each[0])):
        weights = takers.get(members[0].body["store_id"]) or {}
        if weights:
            to_id = min(weights, key=lambda id: ((loads[id] + 1) / weights[id], id))
            loads[to_id] += len(members)
            chosen |= {row.id: to_id for row in members}
    return chosen
