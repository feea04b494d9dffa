"""The cast of the tests: one organisation, two stores, the people who work there."""

from functools import cache

from server import rows
from server.db import Connection
from server.identity.accounts import Account, Organisation, found_organisation, open_accounts
from server.identity.passwords import hasher
from server.stores.entities import entities
from sync import Ledger

ORG = "org-xinju"
CODE = "xinju"
NAME = "欣居家居"
ZONE = "Asia/Shanghai"
PASSWORD = "门铃响了-2026"
RENMIN = "store-renmin"
BINJIANG = "store-binjiang"
OPEN_MIN, CLOSE_MIN = 10 * 60, 22 * 60
PATIENCE_S = 1800

# id: (name, role, stores, receives leads, phone)
PEOPLE: dict[str, tuple[str, str, tuple[str, ...], bool, str]] = {
    "lin": ("林", "manager", (RENMIN,), False, "+8613800000001"),
    "qiao": ("乔", "area", (RENMIN, BINJIANG), False, "+8613800000002"),
    "bo": ("薄", "rep", (RENMIN,), True, "+8613800000003"),
    "chen": ("陈", "rep", (RENMIN,), True, "+8613800000004"),
    "wu": ("吴", "rep", (BINJIANG,), True, "+8613800000005"),
    "xia": ("夏", "clerk", (RENMIN,), False, "+8613800000006"),
    "hua": ("华", "admin", (), False, "+8613800000007"),
}
STORES = {RENMIN: ("人民路店", "RM", "lin"), BINJIANG: ("滨江店", "BJ", "qiao")}


async def found_xinju(connection: Connection, now: int) -> None:
    """Accounts with one password, and the directory rows that phones hold."""
    await found_organisation(connection, Organisation(ORG, CODE, NAME, ZONE))
    await open_accounts(connection, [account(who) for who in PEOPLE])
    await rows.found_organisation(connection, ORG, "first")
    ledger = await rows.open_ledger(connection, ORG, {e.name: e for e in entities}, now)
    ledger.create("organisation", ORG, ORG, {"name": NAME, "code": CODE, "zone": ZONE})
    for store in STORES:
        add_store(ledger, store)
    for who in PEOPLE:
        add_staff(ledger, who)
    await rows.publish(connection, ledger)


def account(who: str) -> Account:
    name, role, stores, accepts, phone = PEOPLE[who]
    return Account(ORG, who, who, name, role, password_hash(), phone, stores, accepts)


@cache
def password_hash() -> str:
    return hasher.hash(PASSWORD)


def add_store(ledger: Ledger, store: str) -> None:
    name, code, manager = STORES[store]
    body = {
        "name": name,
        "code": code,
        "zone": ZONE,
        "hours": [[[OPEN_MIN, CLOSE_MIN]]] * 7,
        "closures": [],
        "openings": {},
        "patience_s": PATIENCE_S,
        "point": {"lat": 31.2304, "lng": 121.4737},
        "fence_m": 200,
        "manager_id": manager,
        "deputy_id": None,
        "area_id": "qiao",
    }
    ledger.create("store", store, store, body)


def add_staff(ledger: Ledger, who: str) -> None:
    name, role, stores, accepts, _ = PEOPLE[who]
    body = {
        "name": name,
        "role": role,
        "store_ids": list(stores),
        "accepts_leads": accepts,
        "state": "active",
    }
    ledger.create("staff", who, who, body)
