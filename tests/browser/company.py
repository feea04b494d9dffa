"""The company of the stories: one store that never closes, its people, its manager.

One of its two reps takes leads, so that everybody knows whom the bell rings for.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy.engine import make_url

from server.clock import Clock, system_clock
from server.config import Config
from server.db import Database, open_database
from server.exchange.entities import ENTITIES
from server.identity.accounts import Account, Organisation, open_accounts
from server.identity.accounts import found_organisation as found_accounts
from server.identity.passwords import hasher
from server.rows import found_organisation, open_ledger, publish
from server.stores.queries import hang_poster
from sync import Ledger, derive_id
from tests.postgres import create_schema

ORG = "org-xinju"
CODE = "xinju"
NAME = "欣居家居"
ZONE = "Asia/Shanghai"
PASSWORD = "门铃响了-2026"
STORE = derive_id("story", "store")
STORE_NAME = "人民路店"
POINT = {"lat": 30.24891, "lng": 120.16522}
ALWAYS_OPEN = [[[0, 1440]]] * 7


@dataclass(frozen=True)
class Person:
    login: str
    name: str
    role: str
    accepts_leads: bool = False

    @property
    def id(self) -> str:
        return derive_id("story", self.login)


BO = Person("bo", "薄文", "rep", accepts_leads=True)
CHEN = Person("chen", "陈晨", "rep")
XIA = Person("xia", "夏荷", "clerk")
LIN = Person("lin", "林静", "manager")
PEOPLE = (BO, CHEN, XIA, LIN)


async def found(
    config: Config,
    patience_s: int = 1800,
    people: tuple[Person, ...] = PEOPLE,
    clock: Clock = system_clock,
) -> str:
    """The company in an empty database, and one poster; returns the poster's id."""
    create_schema(make_url(config.database_url))
    database = open_database(config.database_url)
    try:
        return await fill(database, patience_s, people, clock())
    finally:
        await database.close()


async def fill(database: Database, patience_s: int, people: tuple[Person, ...], now: int) -> str:
    async with database.write() as connection:
        await found_accounts(connection, Organisation(ORG, CODE, NAME, ZONE))
        await open_accounts(connection, [account_of(person) for person in people])
        await found_organisation(connection, ORG, "story")
        ledger = await open_ledger(connection, ORG, ENTITIES, now)
        write_directory(ledger, patience_s, people)
        await publish(connection, ledger)
        poster = await hang_poster(connection, ORG, CODE, STORE, "门口", bytes(range(10)), now)
    return poster.id


@cache
def password_hash() -> str:
    return hasher.hash(PASSWORD)


def account_of(person: Person) -> Account:
    return Account(
        ORG,
        person.id,
        person.login,
        person.name,
        person.role,
        password_hash(),
        None,
        (STORE,),
        person.accepts_leads,
    )


def write_directory(ledger: Ledger, patience_s: int, people: tuple[Person, ...]) -> None:
    area_id = next((person.id for person in people if person.role == "area"), None)
    ledger.create("organisation", ORG, ORG, {"name": NAME, "code": CODE, "zone": ZONE})
    ledger.create("store", STORE, STORE, {**store_body(patience_s), "area_id": area_id})
    for person in people:
        body = {
            "name": person.name,
            "role": person.role,
            "store_ids": [STORE],
            "accepts_leads": person.accepts_leads,
            "state": "active",
        }
        ledger.create("staff", person.id, person.id, body)


def store_body(patience_s: int) -> dict[str, Any]:
    return {
        "name": STORE_NAME,
        "code": "renmin",
        "zone": ZONE,
        "hours": ALWAYS_OPEN,
        "closures": [],
        "openings": {},
        "patience_s": patience_s,
        "point": POINT,
        "fence_m": 200,
        "manager_id": LIN.id,
        "deputy_id": None,
        "area_id": None,
    }
