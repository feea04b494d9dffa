"""Admins hold no customer's rows: for them somebody is found by their number, to be erased; and
where else the number stands: in what was refused, and among the words of other records."""

import re
from typing import Annotated, Any

import msgspec
from limits import RateLimitItemPerHour
from sqlalchemy import Text, select, type_coerce
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.attempts import attempts_at
from server.customers import phone
from server.customers.customer import PHONE_KEY
from server.customers.names import mask_name
from server.db import Connection
from server.errors import BadRequest, Forbidden, NotFound
from server.ground import ground_of
from server.identity.actor import may
from server.identity.sessions import signed_in
from server.intake import read_json
from server.privacy.audit_routes import note_look
from server.privacy.carrying_out import carry_out_refused
from server.privacy.erasing import RefusedWish
from server.privacy.erasure import Reason
from server.privacy.outside import REFUSAL, find_refused_with, holds, texts_in
from server.rows import load, read_row
from server.rows.tables import RECORD, rows
from sync import Ledger, Row

SEARCHES = RateLimitItemPerHour(60)
SHOWN = 50


class Number(msgspec.Struct, forbid_unknown_fields=True):
    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class RefusedWishes(Number):
    reason: Reason


async def find_by_number(request: Request) -> Response:
    """POST, so that no number stands in an address. Raises BadRequest for what is no number."""
    wish, ground = await read_json(request, Number), ground_of(request)
    async with ground.database.read() as connection:
        actor = await signed_in(request, connection)
        if not may(actor, "configure"):
            raise Forbidden
        await attempts_at(request).count(SEARCHES, "find_by_number", actor.org_id, actor.staff_id)
        number = read_number(wish)
        ledger = Ledger(actor.org_id, ground.clock(), request.app.state.entities)
        found = await find(connection, ledger, number)
        person_id = found["id"] if found else None
        elsewhere = await find_elsewhere(connection, ledger, number, person_id)
    if found is not None:
        await note_look(request.app, actor.org_id, actor.staff_id, found["id"], "found")
    return JSONResponse({"found": found, "elsewhere": elsewhere})


async def erase_refused(request: Request) -> Response:
    """POST. What was refused and has a number that nobody has. NotFound where there is none."""
    wish = await read_json(request, RefusedWishes)
    async with ground_of(request).database.read(snapshot=False) as connection:
        actor = await signed_in(request, connection)
    if not may(actor, "configure"):
        raise Forbidden
    asked = RefusedWish(read_number(wish), actor.staff_id, wish.reason)
    done = await carry_out_refused(request.app, actor.org_id, asked)
    if done is None:
        raise NotFound
    return JSONResponse({"id": done.id, "at": done.at})


def read_number(wish: Number) -> str:
    number = phone.canonical(wish.phone)
    if number is None:
        raise BadRequest(field="phone")
    return number


async def find(connection: Connection, ledger: Ledger, number: str) -> dict[str, Any] | None:
    """As much as it takes to know that it is the right one."""
    await load(connection, ledger, keys=[(PHONE_KEY, number)])
    person = ledger.key(PHONE_KEY, number)
    if person is None or person.entity != "customer":
        return None
    body = person.body
    return {
        "id": person.id,
        "name_masked": mask_name(body.get("name") or body.get("salutation") or ""),
        "phone_masked": phone.mask(body.get("phone") or ""),
        "store_id": body["store_id"],
    }


async def find_elsewhere(
    connection: Connection, ledger: Ledger, number: str, person_id: str | None
) -> list[dict[str, Any]]:
    """Where, when and by whom it was written, and nothing of what: the person's own tree aside."""
    held = (await connection.execute(having(ledger, number))).mappings()
    written = [
        row
        for row in map(read_row, held)
        if row.root != person_id and any(holds(text, number) for text in texts_in(row.body))
    ]
    refused = await find_refused_with(connection, ledger, number)
    latest = sorted((*written, *refused), key=lambda row: (-row.at, row.id))
    return [describe(row) for row in latest[:SHOWN]]


def having(ledger: Ledger, number: str) -> Any:
    """A look at all rows that somebody wrote: as often as somebody asks for such a number."""
    digits = re.sub("[^0-9]", "", number.removeprefix("+86").partition("x")[0])
    parts = [each for each in (digits[:3], digits[3:7], digits[7:]) if each]
    written = [each.name for each in ledger.entities.values() if each.kind != "server"]
    body = type_coerce(rows.c.body, Text)
    return select(*RECORD).where(
        rows.c.org_id == ledger.org,
        rows.c.entity.in_(written),
        rows.c.deleted == 0,
        body.like("%" + "%".join(parts) + "%"),
    )


def describe(row: Row) -> dict[str, Any]:
    is_refused = row.entity == REFUSAL
    body = row.body["fields"] if is_refused else row.body
    store_id = body.get("store_id")
    return {
        "id": row.id,
        "entity": row.body["entity"] if is_refused else row.entity,
        "at": row.at,
        "by_id": row.author,
        "store_id": store_id if isinstance(store_id, str) else None,
        "refused": is_refused,
    }


routes = [
    Route("/api/erasures/find", find_by_number, methods=["POST"]),
    Route("/api/erasures/refused", erase_refused, methods=["POST"]),
]
