"""A street of stores, each with its people and one phone that registers customers."""

import asyncio
import random
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from server.config import Config, read_config
from server.db import Database, open_database
from server.db.migrate import migrate
from server.exchange.entities import ENTITIES
from server.identity.accounts import Account, found_organisation, open_accounts
from server.identity.accounts import Organisation as Accounted
from server.rows import found_organisation as found_head
from server.rows import open_ledger, publish
from tests.bench.ids import new_id
from tests.bench.stage import (
    ORG,
    Client,
    Phone,
    Server,
    free_port,
    give_phone,
    introduce,
    now_ms,
    store_body,
)


class Counter(NamedTuple):
    """A store and the phone on its counter, its manager's."""

    store_id: str
    phone: Phone


class Street(NamedTuple):
    config: Config
    counters: list[Counter]

    def open_database(self) -> Database:
        return open_database(self.config.database_url)


@contextmanager
def street(stores: int, people: int) -> Iterator[Street]:
    """`people` who receive leads in each store."""
    with tempfile.TemporaryDirectory() as folder:
        given = {"SHOPBELL_DATA": folder, "SHOPBELL_PORT": str(free_port())}
        yield asyncio.run(build(read_config(given), stores, people))


@contextmanager
def served(place: Street) -> Iterator[Server]:
    with Server(place.config) as server, closing(Client(place.config.port)) as client:
        for counter in place.counters:
            client.push(counter.phone, 1, [])
        yield server


async def build(config: Config, stores: int, people: int) -> Street:
    database = open_database(config.database_url)
    await migrate(database)
    now, rnd = now_ms(), random.Random(8)
    store_ids = [new_id(rnd) for _ in range(stores)]
    managers = [hire(rnd, id, "manager") for id in store_ids]
    reps = [hire(rnd, id, "rep") for id in store_ids for _ in range(people)]
    async with database.write() as connection:
        await found_organisation(connection, Accounted(ORG, ORG, "欣居家居", "Asia/Shanghai"))
        await found_head(connection, ORG, "bench")
        await open_accounts(connection, [*managers, *reps])
        ledger = await open_ledger(connection, ORG, ENTITIES, now)
        for store_id in store_ids:
            ledger.create("store", store_id, store_id, store_body())
        introduce(ledger, reps)
        await publish(connection, ledger)
        phones = [await give_phone(connection, config, rnd, each, now) for each in managers]
    await database.close()
    return Street(config, [Counter(*pair) for pair in zip(store_ids, phones, strict=True)])


def hire(rnd: random.Random, store_id: str, role: str) -> Account:
    id = new_id(rnd)
    return Account(ORG, id, id, "薄文", role, "-", None, (store_id,), role == "rep")
