"""Staff from elsewhere: a list that an admin brings, and what a personnel system tells."""

import asyncio
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.db import Connection
from server.errors import BadRequest, Forbidden, TooLarge, Unauthenticated, UnsupportedMedia
from server.ground import Ground, ground_of
from server.identity.actor import may
from server.identity.links import Link, link_for
from server.identity.sessions import actor_of, session_of
from server.identity.signing import BadSeal, Seal
from server.intake import read_json
from server.people.entries import Entry, Newcomer, Plan, Problem, make_plan
from server.people.events import describe, find_answer, find_organisation, keep_answer
from server.people.excel_lists import BadWorkbook, HugeWorkbook, rows_in_excel
from server.people.joining import read_known, take_in
from server.people.staff_lists import LINES_MOST, read_list, rows_in_csv
from server.people.wishes import Id, Role, State
from server.rows import Published, open_ledger, publish
from sync import Ledger

CSV = "text/csv"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PURPOSE = "personnel"
ABOVE_PERSONNEL = frozenset({"area", "admin"})
"""Roles that no other system may give or change."""

Lines = tuple[list[Entry], list[Problem]]
Text = Annotated[str, msgspec.Meta(max_length=80)]
Moment = Annotated[int, msgspec.Meta(ge=0, lt=1 << 52)]


class Told(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One person; what is left out stays as it is. `stores`: codes, names or ids."""

    external_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    name: Text = ""
    phone: Text = ""
    login: Text = ""
    role: Role | None = None
    stores: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] | None = None
    accepts_leads: bool | None = None
    skills: Annotated[tuple[str, ...], msgspec.Meta(max_length=20)] | None = None
    state: State | None = None
    back_at: Moment | None = None


class Event(msgspec.Struct, forbid_unknown_fields=True):
    event_id: Id
    people: Annotated[list[Told], msgspec.Meta(min_length=1, max_length=500)]


# A list that an admin brings


async def import_staff(request: Request) -> Response:
    """POST text/csv or Excel's. `?dry=1` says what it would do. With any fault nothing is done."""
    ground, entities = ground_of(request), request.app.state.entities
    now = ground.clock()
    async with ground.database.read() as connection:
        session = await session_of(request, connection)
        actor = actor_of(session)
        if not may(actor, "configure"):
            raise Forbidden
    lines = await read_lines(request)
    async with ground.database.read() as connection:
        ledger = Ledger(actor.org_id, now, entities)
        told = describe(await plan_list(connection, ledger, *lines))
    if request.query_params.get("dry"):
        return JSONResponse(told)

    async def work(connection: Connection) -> tuple[Published, Plan]:
        ledger = await open_ledger(connection, actor.org_id, entities, now)
        plan = await plan_list(connection, ledger, *lines)
        await take_in(connection, ledger, sound(plan), actor.staff_id)
        return await publish(connection, ledger), plan

    published, plan = await ground.database.transact(work)
    request.app.state.announce(published)
    org = (actor.org_id, session.org_code)
    links = [introduce(each, ground, org, now) for each in plan.newcomers]
    return JSONResponse({**describe(plan), "links": links})


async def read_lines(request: Request) -> Lines:
    """Raises UnsupportedMedia, TooLarge, BadRequest."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in (CSV, EXCEL):
        raise UnsupportedMedia(wanted=CSV)
    data = await request.body()
    if kind == CSV:
        return read_list(rows_in_csv(data))
    try:
        return read_list(await asyncio.to_thread(rows_in_excel, data, LINES_MOST))
    except HugeWorkbook as error:
        raise TooLarge from error
    except BadWorkbook as error:
        raise BadRequest("list_unreadable") from error


async def plan_list(
    connection: Connection, ledger: Ledger, entries: list[Entry], problems: list[Problem]
) -> Plan:
    plan = make_plan(entries, await read_known(connection, ledger), ledger.org, frozenset())
    named = {(each.line, each.field) for each in problems}
    rest = [each for each in plan.problems if (each.line, each.field) not in named]
    plan.problems = sorted([*problems, *rest])
    return plan


def sound(plan: Plan) -> Plan:
    if plan.problems:
        raise BadRequest("list_faulty", problems=[each._asdict() for each in plan.problems])
    return plan


def introduce(newcomer: Newcomer, ground: Ground, org: tuple[str, str], now: int) -> dict[str, str]:
    """A link that signs them in, good for a day: to be handed to them, and to nobody else."""
    path = link_for(ground.config.keys, Link(*org, newcomer.staff_id), now)
    return {
        "name": newcomer.body["name"],
        "login": newcomer.login,
        "link": ground.config.origin + path,
    }


# What a personnel system tells


def token_for(keys: tuple[str, ...], org_code: str, now: int) -> str:
    """For a personnel system; good until the keys change. See the command line."""
    return f"{org_code}.{Seal(keys, PURPOSE).close(org_code, now)}"


async def hear_personnel(request: Request) -> Response:
    """POST. An event that was heard before is answered as it was then, and nothing is done."""
    ground = ground_of(request)
    now, org_code = ground.clock(), read_token(request, ground.config.keys, ground.clock())
    event = await read_json(request, Event)
    org_id = await find_organisation(ground.database, org_code)
    entries = [entry_of(line, each) for line, each in enumerate(event.people, 1)]

    async def work(connection: Connection) -> tuple[Published | None, dict[str, Any]]:
        ledger = await open_ledger(connection, org_id, request.app.state.entities, now)
        if before := await find_answer(connection, org_id, event.event_id):
            return None, before
        known = await read_known(connection, ledger)
        plan = sound(make_plan(entries, known, org_id, ABOVE_PERSONNEL))
        await take_in(connection, ledger, plan, None)
        answer = {name: value for name, value in describe(plan).items() if name != "problems"}
        keep_answer(ledger, event.event_id, answer)
        return await publish(connection, ledger), answer

    published, answer = await ground.database.transact(work)
    if published:
        request.app.state.announce(published)
    return JSONResponse(answer)


def read_token(request: Request, keys: tuple[str, ...], now: int) -> str:
    """The organisation's code. Raises Unauthenticated."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    org_code, _, sealed = token.strip().partition(".")
    try:
        named = Seal(keys, PURPOSE).open(sealed, now)
    except BadSeal as error:
        raise Unauthenticated("bad_credential") from error
    if kind.lower() != "bearer" or named != org_code:
        raise Unauthenticated("bad_credential")
    return org_code


def entry_of(line: int, told: Told) -> Entry:
    return Entry(line=line, **{name: getattr(told, name) for name in told.__struct_fields__})


routes = [
    Route("/api/staff-list", import_staff, methods=["POST"]),
    Route("/api/hr/people", hear_personnel, methods=["POST"]),
]
