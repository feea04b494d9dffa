"""A store's codes, for whoever leads it: which hang, a new one for a new position, and their end.

A code ends in one of three ways. Replaced, it goes on for a grace, in which the printed sheets are
changed. Taken down, it is over at once, and its readers choose a store. Revoked, because somebody
misuses it, it leads nowhere. The codes of people end so too: the first two are the person's own to
say, the third is for whoever leads the store.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.clock import DAY_MS
from server.db import Connection
from server.errors import BadRequest, Conflict, Forbidden, NotFound
from server.ground import Ground, ground_of
from server.identity.actor import Actor, leads_store
from server.identity.sessions import signed_in
from server.intake import read_json
from server.rows import find_row, lock_head
from server.stores.calendar import Calendar, calendar_of
from server.stores.code_weeks import code_week, last_found, read_checks, read_hanging
from server.stores.posters import CODE_BYTES, Poster, sign, stand
from server.stores.queries import (
    end_personal,
    end_poster,
    find_poster,
    hang_poster,
    list_ended,
    list_personal,
    list_store_posters,
    read_code,
)
from server.stores.tables import posters
from sync import Row

MOST = 60
"""Codes that one store may hang: more are a mistake, and nobody could walk past them in a week."""


SHOWN_MS = 60 * DAY_MS
"""How long after its end a code is still listed, with what is still scanned of it."""


class PositionWish(msgspec.Struct, forbid_unknown_fields=True):
    position: Annotated[str, msgspec.Meta(max_length=20)]


class Ending(msgspec.Struct, forbid_unknown_fields=True):
    how: Literal["replace", "take_down", "revoke"]
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=90)] = 14
    replace: bool = True


async def show_posters(request: Request) -> Response:
    """GET. Those that hang, by position, and those to be changed; apart from them, for the week's
    walk, the codes of people who are at work, and people's codes whose end was said."""
    ground, store_id = ground_of(request), request.path_params["id"]
    now = ground.clock()
    async with ground.database.read() as connection:
        actor, store = await leader_of(request, connection, store_id)
        held = await list_store_posters(connection, actor.org_id, store_id)
        week = code_week(calendar_of(store.body), now)
        checks = await read_checks(connection, actor.org_id, [store_id], week.since)
        ended = await list_ended(connection, actor.org_id, store_id, now - SHOWN_MS)
        hanging = await read_hanging(connection, actor.org_id, [store_id])
        personal = await list_personal(connection, actor.org_id, store_id, now - SHOWN_MS, None)
    seen = last_found(checks)
    badges = sorted((each for each in hanging if each.staff_id), key=by_name)
    over = [each for each in personal if stand(each, now) != "hangs"]
    return JSONResponse(
        {
            "at": now,
            "posters": [describe_hung(ground, each.poster, seen) for each in held],
            "old": [describe_end(ground, each, now) for each in ended],
            "badges": [describe_hung(ground, each, seen) for each in badges],
            "old_badges": [describe_end(ground, each, now) for each in over],
            "check": week._asdict(),
        }
    )


def by_name(poster: Poster) -> tuple[str, str]:
    return poster.position, poster.id


async def hang(request: Request) -> Response:
    """POST. One code for each position: asked for again, it is answered that there is one."""
    ground, store_id = ground_of(request), request.path_params["id"]
    wish = await read_json(request, PositionWish)
    position, now = " ".join(wish.position.split()), ground.clock()
    if not position:
        raise BadRequest("invalid", field="position")
    async with ground.database.read() as connection:
        actor, _ = await leader_of(request, connection, store_id)

    async def work(connection: Connection) -> Poster:
        held = await list_store_posters(connection, actor.org_id, store_id)
        if any(each.poster.position.lower() == position.lower() for each in held):
            raise Conflict("position_taken", field="position")
        if len(held) >= MOST:
            raise Conflict("too_many", most=MOST)
        code, random = await read_code(connection, actor.org_id), secrets.token_bytes(CODE_BYTES)
        return await hang_poster(connection, actor.org_id, code, store_id, position, random, now)

    made = await ground.database.transact(work)
    return JSONResponse(describe(ground, made), status_code=201)


