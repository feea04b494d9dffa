"""The four merge policies, one pure function each (law 13)."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from sync.row import PENDING, Row, Stamp

Policy = Literal["register", "first", "set", "server"]


class Kept(NamedTuple):
    """A value that did not stay: kept in history, and shown as a conflict if it was concurrent."""

    field: str
    value: Any
    stamp: Stamp
    concurrent: bool


class Change(NamedTuple):
    """What a patch does to one field: its new value and stamp, and the value kept aside."""

    value: Any
    stamp: Stamp
    kept: Kept | None


def is_unseen(stamp: Stamp, base: int, device: str) -> bool:
    """Law 2: stored above the base, and written by another device."""
    return stamp.version > base and stamp.device != device


def merge_register(row: Row, field: str, value: Any, base: int, incoming: Stamp) -> Change | None:
    """The later effective time wins; the device id breaks ties. The loser is kept."""
    held, stamp = row.body.get(field), row.stamp(field)
    unseen = is_unseen(stamp, base, incoming.device)
    if not unseen:
        incoming = incoming._replace(at=max(incoming.at, stamp.at + 1))
    if held == value:
        return None if later(stamp, incoming) else Change(value, incoming, None)
    if unseen and later(stamp, incoming):
        return Change(held, stamp, Kept(field, value, incoming, True))
    return Change(value, incoming, Kept(field, held, stamp, unseen))


def merge_first(row: Row, field: str, value: Any, base: int, incoming: Stamp) -> Change | None:
    """The first accepted value stays; an empty one may still be filled."""
    held, stamp = row.body.get(field), row.stamp(field)
    if held == value:
        return None
    if held in (None, "", []):
        return Change(value, incoming, None)
    return Change(
        held, stamp, Kept(field, value, incoming, is_unseen(stamp, base, incoming.device))
    )


def later(one: Stamp, other: Stamp) -> bool:
    """Whether `one` wins over `other`."""
    return (one.at, one.device) > (other.at, other.device)


class SetChange(NamedTuple):
    """A set after a patch: its elements in order, the row's stamps, and what was removed."""

    elements: list[Any]
    stamps: dict[str, Stamp]
    removed: dict[Any, Stamp]


def merge_set(
    row: Row, field: str, add: list[Any], remove: list[Any], base: int, incoming: Stamp
) -> SetChange:
    """Observed-remove, add wins: an element stays while anybody's unseen adding of it does."""
    held = {*(row.body.get(field) or []), *add}
    stamps = {**row.stamps, **{element_key(field, e, incoming.device): incoming for e in add}}
    removed: dict[Any, Stamp] = {}
    for element in sorted(held.intersection(remove).difference(add)):
        added = additions(row, field, element)
        seen = [k for k, stamp in added.items() if not is_unseen(stamp, base, incoming.device)]
        stamps = {key: stamp for key, stamp in stamps.items() if key == field or key not in seen}
        if len(seen) == len(added):
            removed[element] = added[seen[-1]]
    return SetChange(sorted(held.difference(removed)), stamps, removed)


def additions(row: Row, field: str, element: Any) -> dict[str, Stamp]:
    """Each device's last adding of an element that nobody removed; else the field's own stamp."""
    added = {k: s for k, s in row.stamps.items() if k == element_key(field, element, s.device)}
    return added or {field: row.stamp(field)}


def element_key(field: str, element: Any, device: str) -> str:
    """One stamp for each device that added the element: one for all would hide the others'."""
    return f"{field}:{element}:{device}"


def pending_stamp(at: int, device: str, author: str | None) -> Stamp:
    """The stamp of a write that gets its number when the transaction is published."""
    return Stamp(PENDING, at, device, author)
