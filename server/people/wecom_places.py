"""Who is where in WeCom's address book, as far as its letters have told."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import select, update

from server.db import Connection, bulk_upsert
from server.people.entries import Entry, Known, Plan, Problem, make_plan
from server.people.joining import read_known, take_in
from server.people.list_routes import ABOVE_PERSONNEL
from server.people.tables import contact_callbacks, contact_members
from server.people.wecom_departments import Circular, Departments, change_tree
from server.people.wishes import LEFT
from sync import Ledger


async def read_departments(connection: Connection, org_id: str) -> Departments:
    query = select(contact_callbacks.c.departments, contact_callbacks.c.parents).where(
        contact_callbacks.c.org_id == org_id
    )
    held = (await connection.execute(query)).one()
    return Departments(*(msgspec.json.decode(text, type=dict[str, str]) for text in held))


async def note_member(connection: Connection, org_id: str, staff_id: str, departments: str) -> None:
    """Nobody is asked again: when a department moves no letter comes for its people."""
    await bulk_upsert(connection, contact_members, [(org_id, staff_id, departments)])


async def move_department(
    connection: Connection, ledger: Ledger, told: Mapping[str, str], before: Departments
) -> Plan:
    """With everybody who is in it or below, if that is another store's now."""
    try:
        parents = change_tree(told, before.parents)
    except Circular:
        return Plan(problems=[Problem(1, "circular", "ParentId", told["Id"])])
    text = msgspec.json.encode(parents).decode()
    statement = update(contact_callbacks).where(contact_callbacks.c.org_id == ledger.org)
    await connection.execute(statement.values(parents=text))
    known = await read_known(connection, ledger)
    members = await read_members(connection, ledger.org)
    moved = find_moved(members, known, before, before._replace(parents=parents))
    plan = make_plan(moved, known, ledger.org, ABOVE_PERSONNEL)
    await take_in(connection, ledger, plan, None)
    return plan


async def read_members(connection: Connection, org_id: str) -> dict[str, str]:
    query = select(contact_members.c.staff_id, contact_members.c.departments).where(
        contact_members.c.org_id == org_id
    )
    return {staff_id: numbers for staff_id, numbers in await connection.execute(query)}


def find_moved(
    members: Mapping[str, str], known: Known, before: Departments, after: Departments
) -> list[Entry]:
    """Only where the tree says otherwise than it did: stores may have been set by hand since."""
    names = {staff_id: name for name, staff_id in known.external.items()}
    return [
        Entry(nth, external_id=names[staff_id], stores=stores)
        for nth, (staff_id, numbers) in enumerate(sorted(members.items()), 1)
        if (stores := after.stores_of(numbers)) != before.stores_of(numbers)
        and staff_id in names
        and known.staff[staff_id].body["state"] != LEFT
    ]
