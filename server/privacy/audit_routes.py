"""Phones tell whom somebody looked at; whoever answers for a customer is told who did."""

from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import bindparam, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.customers.names import mask_name
from server.db import Connection, as_list, fetch, listed
from server.errors import Forbidden, NotFound
from server.ground import ground_in, ground_of
from server.identity.actor import may
from server.identity.reports import Moment
from server.identity.sessions import signed_in
from server.identity.tables import staff_accounts
from server.intake import read_json
from server.privacy.audit import Look, key_of, looked, write_down
from server.privacy.erasure import may_erase
from server.rows import find_row
from server.rows.load import make_row
from server.rows.tables import RECORD, aliases, rows
from sync import derive_id

MOST = 200
SHOWN = 200
LONGEST_MS = 90 * 24 * 3600 * 1000
"""A phone that was away longer tells of what nobody asks about any more, or has a wrong clock."""


class Seen(msgspec.Struct, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{36}$")]
    customer_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    what: Literal["opened", "listed", "called", "copied"]
    at: Moment


class SeenThere(msgspec.Struct, forbid_unknown_fields=True):
    """What a phone noted since it told last; times by its own clock."""

    sent_at: Moment
    looks: Annotated[list[Seen], msgspec.Meta(max_length=MOST)]


async def take_looks(request: Request) -> Response:
    """POST. Told again they are written once."""
    told, ground = await read_json(request, SeenThere), ground_of(request)
    now, key = ground.clock(), key_of(ground.config.digest_key)
    async with ground.database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)

    async def work(connection: Connection) -> None:
        names = sorted({look.customer_id for look in told.looks})
        known = await find_customers(connection, actor.org_id, names)
        looks = [
            Look(
                # One person's ids are never another's.
                derive_id("look", actor.staff_id, look.id),
                now - min(max(0, told.sent_at - look.at), LONGEST_MS),
                actor.staff_id,
                known[look.customer_id],
                look.what,
            )
            for look in told.looks
            if look.customer_id in known
        ]
        if looks:
            await write_down(connection, actor.org_id, key, looks, now)

    await ground.database.transact(work)
    return Response(status_code=204)


async def find_customers(connection: Connection, org_id: str, names: list[str]) -> dict[str, str]:
    """By the name that was told: the record, also of what became part of one or was erased."""
    among = listed(connection.dialect.name, "ids")
    given = {"org": org_id, "ids": as_list(names)}
    own = select(rows.c.id).where(
        rows.c.org_id == bindparam("org"), rows.c.entity == "customer", rows.c.id.in_(among)
    )
    found = {id: id for (id,) in await fetch(connection, own, given)}
    part = select(aliases.c.alias_id, aliases.c.row_id).where(
        aliases.c.org_id == bindparam("org"), aliases.c.alias_id.in_(among)
    )
    return found | {alias_id: id for alias_id, id in await fetch(connection, part, given)}


async def note_look(
    app: Starlette, org_id: str, staff_id: str | None, customer_id: str, what: str
) -> None:
    """Something that the server itself handed out; before it does."""
    ground = ground_in(app)
    now = ground.clock()
    id = derive_id("look", org_id, staff_id or "", customer_id, what, now)
    looks = [Look(id, now, staff_id, customer_id, what)]
    key = key_of(ground.config.digest_key)
    await ground.database.transact(
        partial(write_down, org_id=org_id, key=key, looks=looks, now=now)
    )


async def list_looks(request: Request) -> Response:
    """GET. Managers of the customer's store, and admins: the latest first."""
    async with ground_of(request).database.read() as connection:
        actor = await signed_in(request, connection)
        person = await find_row(connection, actor.org_id, request.path_params["id"])
        if person is None or person.entity != "customer":
            raise NotFound
        if not may_erase(actor, person.body["store_id"]):
            raise NotFound
        names = [person.id, *(person.body.get("merged_ids") or ())]
        found = await read_looks(connection, actor.org_id, names)
    return JSONResponse({"looks": found})


async def read_looks(connection: Connection, org_id: str, names: list[str]) -> list[dict[str, Any]]:
    whose = (staff_accounts.c.org_id == looked.c.org_id) & (
        staff_accounts.c.id == looked.c.staff_id
    )
    query = (
        select(
            *(looked.c.staff_id, looked.c.what, looked.c.seen_at, looked.c.at),
            staff_accounts.c.name.label("staff_name"),
        )
        .select_from(looked.outerjoin(staff_accounts, whose))
        .where(looked.c.org_id == org_id, looked.c.customer_id.in_(names))
        .order_by(looked.c.seen_at.desc(), looked.c.nth.desc())
        .limit(SHOWN)
    )
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def list_looks_of(request: Request) -> Response:
    """GET. Admins: at whom one member of staff looked, the latest first."""
    async with ground_of(request).database.read() as connection:
        actor = await signed_in(request, connection)
        if not may(actor, "configure"):
            raise Forbidden
        found = await read_looks_of(connection, actor.org_id, request.path_params["id"])
        names = await read_masked(connection, actor.org_id, [each["customer_id"] for each in found])
    told = [{**each, "name_masked": names.get(each["customer_id"], "")} for each in found]
    return JSONResponse({"looks": told})


async def read_looks_of(connection: Connection, org_id: str, staff_id: str) -> list[dict[str, Any]]:
    query = (
        select(looked.c.customer_id, looked.c.what, looked.c.seen_at, looked.c.at)
        .where(looked.c.org_id == org_id, looked.c.staff_id == staff_id)
        .order_by(looked.c.seen_at.desc(), looked.c.nth.desc())
        .limit(SHOWN)
    )
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def read_masked(connection: Connection, org_id: str, ids: list[str]) -> dict[str, str]:
    """Nothing for whoever was erased."""
    among = listed(connection.dialect.name, "ids")
    query = select(*RECORD).where(
        rows.c.org_id == bindparam("org"), rows.c.entity == "customer", rows.c.id.in_(among)
    )
    held = await fetch(connection, query, {"org": org_id, "ids": as_list(sorted(set(ids)))})
    people = [make_row(*each) for each in held]
    return {
        row.id: mask_name(row.body.get("name") or row.body.get("salutation") or "")
        for row in people
        if row.body
    }


routes = [
    Route("/api/staff/{id}/looks", list_looks_of, methods=["GET"]),
    Route("/api/looks", take_looks, methods=["POST"]),
    Route("/api/customers/{id}/looks", list_looks, methods=["GET"]),
]
