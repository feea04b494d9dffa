"""To erase a customer, told beforehand what goes; and which phones have yet to confirm it."""

from collections import Counter
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import Forbidden, NotFound
from server.ground import ground_of
from server.identity.actor import Actor
from server.identity.sessions import signed_in
from server.identity.tables import devices, staff_accounts
from server.intake import read_json
from server.privacy.carrying_out import carry_out
from server.privacy.erasing import Wish
from server.privacy.erasure import Reason, may_erase
from server.privacy.erasure_tables import erasure_receipts, erasures
from server.privacy.receipts import find_people, find_phones
from server.rows import find_row, load_tree
from sync import Ledger, Row

SHOWN = 200


class ErasureWish(msgspec.Struct, forbid_unknown_fields=True):
    reason: Reason


async def foresee_erasure(request: Request) -> Response:
    """GET. How many records of each kind would go, from how many phones."""
    ground = ground_of(request)
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        person = await find_row(connection, actor.org_id, request.path_params["id"])
        check_theirs(actor, person)
        assert person is not None
        ledger = Ledger(actor.org_id, ground.clock(), request.app.state.entities)
        tree = await load_tree(connection, ledger, [person.root])
        scopes = {scope for row in tree for scope in row.scopes}
        people = await find_people(connection, actor.org_id, tree, scopes)
        phones = await find_phones(connection, actor.org_id, people)
    return JSONResponse({**foresee(tree), "phones": len(phones)})


def foresee(tree: list[Row]) -> dict[str, Any]:
    there = [row for row in tree if not row.deleted]
    waits = [row for row in there if row.entity == "lead" and row.body.get("state") != "closed"]
    counts = Counter(row.entity for row in there)
    return {"records": dict(sorted(counts.items())), "open_leads": len(waits)}


async def erase_customer(request: Request) -> Response:
    """POST. An open lead ends with it. Sent again it answers the same."""
    wish = await read_json(request, ErasureWish)
    async with ground_of(request).database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    asked = Wish(request.path_params["id"], actor.staff_id, wish.reason)
    done = await carry_out(request.app, actor.org_id, asked, partial(may_erase, actor))
    if done is None:
        raise NotFound
    return JSONResponse({"id": done.id, "at": done.at})


def check_theirs(actor: Actor, person: Row | None) -> None:
    """Raises NotFound alike for nobody and for another store's customer."""
    if person is None or person.entity != "customer":
        raise NotFound
    if not may_erase(actor, person.body["store_id"]):
        raise NotFound


async def list_erasures(request: Request) -> Response:
    """GET. The latest first; of each the phones that have not confirmed it, and how many have."""
    ground = ground_of(request)
    await request.app.state.receipts.flush(ground.database)
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        if actor.role not in ("manager", "admin"):
            raise Forbidden
        found = await read_erasures(connection, actor)
        phones = await read_phones(connection, actor.org_id)
    told = [describe(each, phones.get(each["id"], [])) for each in found]
    return JSONResponse({"erasures": told})


async def read_erasures(connection: Connection, actor: Actor) -> list[dict[str, Any]]:
    query = select(erasures).where(erasures.c.org_id == actor.org_id)
    if actor.role != "admin":
        query = query.where(erasures.c.store_id.in_(actor.store_ids))
    latest = query.order_by(erasures.c.at.desc(), erasures.c.id).limit(SHOWN)
    return [dict(held) for held in (await connection.execute(latest)).mappings()]


async def read_phones(connection: Connection, org_id: str) -> dict[str, list[dict[str, Any]]]:
    """By erasure. What a phone is called, whose it is, and when it was last heard of."""
    receipts = erasure_receipts
    mine = (devices.c.org_id == receipts.c.org_id) & (devices.c.id == receipts.c.device_id)
    whose = (staff_accounts.c.org_id == devices.c.org_id) & (
        staff_accounts.c.id == devices.c.staff_id
    )
    query = (
        select(
            *(receipts.c.erasure_id, receipts.c.device_id, receipts.c.confirmed_at),
            *(devices.c.name, devices.c.staff_id, staff_accounts.c.name.label("staff_name")),
            *(devices.c.last_seen_at, devices.c.revoked_at),
        )
        .join(devices, mine)
        .join(staff_accounts, whose)
        .where(receipts.c.org_id == org_id)
    )
    phones: dict[str, list[dict[str, Any]]] = {}
    for held in (await connection.execute(query)).mappings():
        phones.setdefault(held["erasure_id"], []).append(dict(held))
    return phones


def describe(erasure: dict[str, Any], phones: list[dict[str, Any]]) -> dict[str, Any]:
    shown = ("device_id", "name", "staff_id", "staff_name", "last_seen_at", "revoked_at")
    waiting = [{name: phone[name] for name in shown} for phone in phones if is_silent(phone)]
    return {
        **{name: erasure[name] for name in ("id", "at", "by_id", "reason", "store_id")},
        "confirmed": len(phones) - len(waiting),
        "waiting": sorted(waiting, key=lambda each: (each["last_seen_at"] or 0, each["device_id"])),
    }


def is_silent(phone: dict[str, Any]) -> bool:
    return phone["confirmed_at"] is None


routes = [
    Route("/api/customers/{id}/erasure", foresee_erasure, methods=["GET"]),
    Route("/api/customers/{id}/erasure", erase_customer, methods=["POST"]),
    Route("/api/erasures", list_erasures, methods=["GET"]),
]
