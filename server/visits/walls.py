"""The codes that hang on a store's own walls: evidence of having stood before one, and what is
found where one should hang."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select

from server.db import Connection
from server.stores.posters import Poster, read_token, read_typed, stand
from server.stores.tables import posters
from sync import Key, Ledger, Operation

WALL = "wall"
CODE = "code"
MATCH = "match"
FIELDS = {"visit": "wall_code", "code_check": "text"}
VERDICTS = ("ours", "typed", "old", "other_store", "foreign")
"""What a code may be where somebody looks for one of a store's or its people's. `typed`: ours by
what is printed below the picture, which says nothing of what the picture is: another may be pasted
over it."""


class Asked(NamedTuple):
    """What was scanned or typed, the store whose it is said to be, and which code of it."""

    store_id: str
    code: str
    poster_id: str | None = None


class Known(NamedTuple):
    """What tells a code of ours: the keys it is signed with, the address that is printed."""

    seals: tuple[str, ...]
    origin: str


def wall_key(store_id: str, code: str) -> Key:
    return WALL, f"{store_id} {code}"


def code_key(verdict: str, store_id: str, code: str, poster_id: str = "") -> Key:
    return CODE, f"{verdict} {poster_id} {store_id} {code}"


async def read_walls(
    connection: Connection, ledger: Ledger, operations: Iterable[Operation], known: Known
) -> None:
    """Tells the ledger which codes of these visits and checks hang where they are said to; in one
    question. A code whose time is over proves nothing, and a person's own code is no wall."""
    asked = list(find_asked(operations))
    if not asked:
        return
    ids = {each.code: find_id(each.code, known, ledger.now) for each in asked}
    wanted = [id for id in ids.values() if id]
    query = select(posters).where(posters.c.org_id == ledger.org, posters.c.id.in_(wanted))
    found = {held["id"]: Poster(**held) for held in (await connection.execute(query)).mappings()}
    for each in asked:
        poster = found.get(ids[each.code] or "")
        is_seen = is_scanned(each.code, known, ledger.now)
        for key, holds in keys_of(each, poster, is_seen, ledger.now):
            ledger.put_key(key, each.store_id if holds else None)


def keys_of(
    asked: Asked, poster: Poster | None, is_seen: bool, now: int
) -> Iterator[tuple[Key, bool]]:
    """Every key that may be asked for, and whether it is so."""
    store_id, code, claimed = asked
    verdict = judge(poster, store_id, now)
    is_leaving = verdict == "old" and poster is not None and stand(poster, now) == "leaving"
    is_wall = poster is not None and poster.staff_id is None
    yield wall_key(store_id, code), is_wall and (verdict == "ours" or is_leaving)
    verdict = "typed" if verdict == "ours" and not is_seen else verdict
    for each in VERDICTS:
        yield code_key(each, store_id, code), each == verdict
    if claimed is not None:
        yield code_key(MATCH, store_id, code, claimed), poster is not None and poster.id == claimed


def judge(poster: Poster | None, store_id: str, now: int) -> str:
    if poster is None:
        return "foreign"
    if poster.store_id != store_id:
        return "other_store"
    return "ours" if stand(poster, now) == "hangs" else "old"


def find_asked(operations: Iterable[Operation]) -> Iterator[Asked]:
    for operation in operations:
        field = FIELDS.get(operation.e)
        if field is None:
            continue
        code, store_id = operation.f.get(field), operation.f.get("store_id")
        if isinstance(code, str) and isinstance(store_id, str):
            yield Asked(store_id, code, named(operation.f.get("poster_id")))


def named(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def find_id(code: str, known: Known, now: int) -> str | None:
    """The poster's id in what was scanned or typed."""
    # The signature first: one token in forty ends like a typed code, a dash and five characters.
    if id := find_signed(code, known, now):
        return id
    typed = read_typed(code_in(code, known.origin) if "://" in code else code)
    return typed[1] if typed else None


def is_scanned(code: str, known: Known, now: int) -> bool:
    """Nobody types a signature."""
    return find_signed(code, known, now) is not None


def find_signed(code: str, known: Known, now: int) -> str | None:
    """An address counts only if it is ours: whoever pastes over a code may use our token under a
    host of their own."""
    token = code_in(code, known.origin) if "://" in code else code
    return read_token(known.seals, token, now) if known.seals else None


def code_in(address: str, origin: str) -> str:
    """The token or typed code of an address of ours; else nothing."""
    try:
        told, own = urlsplit(address), urlsplit(origin)
    except ValueError:
        return ""
    room, _, code = told.path.removeprefix("/").partition("/")
    is_ours = (told.scheme, told.netloc) == (own.scheme, own.netloc)
    return code if is_ours and room in ("r", "p") else ""
