"""W8: a thousand customers register within a moment; each must have one person, soon.

Ten stores, a hundred people. The phones on the counters push the registrations, nobody receives
yet, the worker offers. When an offer is there is read from the database file, which costs the
server nothing. Then the worker alone: what an offer costs it, and what a look at the clock does
while few or very many deadlines are open.
"""

import asyncio
import gzip
import json
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from threading import Thread
from typing import Any

from server.db import Connection, Database, bulk_insert
from server.exchange.entities import ENTITIES
from server.leads.arrivals import arrive, load_around
from server.leads.worker import Worker
from server.rows import Movement, open_ledger, publish
from server.rows.tables import deadlines
from tests.bench import street
from tests.bench.device import GZIP_LEVEL, Operation, create
from tests.bench.figures import Figure
from tests.bench.ids import new_id
from tests.bench.process import Watch
from tests.bench.records import make_customers
from tests.bench.replica import require
from tests.bench.stage import ORG, Client, now_ms, pack
from tests.bench.street import Street
from tests.bench.trees import CONSENTS

STORES, PEOPLE, LEADS = 10, 10, 1_000
LIMIT_S = 60
PAUSE_S = 0.005
LOOKS = 50
ROUNDS = 10
OPEN = (1_000, 100_000)
FAR_MS = 30 * 24 * 3600 * 1000
DETAIL = {"leads": LEADS, "stores": STORES, "people": STORES * PEOPLE}


def run() -> list[Figure]:
    return [*burst(), *offers(), *ticks()]


# The burst


