"""WeCom's address book tells who joins, changes and leaves."""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.db import Connection, insert_into
from server.errors import BadRequest, Unauthenticated
from server.ground import ground_of
from server.identity.tables import organisations
from server.notify.vault import LostKey, Vault
from server.people.entries import Plan, make_plan
from server.people.events import describe, find_answer, find_organisation, keep_answer
from server.people.joining import read_known, take_in
from server.people.list_routes import ABOVE_PERSONNEL
from server.people.tables import contact_callbacks
from server.people.wecom_departments import Departments, check_tree, is_of_departments
from server.people.wecom_events import event_id_of, is_of_people, read_change, renamed
from server.people.wecom_letters import BadLetter, Seals, open_letter, read_key, read_xml
from server.people.wecom_places import move_department, note_member, read_departments
from server.rows import Published, open_ledger, publish
from sync import Ledger

log = logging.getLogger("shopbell.people")


async def prove(request: Request) -> Response:
    """GET. WeCom asks once, when the address is set up there: says what only we can read."""
    query = dict(request.query_params)
    _, seals = await find_callback(request)
    try:
        said = open_letter(seals, query.get("echostr", ""), query, ground_of(request).clock())
    except BadLetter as error:
        raise Unauthenticated("bad_credential") from error
    return PlainTextResponse(said)


async def hear_wecom(request: Request) -> Response:
    """POST. WeCom hears "success" for whatever it wrote itself: asked again it says the same."""
    ground = ground_of(request)
    org_id, seals = await find_callback(request)
    try:
        sealed = read_xml(await request.body()).get("Encrypt", "")
        letter = open_letter(seals, sealed, dict(request.query_params), ground.clock())
    except BadLetter as error:
        raise Unauthenticated("bad_credential") from error
    try:
        told = read_xml(letter)
    except BadLetter as error:
        raise BadRequest from error
    if is_of_people(told) or is_of_departments(told):
        await follow(request, org_id, event_id_of(letter), told)
    return PlainTextResponse("success")


async def follow(request: Request, org_id: str, event_id: str, told: Mapping[str, str]) -> None:
    """In one transaction, once. What cannot be done is kept with the event and in the journal."""
    ground, entities = ground_of(request), request.app.state.entities
    now = ground.clock()

    async def work(connection: Connection) -> Published | None:
        ledger = await open_ledger(connection, org_id, entities, now)
        if await find_answer(connection, org_id, event_id) is not None:
            return None
        departments = await read_departments(connection, org_id)
        change = make_change if is_of_people(told) else move_department
        plan = await change(connection, ledger, told, departments)
        if codes := [(each.code, each.field) for each in plan.problems]:
            log.warning("WeCom's %s was not followed: %s", told["ChangeType"], codes)
        keep_answer(ledger, event_id, {"change": told["ChangeType"], **describe(plan)})
        return await publish(connection, ledger)

    if published := await ground.database.transact(work):
        request.app.state.announce(published)


async def make_change(
    connection: Connection,
    ledger: Ledger,
    told: Mapping[str, str],
    departments: Departments,
) -> Plan:
    known = await read_known(connection, ledger)
    entry = read_change(told, known, departments)
    plan = make_plan([entry] if entry else [], known, ledger.org, ABOVE_PERSONNEL)
    if plan.problems:
        return plan
    plan.names |= renamed(told, known)
    await take_in(connection, ledger, plan, None)
    staff_id = {**known.external, **plan.names}.get(told["UserID"])
    if staff_id is not None and "Department" in told:
        await note_member(connection, ledger.org, staff_id, told["Department"])
    return plan


async def find_callback(request: Request) -> tuple[str, Seals]:
    """An organisation's id and its seals. Raises Unauthenticated, also for one that never set
    them up."""
    database = ground_of(request).database
    org_id = await find_organisation(database, request.path_params["org_code"])
    query = select(contact_callbacks).where(contact_callbacks.c.org_id == org_id)
    async with database.read(snapshot=False) as connection:
        found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise Unauthenticated("bad_credential")
    vault = Vault(ground_of(request).config.keys)
    try:
        seals = Seals(found.corp_id, vault.open(found.token), vault.open(found.aes_key))
    except LostKey as error:
        raise Unauthenticated("bad_credential") from error
    return org_id, seals


async def put_callback(
    connection: Connection,
    vault: Vault,
    org_code: str,
    seals: Seals,
    departments: Departments,
) -> None:
    """One for each organisation; another replaces it, but for the tree of departments that it does
    not name. Raises ValueError for a key that is none, Circular."""
    read_key(seals.aes_key)
    check_tree(departments.parents)
    found = select(organisations.c.org_id).where(organisations.c.code == org_code)
    values: dict[str, Any] = {
        "corp_id": seals.corp_id,
        "token": vault.close(seals.token),
        "aes_key": vault.close(seals.aes_key),
        "departments": msgspec.json.encode(departments.stores).decode(),
        "parents": msgspec.json.encode(departments.parents).decode(),
    }
    org_id = (await connection.execute(found)).scalar_one()
    statement = insert_into(connection, contact_callbacks).values(org_id=org_id, **values)
    changed = {name: value for name, value in values.items() if name != "parents"}
    changed |= {"parents": values["parents"]} if departments.parents else {}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["org_id"], set_=changed)
    )


routes = [
    Route("/api/wecom/{org_code}", prove, methods=["GET"]),
    Route("/api/wecom/{org_code}", hear_wecom, methods=["POST"]),
]
