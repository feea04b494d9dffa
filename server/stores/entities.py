"""The directory every phone of an organisation holds: itself, its stores, its people."""

from server.stores.duty import HEADS
from server.stores.points import store_point
from sync import ORGANISATION, Entity, Row, Wanted, scopes_of

PROMISED_MONTHS = 24
"""What customers are told when they agree (`service-2`): an organisation may keep less long."""


def place(row: Row, root: Row) -> tuple[str, ...]:
    return scopes_of(ORGANISATION)


def first_part(row: Row) -> int:
    return 0


def name_heads(row: Row, stores: frozenset[str]) -> Wanted:
    """Who answers for the store when nobody else does."""
    heads = (row.body.get(field) for field in HEADS)
    return Wanted(ids=[head for head in heads if head])


organisation = Entity(name="organisation", kind="server", place=place, part=first_part)
store = Entity(name="store", kind="server", place=place, part=first_part, neighbours=name_heads)
staff = Entity(name="staff", kind="server", place=place, part=first_part)

entities = [organisation, store, staff, store_point]
