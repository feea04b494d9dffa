"""Sample data for `make run`: one organisation with a past, written in one transaction."""

import hashlib
import secrets
from collections.abc import Iterable
from itertools import cycle

from sqlalchemy import select

from server.clock import DAY_MS
from server.config import Config
from server.db import Connection, Database
from server.exchange.entities import ENTITIES
from server.identity.accounts import Account, Organisation, open_accounts
from server.identity.accounts import found_organisation as found_accounts
from server.identity.passwords import Passwords
from server.identity.tables import organisations
from server.leads.offers import stored
from server.pool.cases import Office, find_cases
from server.pool.rounds import carry_out, next_effective_round, open_office
from server.rows import found_organisation, open_ledger, publish
from server.rows import load as load_rows
from server.sample.cast import (
    CAST,
    ORG_CODE,
    ORG_ID,
    ORG_NAME,
    PASSWORD,
    POSITIONS,
    SELLERS,
    STORES,
    ZONE,
)
from server.sample.counting import count_leads
from server.sample.people import invent
from server.sample.sop import write_sop
from server.sample.story import Teller
from server.stores.queries import hang_poster
from sync import Ledger

WEEK_MS = 7 * DAY_MS


async def load(database: Database, now: int, config: Config) -> bool:
    """Founds the sample organisation as of `now` (ms). False if it is there already."""
    password_hash = await Passwords().hash(PASSWORD)

    async def work(connection: Connection) -> bool:
        held = select(organisations.c.code).where(organisations.c.org_id == ORG_ID)
        if (await connection.execute(held)).first() is not None:
            return False
        await found(connection, password_hash)
        await hang_posters(connection, config, now)
        ledger = await open_ledger(connection, ORG_ID, ENTITIES, now)
        write_directory(ledger)
        write_history(ledger, now)
        await publish(connection, ledger)
        await make_rounds(connection, now)
        return True

    return await database.transact(work)


async def found(connection: Connection, password_hash: str) -> None:
    await found_accounts(connection, Organisation(ORG_ID, ORG_CODE, ORG_NAME, ZONE))
    await found_organisation(connection, ORG_ID, secrets.token_hex(8))
    accounts = [
        Account(
            org_id=ORG_ID,
            id=person.id,
            login=person.login,
            name=person.name,
            role=person.role,
            password_hash=password_hash,
            store_ids=person.stores,
            accepts_leads=person.accepts_leads,
        )
        for person in CAST
    ]
    await open_accounts(connection, accounts)


async def hang_posters(connection: Connection, config: Config, now: int) -> None:
    """Codes follow from this installation's key, so that nobody knows them from the source."""
    for store_id, positions in POSITIONS.items():
        for position in positions:
            seed = f"{config.keys[0]}\n{store_id}\n{position}".encode()
            random = hashlib.sha256(seed).digest()
            await hang_poster(connection, ORG_ID, ORG_CODE, store_id, position, random, now)


def write_directory(ledger: Ledger) -> None:
    body = {"name": ORG_NAME, "code": ORG_CODE, "zone": ZONE}
    ledger.create("organisation", ORG_ID, ORG_ID, body)
    for store_id, store in STORES.items():
        ledger.create("store", store_id, store_id, dict(store))
    for person in CAST:
        ledger.create("staff", person.id, person.id, person.body)
    write_sop(ledger)


def write_history(ledger: Ledger, now: int) -> None:
    """Everybody's story; of the clocks it wound up, those that are over are left out."""
    tellers = [Teller(ledger, cast, now) for cast in invent()]
    take_turns(tellers)
    for teller in tellers:
        teller.tell()
    count_leads(ledger)
    ledger.now = now
    standing, _ = ledger.settled_timers()
    ledger.timers = [timer for timer in standing if timer.due_at > now or timer.kind == "route"]


async def make_rounds(connection: Connection, now: int) -> None:
    """The latest round of each store's pool: whoever was silent for long has been warned about."""
    for store_id in STORES:
        ledger = await open_ledger(connection, ORG_ID, ENTITIES, now)
        await load_rows(connection, ledger, [store_id])
        office = open_office(stored(ledger, store_id))
        ledger.now = latest_round(office, now)
        for case in await find_cases(connection, ledger, office):
            if case.step == "warn":
                carry_out(ledger, case, office)
        await publish(connection, ledger)


def latest_round(office: Office, now: int) -> int:
    at = next_effective_round(office, now - WEEK_MS)
    while (following := next_effective_round(office, at)) <= now:
        at = following
    return at


def take_turns(tellers: Iterable[Teller]) -> None:
    """A store's customers went to its people by turns, as they came."""
    turns = {store_id: cycle(sellers) for store_id, sellers in SELLERS.items()}
    for teller in sorted(tellers, key=lambda each: each.start):
        teller.seller = next(turns[teller.cast.profile["store_id"]])
