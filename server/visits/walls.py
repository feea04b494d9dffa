"""The codes that hang on a store's own walls, as evidence of having stood before one."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stores.posters import read_token, read_typed
from server.stores.tables import posters
from sync import Key, Ledger, Operation

WALL = "wall"
Asked = tuple[str, str]
"""What was scanned or typed, and the store whose it is said to be."""


def wall_key(store_id: str, code: str) -> Key:
    return WALL, f"{store_id} {code}"


async def read_walls(
    connection: AsyncConnection,
    ledger: Ledger,
    operations: Iterable[Operation],
    seals: tuple[str, ...],
) -> None:
    """Tells the ledger which codes of these visits hang where they are said to; in one question.

    A code that was taken down proves nothing any more, and a person's own code is no wall.
    """
    asked = list(find_asked(operations))
    ids = {code: find_id(code, seals, ledger.now) for _, code in asked}
    wanted = [id for id in ids.values() if id]
    if not asked:
        return
    query = select(posters.c.id, posters.c.store_id).where(
        posters.c.org_id == ledger.org,
        posters.c.id.in_(wanted),
        posters.c.revoked_at.is_(None),
        or_(posters.c.ends_at.is_(None), posters.c.ends_at > ledger.now),
        posters.c.staff_id.is_(None),
    )
    hanging = {id: store_id for id, store_id in await connection.execute(query)}
    for store_id, code in asked:
        is_there = hanging.get(ids[code] or "") == store_id
        ledger.put_key(wall_key(store_id, code), store_id if is_there else None)


def find_asked(operations: Iterable[Operation]) -> Iterable[Asked]:
    for operation in operations:
        code, store_id = operation.f.get("wall_code"), operation.f.get("store_id")
        if operation.e == "visit" and isinstance(code, str) and isinstance(store_id, str):
            yield store_id, code


def find_id(code: str, seals: tuple[str, ...], now: int) -> str | None:
    """The poster's id in a token of ours, or in what somebody typed."""
    typed = read_typed(code)
    return (typed[1] if typed else None) or (read_token(seals, code, now) if seals else None)