def burst() -> list[Figure]:
    with street.street(STORES, PEOPLE) as place, street.served(place) as server:
        pushes = [registrations(place, nth) for nth in range(STORES)]
        with Watch(server) as watch:
            sent_at = time.monotonic()
            threads = [Thread(target=send, args=(place, *each)) for each in pushes]
            for thread in threads:
                thread.start()
            waits = await_offers(place, sent_at)
            for thread in threads:
                thread.join()
        check(place)
    return [
        Figure("W8.burst.p99", waits[LEADS * 99 // 100 - 1], "s", None, DETAIL),
        Figure("W8.burst.cpu_ms", watch.cpu / LEADS * 1000, "ms", None, DETAIL),
    ]


def registrations(place: Street, nth: int) -> tuple[int, bytes]:
    """One push of a counter's phone: its store's part of the burst."""
    counter = place.counters[nth]
    made = make_customers(LEADS // STORES, counter.store_id, seed=100 + nth)
    rnd = random.Random(1_000 + nth)
    units = [registration(rnd, id, fields) for id, fields in made]
    return nth, gzip.compress(pack(counter.phone, 1, units), GZIP_LEVEL)


def registration(rnd: random.Random, id: str, fields: dict[str, Any]) -> list[Operation]:
    told = {name: fields[name] for name in ("name", "salutation", "phone", "need", "store_id")}
    arrival = {**told, "customer_id": id, "source": "staff", "reception": "none"}
    return [
        create("customer", id, fields),
        create("arrival", new_id(rnd), {**arrival, "consents": CONSENTS}),
    ]


def send(place: Street, nth: int, body: bytes) -> None:
    with closing(Client(place.config.port)) as client:
        answer = client.send(place.counters[nth].phone, body)
    exceptions = answer.get("except", ())
    require(not exceptions, f"not plainly applied: {exceptions[:3]}")


def await_offers(place: Street, sent_at: float) -> list[float]:
    """How long after the burst each of the offers was there to be pulled, in seconds."""
    waits: list[float] = []
    with closing(sqlite3.connect(f"file:{path_of(place)}?mode=ro", uri=True)) as database:
        while len(waits) < LEADS:
            require(time.monotonic() - sent_at < LIMIT_S, f"only {len(waits)} offers came")
            query = "SELECT COUNT(*) FROM keys WHERE kind = 'open_offer'"
            (held,) = database.execute(query).fetchone()
            waits += [time.monotonic() - sent_at] * (held - len(waits))
            time.sleep(PAUSE_S)
    return waits


def check(place: Street) -> None:
    """One offer a lead, and in no store does anybody have two more than another."""
    with closing(sqlite3.connect(f"file:{path_of(place)}?mode=ro", uri=True)) as database:
        found = database.execute("SELECT body FROM rows WHERE entity = 'offer'")
        offers = [json.loads(body) for (body,) in found]
    twice = Counter(offer["lead_id"] for offer in offers).most_common(1)
    require(len(offers) == LEADS and twice[0][1] == 1, f"assigned twice: {twice}")
    shares: dict[str, Counter[str]] = {}
    for offer in offers:
        shares.setdefault(offer["store_id"], Counter())[offer["to_id"]] += 1
    for counted in shares.values():
        even = len(counted) == PEOPLE and max(counted.values()) - min(counted.values()) <= 1
        require(even, f"uneven: {counted}")


def path_of(place: Street) -> str:
    return str(place.config.data / "shopbell.sqlite3")


# The worker alone


def offers() -> list[Figure]:
    with street.street(STORES, PEOPLE) as place:
        spent = asyncio.run(offer_all(place))
        check(place)
    return [Figure("W8.offer.cpu_ms", spent / LEADS * 1000, "ms", None, DETAIL)]


async def offer_all(place: Street) -> float:
    database = place.open_database()
    worker = Worker(database, ENTITIES, Movement())
    await register_all(database, place)
    spent = -time.process_time()
    while await worker.tick(now_ms()):
        pass
    spent += time.process_time()
    await database.close()
    return spent


def ticks() -> list[Figure]:
    """Few and many take turns, so that whatever else the machine does falls on both."""
    with street.street(1, 1) as few, street.street(1, 1) as many:
        looks = asyncio.run(look_in_turn(dict(zip(OPEN, (few, many), strict=True))))
    least, most = (looks[count] for count in OPEN)
    detail = {f"at_{count}": round(cost, 1) for count, cost in looks.items()}
    return [Figure("W8.tick.growth", most, "µs", least, detail)]


async def look_in_turn(places: dict[int, Street]) -> dict[int, float]:
    """CPU of one look at the clock with nothing due, in µs, by how many deadlines are open."""
    for count, place in places.items():
        database = place.open_database()
        await fill_with_deadlines(database, count)
        await database.close()
    databases = {count: place.open_database() for count, place in places.items()}
    spent = dict.fromkeys(places, 0.0)
    for nth in range(ROUNDS + 1):
        for count, database in databases.items():
            cost = await look(Worker(database, ENTITIES, Movement()))
            spent[count] += cost if nth else 0
    for database in databases.values():
        await database.close()
    return {count: each / ROUNDS * 1e6 for count, each in spent.items()}


async def look(worker: Worker) -> float:
    spent = -time.process_time()
    for _ in range(LOOKS):
        await worker.tick(now_ms())
        await worker.find_next()
    return (spent + time.process_time()) / LOOKS


async def fill_with_deadlines(database: Database, count: int) -> None:
    """So many more that are due in a month or later."""
    due_at = now_ms() + FAR_MS
    values = [
        (ORG, f"far-{count}-{nth}", "first_follow_up", f"lead-{nth}", due_at + nth, None, None)
        for nth in range(count)
    ]
    await database.transact(lambda connection: bulk_insert(connection, deadlines, values))


async def register_all(database: Database, place: Street) -> None:
    """The burst as the customers' own page writes it, a transaction each."""
    for nth, counter in enumerate(place.counters):
        for id, fields in make_customers(LEADS // STORES, counter.store_id, seed=200 + nth):
            await register(database, id, fields)


async def register(database: Database, id: str, fields: dict[str, Any]) -> None:
    told = {name: fields[name] for name in ("name", "salutation", "phone", "need", "store_id")}
    arrival = {**told, "source": "poster", "position": "", "reception": "none"}
    consents = [{**CONSENTS[0], "how": "own_phone"}]

    async def work(connection: Connection) -> None:
        ledger = await open_ledger(connection, ORG, ENTITIES, now_ms())
        await load_around(connection, ledger, arrival, id)
        arrive(ledger, {**arrival, "consents": consents}, id)
        await publish(connection, ledger)

    await database.transact(work)
