"""WeCom's departments: which store each belongs to, by itself or by what it is under. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

CREATED, UPDATED, DELETED = "create_party", "update_party", "delete_party"
CHANGES = (CREATED, UPDATED, DELETED)


class Circular(Exception):
    """A department that would be under itself."""


class Departments(NamedTuple):
    """`stores` by a department's number; `parents`: the number of what it is under."""

    stores: Mapping[str, str]
    parents: Mapping[str, str]

    def stores_of(self, numbers: str) -> tuple[str, ...]:
        """Of a member's list, as in "1,7": each store once."""
        found = (self.store_of(each.strip()) for each in numbers.split(","))
        return tuple(dict.fromkeys(store for store in found if store is not None))

    def store_of(self, number: str) -> str | None:
        """The nearest on the way up."""
        way = climb(number, self.parents)
        return next((self.stores[each] for each in way if each in self.stores), None)


def climb(number: str, parents: Mapping[str, str]) -> Iterator[str]:
    """A department, and what it is under up to the top. A circle is walked once."""
    seen: set[str] = set()
    above: str | None = number
    while above is not None and above not in seen:
        seen.add(above)
        yield above
        above = parents.get(above)


def check_tree(parents: Mapping[str, str]) -> None:
    """Raises Circular."""
    for number in parents:
        *_, top = climb(number, parents)
        if top in parents:
            raise Circular(f"department {number} is under itself")


def is_of_departments(told: Mapping[str, str]) -> bool:
    is_change = (told.get("MsgType"), told.get("Event")) == ("event", "change_contact")
    return is_change and told.get("ChangeType") in CHANGES and bool(told.get("Id"))


def change_tree(told: Mapping[str, str], parents: Mapping[str, str]) -> dict[str, str]:
    """What is under what after a letter. Raises Circular."""
    changed = dict(parents)
    if told["ChangeType"] == DELETED:
        changed.pop(told["Id"], None)
    elif told.get("ParentId"):
        changed[told["Id"]] = told["ParentId"]
    check_tree(changed)
    return changed
