"""Loading what operations may read before they are judged."""

from collections.abc import Collection, Iterable

from server.db import Connection
from server.rows import load
from sync import Entities, Key, Ledger, Operation, Row, find_reading


async def load_for(
    connection: Connection,
    ledger: Ledger,
    operations: Collection[Operation],
    own: Iterable[Key] = (),
) -> None:
    """Everything the rules may read for these operations, in a few statements. `own`: the keys of
    their authors."""
    reading = find_reading(operations, ledger.entities)
    wanted = reading.wanted
    wanted.keys += own
    if wanted.ids:
        await load(connection, ledger, wanted.ids, wanted.keys, reading.stores, reading.trees)
    made = [each for each in operations if makes_profile(each, ledger)]
    # Profiles alone read nothing around one another.
    if reading.stores and len(made) < len(operations):
        for operation in made:
            note_free_keys(operation, ledger, reading.stores)


def keys_of_author(operations: Iterable[Operation], entities: Entities, staff_id: str) -> list[Key]:
    named = {operation.e for operation in operations} & entities.keys()
    return [key for name in named for key in entities[name].own_keys(staff_id)]


def makes_profile(operation: Operation, ledger: Ledger) -> bool:
    entity = ledger.entities.get(operation.e)
    return operation.b is None and entity is not None and entity.kind == "profile"


def note_free_keys(operation: Operation, ledger: Ledger, stores: frozenset[str]) -> None:
    """What the rules read around a row that is stored they read around one that is made here, too:
    nobody can have a key with its name yet."""
    if ledger.has_loaded(operation.i) and ledger.row(operation.i) is None:
        entity = ledger.entities[operation.e]
        made = Row(
            id=operation.i,
            entity=entity.name,
            root=operation.i,
            body={},
            at=0,
            captured_at=0,
            received_at=0,
        )
        for key in entity.neighbours(made, stores).keys:
            ledger.put_key(key, None)
