"""People come in from a list: read who is here, open accounts, write the directory."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import bindparam, select, update

from server.db import Connection, bulk_upsert
from server.identity.accounts import Account, open_accounts
from server.identity.tables import staff_accounts
from server.people.changing import change_person
from server.people.entries import Change, Known, Newcomer, Plan
from server.people.facts import record
from server.people.tables import staff_names
from server.rows import load_scope
from sync import ORGANISATION, Ledger

NO_PASSWORD = "!"
"""Opens for nobody: they come in by a link first."""


async def read_known(connection: Connection, ledger: Ledger) -> Known:
    await load_scope(connection, ledger, ORGANISATION, "staff", "store")
    held = select(staff_accounts.c.id, staff_accounts.c.login, staff_accounts.c.phone).where(
        staff_accounts.c.org_id == ledger.org
    )
    names = select(staff_names.c.external_id, staff_names.c.staff_id).where(
        staff_names.c.org_id == ledger.org
    )
    stores = ledger.rows_of("store")
    called = [(row.body["name"], row.id) for row in stores]
    called += [(row.body.get("code") or row.id, row.id) for row in stores]
    called += [(row.id, row.id) for row in stores]
    return Known(
        accounts={id: (login, phone) for id, login, phone in await connection.execute(held)},
        staff={row.id: row for row in ledger.rows_of("staff")},
        stores={name.casefold(): id for name, id in called},
        external=dict([tuple(pair) for pair in await connection.execute(names)]),
    )


async def take_in(connection: Connection, ledger: Ledger, plan: Plan, by_id: str | None) -> None:
    """Do what a plan without problems says."""
    await welcome(connection, ledger, plan.newcomers, by_id)
    await change_accounts(connection, ledger.org, plan.changes)
    for change in plan.changes:
        if change.wish:
            await change_person(connection, ledger, change.person, change.wish, by_id)
    names = [(ledger.org, name, staff_id) for name, staff_id in plan.names.items()]
    await bulk_upsert(connection, staff_names, names)


async def welcome(
    connection: Connection,
    ledger: Ledger,
    newcomers: Collection[Newcomer],
    by_id: str | None,
) -> None:
    if not newcomers:
        return
    await open_accounts(connection, [account_of(ledger.org, each) for each in newcomers])
    for each in newcomers:
        ledger.create("staff", each.staff_id, each.staff_id, each.body)
        record(ledger, each.staff_id, "joined", by_id, each.body)


def account_of(org_id: str, newcomer: Newcomer) -> Account:
    body = newcomer.body
    return Account(
        org_id=org_id,
        id=newcomer.staff_id,
        login=newcomer.login,
        name=body["name"],
        role=body["role"],
        password_hash=NO_PASSWORD,
        phone=newcomer.phone,
        store_ids=tuple(body["store_ids"]),
        accepts_leads=body["accepts_leads"],
        state=body["state"],
    )


async def change_accounts(connection: Connection, org_id: str, changes: Iterable[Change]) -> None:
    """How people sign in, and how they are called; the rest of an account are rights."""
    for fields, values in by_fields(changes).items():
        statement = (
            update(staff_accounts)
            .where(staff_accounts.c.org_id == org_id, staff_accounts.c.id == bindparam("of_id"))
            .values({name: bindparam(f"new_{name}") for name in fields})
        )
        await connection.execute(statement, values)


def by_fields(changes: Iterable[Change]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Changes of the same fields are one statement."""
    sorted_out: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in changes:
        wanted: dict[str, Any] = dict(change.account)
        if "name" in change.wish:
            wanted["name"] = change.wish["name"]
        if wanted:
            values = {f"new_{name}": value for name, value in wanted.items()}
            fields = tuple(sorted(wanted))
            sorted_out.setdefault(fields, []).append({"of_id": change.person.id, **values})
    return sorted_out
