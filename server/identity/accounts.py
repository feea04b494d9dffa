"""Organisations and the accounts of their staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row, or_, select, update

from server.db import Connection
from server.identity.tables import organisations, staff_accounts

CHINA = "+86"
CHINESE_MOBILE_DIGITS = 11
MAX_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Organisation:
    """`code` begins every cookie and token; `zone` is an IANA name."""

    org_id: str
    code: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Account:
    """`password_hash` comes from `Passwords.hash`; `phone` is canonical (+86…)."""

    org_id: str
    id: str
    login: str
    name: str
    role: str
    password_hash: str
    phone: str | None = None
    store_ids: tuple[str, ...] = ()
    accepts_leads: bool = False
    state: str = "active"


async def found_organisation(connection: Connection, organisation: Organisation) -> None:
    await connection.execute(
        organisations.insert().values(
            org_id=organisation.org_id,
            code=organisation.code,
            name=organisation.name,
            zone=organisation.zone,
        )
    )


async def open_accounts(connection: Connection, accounts: Sequence[Account]) -> None:
    await connection.execute(staff_accounts.insert(), [columns_of(each) for each in accounts])


def columns_of(account: Account) -> dict[str, Any]:
    return {
        "org_id": account.org_id,
        "id": account.id,
        "login": login_key(account.login),
        "phone": account.phone,
        "name": account.name,
        "role": account.role,
        "store_ids": msgspec.json.encode(account.store_ids).decode(),
        "accepts_leads": int(account.accepts_leads),
        "state": account.state,
        "password_hash": account.password_hash,
    }


async def accounts_named(
    connection: Connection, login: str, org_code: str | None
) -> Sequence[Row[Any]]:
    """Accounts that `login`, a user name or phone number, may mean; of one organisation if its
    code is given. Those who left are not among them."""
    key = login_key(login)
    wanted = (
        select(staff_accounts, organisations.c.code.label("org_code"))
        .join(organisations, organisations.c.org_id == staff_accounts.c.org_id)
        .where(or_(staff_accounts.c.login == key, staff_accounts.c.phone == key))
        .where(staff_accounts.c.state != "left")
        .limit(MAX_CANDIDATES)
    )
    if org_code:
        wanted = wanted.where(organisations.c.code == org_code)
    return (await connection.execute(wanted)).all()


def login_key(login: str) -> str:
    """User names without regard to case; Chinese mobile numbers with +86."""
    bare = login.strip().casefold().replace(" ", "").replace("-", "")
    if bare.isdecimal() and len(bare) == CHINESE_MOBILE_DIGITS:
        return CHINA + bare
    return bare


async def change_password(
    connection: Connection, org_id: str, staff_id: str, password_hash: str
) -> None:
    await connection.execute(
        update(staff_accounts)
        .where(staff_accounts.c.org_id == org_id, staff_accounts.c.id == staff_id)
        .values(password_hash=password_hash)
    )