async def end(request: Request) -> Response:
    """POST. The old code as it is now, and the new one of its position if there is one."""
    ground, wish = ground_of(request), await read_json(request, Ending)
    store_id, now = request.path_params["id"], ground.clock()
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        store = await find_store(connection, actor, store_id)
    ends_at = end_of_grace(calendar_of(store.body), now, wish)

    async def work(connection: Connection) -> tuple[Poster, Poster | None]:
        held = await find_poster(connection, request.path_params["poster_id"])
        poster = check_ending(held.poster if held else None, actor, store_id, wish, now)
        made = None
        if wish.replace and wish.how != "take_down" and poster.ends_at is None:
            made = await hang_again(connection, poster, now)
        ended = replace(
            poster,
            revoked_at=now if wish.how == "revoke" else None,
            ends_at=ends_at if poster.ends_at is None else poster.ends_at,
            replaced_by=made.id if made else poster.replaced_by,
            ended_by=actor.staff_id,
            ended_at=now,
        )
        if not await end_poster(connection, poster, ended):
            raise Conflict("ended_before")
        if poster.staff_id and wish.how == "take_down":
            # Whoever gives up their code does not mean the sheets of before to go on.
            here = posters.c.store_id == store_id
            await end_personal(connection, actor.org_id, actor.staff_id, here, actor.staff_id, now)
        return ended, made

    ended, made = await ground.database.transact(work)
    new = describe(ground, made) if made else None
    return JSONResponse({"old": describe_end(ground, ended, now), "new": new})


def end_of_grace(calendar: Calendar, now: int, wish: Ending) -> int:
    """The midnight after the last day of grace: no sheet is over in the middle of a day."""
    if wish.how != "replace" or wish.grace_days == 0:
        return now
    last = calendar.date_at(now) + timedelta(days=wish.grace_days + 1)
    return int(datetime.combine(last, time(), calendar.zone).timestamp() * 1000)


def check_ending(
    poster: Poster | None, actor: Actor, store_id: str, wish: Ending, now: int
) -> Poster:
    """Raises NotFound for what is no code of this store's, or none that one may see; Forbidden for
    an end that is somebody else's to say; Conflict for one whose end was said. One in its grace can
    still be revoked."""
    if poster is None or (poster.org_id, poster.store_id) != (actor.org_id, store_id):
        raise NotFound
    check_right(poster, actor, wish)
    standing = stand(poster, now)
    if standing == "revoked" or (standing != "hangs" and wish.how != "revoke"):
        raise Conflict("ended_before", standing=standing, ends_at=poster.ends_at)
    return poster


def check_right(poster: Poster, actor: Actor, wish: Ending) -> None:
    is_own, leads = poster.staff_id == actor.staff_id, leads_store(actor, poster.store_id)
    if not is_own and not leads:
        raise NotFound
    if poster.staff_id is None or (is_own and leads):
        return
    if wish.how in (("replace", "take_down") if leads else ("revoke",)):
        raise Forbidden


async def hang_again(connection: Connection, poster: Poster, now: int) -> Poster:
    """A person's with the name that they have by now."""
    of_id = poster.staff_id
    if of_id:
        # They may be leaving just now, which ends what they have.
        await lock_head(connection, poster.org_id)
    person = await find_row(connection, poster.org_id, of_id) if of_id else None
    position = str(person.body["name"]) if person else poster.position
    org_code, random = poster.id.rpartition("-")[0], secrets.token_bytes(CODE_BYTES)
    return await hang_poster(
        connection, poster.org_id, org_code, poster.store_id, position, random, now, of_id
    )


async def leader_of(request: Request, connection: Connection, store_id: str) -> tuple[Actor, Row]:
    """And the store. Raises NotFound alike for stores of others and for what is none."""
    actor = await signed_in(request, connection)
    store = await find_store(connection, actor, store_id)
    if not leads_store(actor, store_id):
        raise NotFound
    return actor, store


async def find_store(connection: Connection, actor: Actor, store_id: str) -> Row:
    """Raises NotFound for stores that are none of the actor's, and for what is none."""
    store = await find_row(connection, actor.org_id, store_id)
    is_theirs = store_id in actor.store_ids or leads_store(actor, store_id)
    if store is None or store.entity != "store" or not is_theirs:
        raise NotFound
    return store


def describe(ground: Ground, poster: Poster) -> dict[str, Any]:
    return {
        "id": poster.id,
        "position": poster.position,
        "link": link_to(ground, poster),
        "created_at": poster.created_at,
    }


def link_to(ground: Ground, poster: Poster) -> str:
    return f"{ground.config.origin}/r/{sign(ground.config.keys, poster)}"


def describe_hung(ground: Ground, poster: Poster, found: Mapping[str, Row]) -> dict[str, Any]:
    """And whether somebody found it this week, and who."""
    seen = found.get(poster.id)
    check = {"checked_at": seen.at if seen else None, "checked_by": seen.author if seen else None}
    return describe(ground, poster) | check


def describe_end(ground: Ground, poster: Poster, now: int) -> dict[str, Any]:
    names = ("id", "position", "ends_at", "revoked_at", "replaced_by", "ended_by", "ended_at")
    told = {name: getattr(poster, name) for name in names}
    return {**told, "link": link_to(ground, poster), "standing": stand(poster, now)}


routes = [
    Route("/api/stores/{id}/posters", show_posters, methods=["GET"]),
    Route("/api/stores/{id}/posters", hang, methods=["POST"]),
    Route("/api/stores/{id}/posters/{poster_id}/ending", end, methods=["POST"]),
]
