"""Posters and the place each hangs in, one organisation a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from server.db import Connection
from server.identity.tables import organisations
from server.rows import find_row
from server.stores.posters import Poster, make_id, read_typed, shorten
from server.stores.tables import poster_registrations, posters


@dataclass(frozen=True)
class Hanging:
    """A poster with its organisation's name and its store's body as phones have it."""

    poster: Poster
    organisation: str
    store: dict[str, Any]


ENDS = ("revoked_at", "ends_at", "replaced_by", "ended_by", "ended_at")
HANGS = (posters.c.revoked_at.is_(None), posters.c.ends_at.is_(None))


async def find_poster(connection: Connection, id: str) -> Hanging | None:
    """By what is printed on it; revoked ones too, whether they count is the caller's to say."""
    typed = read_typed(id)
    if typed is None:
        return None
    org_code, poster_id = typed
    query = (
        select(posters, organisations.c.name.label("organisation"))
        .join(organisations, organisations.c.org_id == posters.c.org_id)
        .where(organisations.c.code == org_code, posters.c.id == poster_id)
    )
    held = (await connection.execute(query)).mappings().one_or_none()
    if held is None:
        return None
    values = dict(held)
    organisation = values.pop("organisation")
    store = await find_row(connection, values["org_id"], values["store_id"])
    return Hanging(Poster(**values), organisation, store.body if store else {})


async def list_posters(connection: Connection, org_id: str) -> Sequence[Poster]:
    """An organisation's posters that still hang, by store and position."""
    query = (
        select(posters)
        .where(posters.c.org_id == org_id, *HANGS)
        .order_by(posters.c.store_id, posters.c.position)
    )
    return [Poster(**held) for held in (await connection.execute(query)).mappings()]


async def list_store_posters(
    connection: Connection, org_id: str, store_id: str
) -> Sequence[Hanging]:
    """The store's own that still hang, by position; not the codes of its people."""
    query = (
        select(posters, organisations.c.name.label("organisation"))
        .join(organisations, organisations.c.org_id == posters.c.org_id)
        .where(
            posters.c.org_id == org_id,
            posters.c.store_id == store_id,
            *HANGS,
            posters.c.staff_id.is_(None),
        )
        .order_by(posters.c.position, posters.c.id)
    )
    found = [dict(held) for held in (await connection.execute(query)).mappings()]
    store = await find_row(connection, org_id, store_id)
    body = store.body if store else {}
    return [
        Hanging(organisation=held.pop("organisation"), poster=Poster(**held), store=body)
        for held in found
    ]


async def list_ended(
    connection: Connection, org_id: str, store_id: str, since: int
) -> Sequence[Poster]:
    """The store's own that were replaced, taken down or revoked, unless that was over before
    `since` (ms); the latest first."""
    over_at = func.coalesce(posters.c.revoked_at, posters.c.ends_at)
    query = (
        select(posters)
        .where(posters.c.org_id == org_id, posters.c.store_id == store_id, over_at >= since)
        .where(posters.c.staff_id.is_(None))
        .order_by(over_at.desc(), posters.c.id)
    )
    return [Poster(**held) for held in (await connection.execute(query)).mappings()]


async def list_personal(
    connection: Connection, org_id: str, store_id: str, since: int, staff_id: str | None
) -> Sequence[Poster]:
    """The codes of the store's people, or of `staff_id` alone; without those that were over before
    `since` (ms). Those that hang first, then the latest."""
    over_at = func.coalesce(posters.c.revoked_at, posters.c.ends_at)
    query = (
        select(posters)
        .where(posters.c.org_id == org_id, posters.c.store_id == store_id)
        .where(
            posters.c.staff_id.is_not(None) if staff_id is None else posters.c.staff_id == staff_id
        )
        .where(or_(over_at.is_(None), over_at >= since))
        .order_by(over_at.is_not(None), over_at.desc(), posters.c.id)
    )
    return [Poster(**held) for held in (await connection.execute(query)).mappings()]


async def end_personal(
    connection: Connection,
    org_id: str,
    staff_id: str,
    where: ColumnElement[bool],
    by_id: str | None,
    now: int,
) -> None:
    """A person's codes are over, also those in their grace; `where` says of which stores."""
    goes_on = or_(posters.c.ends_at.is_(None), posters.c.ends_at > now)
    statement = (
        update(posters)
        .where(posters.c.org_id == org_id, posters.c.staff_id == staff_id)
        .where(posters.c.revoked_at.is_(None), goes_on, where)
        .values(ends_at=now, ended_by=by_id, ended_at=now)
    )
    await connection.execute(statement)


async def end_poster(connection: Connection, before: Poster, ended: Poster) -> bool:
    """Writes what is said of its end; False if somebody said so meanwhile."""
    told = {name: getattr(ended, name) for name in ENDS}
    mine = (posters.c.org_id == ended.org_id, posters.c.id == ended.id)
    seen = (posters.c.revoked_at.is_(None), posters.c.ends_at.is_not_distinct_from(before.ends_at))
    statement = update(posters).where(*mine, *seen).values(told)
    return (await connection.execute(statement)).rowcount == 1


async def read_code(connection: Connection, org_id: str) -> str:
    """The organisation's, with which every typed code begins."""
    query = select(organisations.c.code).where(organisations.c.org_id == org_id)
    return str((await connection.execute(query)).scalar_one())


async def hang_poster(
    connection: Connection,
    org_id: str,
    org_code: str,
    store_id: str,
    position: str,
    random: bytes,
    now: int,
    staff_id: str | None = None,
) -> Poster:
    """A new poster, of the store's or of one person's. `random`: ten bytes that nobody can guess;
    `now` in ms."""
    code = shorten(random)
    made = Poster(org_id, make_id(org_code, code), store_id, position, code, None, now, staff_id)
    await connection.execute(insert(posters).values(vars(made)))
    return made


async def note_registration(
    connection: Connection, poster: Poster, day: str, arrival_id: str, lead_id: str
) -> None:
    """Which code somebody came by; `day` of the store's calendar. Once for each arrival."""
    values = {"org_id": poster.org_id, "poster_id": poster.id, "day": day}
    told = {**values, "arrival_id": arrival_id, "lead_id": lead_id}
    await connection.execute(insert(poster_registrations).values(told))
