"""Two organisations that must never learn of each other, and an ordinary day in each of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from server.app import create_app
from server.config import Config
from server.db import Connection, Database, open_database
from server.exchange.entities import ENTITIES
from server.identity.accounts import Account, Organisation, found_organisation, open_accounts
from server.identity.sessions import COOKIE, start_session
from server.leads.offers import change_owner, stored
from server.leads.worker import Worker
from server.rows import found_organisation as found_head
from server.rows import load, open_ledger, publish
from tests.cast import (
    BINJIANG,
    CODE,
    OPEN_MIN,
    ORG,
    PATIENCE_S,
    RENMIN,
    ZONE,
    found_xinju,
    password_hash,
)
from tests.conftest import ORIGIN, MovableClock, browser
from tests.phone import Phone
from tests.server.deeds import arrival, customer, follow_up, make_id, self_reception
from tests.server.held import Holder

RIVAL_CODE = "yuanfang"
RIVAL, RIVAL_STORE, MO, NAN, OU = (f"01890000-0000-7000-b000-00000000000{n}" for n in range(5))
RIVALS = {MO: "rep", NAN: "rep", OU: "manager"}


class House(NamedTuple):
    """A store and its people's phones. `head` is None where nobody at the store leads it."""

    store: str
    rep: Phone
    spare: Phone
    """Another phone of the rep's."""
    colleague_id: str | None
    head: Phone | None


async def found_rivals(connection: Connection, now: int) -> None:
    await found_organisation(connection, Organisation(RIVAL, RIVAL_CODE, "远方家居", ZONE))
    accounts = [
        Account(RIVAL, who, who, who, role, password_hash(), None, (RIVAL_STORE,), role == "rep")
        for who, role in RIVALS.items()
    ]
    await open_accounts(connection, accounts)
    await found_head(connection, RIVAL, "first")
    ledger = await open_ledger(connection, RIVAL, ENTITIES, now)
    ledger.create("organisation", RIVAL, RIVAL, {"name": "远方家居", "code": RIVAL_CODE})
    ledger.create("store", RIVAL_STORE, RIVAL_STORE, store_body())
    for each in accounts:
        body = {"name": each.name, "role": each.role, "store_ids": list(each.store_ids)}
        told = {"accepts_leads": each.accepts_leads, "state": "active"}
        ledger.create("staff", each.id, each.id, {**body, **told})
    await publish(connection, ledger)


def store_body() -> dict[str, Any]:
    return {
        "name": "西湖店",
        "code": "XH",
        "zone": ZONE,
        "hours": [[[OPEN_MIN, 22 * 60]]] * 7,
        "closures": [],
        "openings": {},
        "patience_s": PATIENCE_S,
        "point": None,
        "fence_m": 200,
        "manager_id": OU,
        "deputy_id": None,
        "area_id": None,
    }


class Town(NamedTuple):
    """Two stores of one organisation and a rival, each after a day's work."""

    near: House
    far: House
    rival: House
    admin: Phone
    database: Database
    clock: MovableClock


@asynccontextmanager
async def busy_town(url: str, folder: Path) -> AsyncIterator[Town]:
    database, clock = open_database(url), MovableClock()
    config = Config(data=folder, database_url=url, keys=("test key",), origin=ORIGIN)
    app = create_app(config, clock, database=database, tasks=())
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        await database.transact(lambda connection: found_xinju(connection, clock()))
        await database.transact(lambda connection: found_rivals(connection, clock()))

        async def phone(who: str, org: str = ORG, code: str = CODE) -> Phone:
            client = await stack.enter_async_context(browser(app))
            cookie = await database.transact(
                lambda connection: start_session(connection, org, code, who, clock())
            )
            client.cookies.set(COOKIE, cookie)
            return await Phone(client, clock).enrol()

        bo, other, lin = await phone("bo"), await phone("bo"), await phone("lin")
        mo, spare, ou = [await phone(who, RIVAL, RIVAL_CODE) for who in (MO, MO, OU)]
        near = House(RENMIN, bo, other, "chen", lin)
        far = House(BINJIANG, await phone("wu"), await phone("wu"), None, None)
        rival = House(RIVAL_STORE, mo, spare, NAN, ou)
        for nth, house in enumerate((near, far, rival)):
            await Day(house, clock, app.state.worker, nth * 100).live()
        last = Day(near, clock, app.state.worker, 300)
        await last.collide(await phone("chen"))
        await last.walk_in()
        yield Town(near, far, rival, await phone("hua"), database, clock)


class Day:
    """What happens at one house, so that every kind of row exists there."""

    def __init__(self, house: House, clock: MovableClock, worker: Worker, number: int) -> None:
        self.house, self.clock, self.worker = house, clock, worker
        self.numbers = iter(range(number, number + 100))

    async def live(self) -> "Day":
        await self.follow(await self.receive(self.rep))
        await self.close(await self.receive(self.rep))
        await self.meet_twice()
        if self.house.head and self.house.colleague_id:
            await self.hand_over(self.house.head, await self.receive(self.rep))
        await self.wait_too_long(await self.walk_in())
        await self.walk_in()
        await self.settle()
        await self.pool()
        return self

    @property
    def rep(self) -> Phone:
        return self.house.rep

    def phone(self) -> str:
        return f"1370000{next(self.numbers):04d}"

    async def receive(self, by: Phone) -> tuple[str, str]:
        """(customer, lead) that the rep received in person."""
        id, number = make_id(), self.phone()
        unit = self_reception(by, id, store_id=self.house.store, phone=number)
        unit[2]["f"]["store_id"] = self.house.store
        await push(by, *unit)
        return id, unit[2]["i"]

    async def follow(self, received: tuple[str, str]) -> None:
        """Everything that can hang on a customer, and two values that disagree."""
        id, _ = received
        rep, spare = self.rep, self.house.spare
        place = {"lat": 31.2, "lng": 121.4, "accuracy_m": 9, "fix_source": "gps", "fix_at": 0}
        photo = {"subject_id": id, "customer_id": id, "kind": "customer", "sha256": "a" * 64}
        await push(rep, rep.operation("follow_up", make_id(), follow_up(id)))
        kin = {"customer_id": id, "relation": "spouse", "phone": self.phone()}
        await push(rep, rep.operation("contact", make_id(), kin))
        await push(rep, rep.operation("visit", make_id(), {**place, "customer_id": id}))
        await push(rep, rep.operation("visit", make_id(), {**place, "store_id": self.house.store}))
        size = {"bytes": 9, "width": 9, "height": 9}
        await push(rep, rep.operation("photo", make_id(), {**photo, **size}))
        spoken = {"subject_id": id, "customer_id": id, "sha256": "b" * 64}
        size = {"bytes": 9, "duration_ms": 9}
        await push(rep, rep.operation("recording", make_id(), {**spoken, **size}))
        notes = ({"customer_id": id, "text": f"第 {nth} 次来电，想要白橡木"} for nth in range(30))
        await push(rep, *(rep.operation("comment", make_id(), note) for note in notes))
        version = (await Holder(rep).pull()).rows[id].version
        for by, value in ((rep, "8 万"), (spare, "9 万")):
            patch = {"budget": value, "wechat": value, "move_in": value}
            await push(by, by.operation("customer", id, patch, base=version), may_merge=True)
        conflict = (await Holder(rep).pull()).of("conflict")[0]
        keep = {"conflict_id": conflict.id, "choice": "keep"}
        await push(rep, rep.operation("resolution", make_id(), keep))
        await self.ask(await self.lose_words())
        await self.lose_words()

    async def lose_words(self) -> str:
        """The id of a refusal."""
        rep, id = self.rep, make_id()
        lost = {"customer_id": make_id(), "text": "没有这位客户"}
        await rep.push([rep.operation("comment", id, lost)])
        refusals = (await Holder(rep).pull()).of("refusal")
        return next(row.id for row in refusals if row.body["row_id"] == id)

    async def ask(self, refusal: str) -> None:
        fields = {"refusal_id": refusal, "note": "请店长看一下"}
        await push(self.rep, self.rep.operation("appeal", make_id(), fields))

    async def meet_twice(self) -> None:
        """A customer of nobody's waiting, one with the same number, and two who want one number."""
        rep, told, other = self.rep, {"store_id": self.house.store}, self.phone()
        number = self.phone()
        for phone in (number, number, other):
            unit = [rep.operation("customer", id := make_id(), customer(phone=phone, **told))]
            await rep.push(unit)
        await rep.push([rep.operation("customer", id, {"phone": number}, base=0)])

    async def pool(self) -> None:
        """Two customers whom nobody owns any more, one of whom the rep takes on again."""
        rep, ids = self.rep, [make_id(), make_id()]
        for id in ids:
            told = {"store_id": self.house.store, "phone": self.phone()}
            await push(rep, rep.operation("customer", id, customer(**told)))
        await self.give_up(ids)
        self.clock.advance(days=8)
        cards = (await Holder(rep).pull()).of("pool_card")
        await push(rep, rep.operation("pool_claim", make_id(), {"pool_card_id": cards[0].id}))

    async def collide(self, colleague: Phone) -> None:
        """Two people register one customer at the same moment."""
        number = self.phone()
        for by in (self.rep, colleague):
            await by.push(self_reception(by, make_id(), phone=number))
        await self.settle()

    async def give_up(self, ids: list[str]) -> None:
        async def work(connection: Connection) -> None:
            org = RIVAL if self.house.store == RIVAL_STORE else ORG
            ledger = await open_ledger(connection, org, ENTITIES, self.clock())
            await load(connection, ledger, ids)
            for id in ids:
                change_owner(ledger, stored(ledger, id), None)
            await publish(connection, ledger)

        await self.worker.database.transact(work)

    async def close(self, received: tuple[str, str]) -> None:
        fields = {"lead_id": received[1], "reason": "no_need"}
        await push(self.rep, self.rep.operation("closing", make_id(), fields))

    async def hand_over(self, head: Phone, received: tuple[str, str]) -> None:
        fields = {"lead_id": received[1], "to_id": self.house.colleague_id}
        await push(head, head.operation("reassignment", make_id(), fields))

    async def walk_in(self) -> str:
        """A customer whom nobody received yet; the offer goes to whoever is next."""
        id, rep, number = make_id(), self.rep, self.phone()
        told = {"store_id": self.house.store, "phone": number}
        await push(
            rep,
            rep.operation("customer", id, customer(**told)),
            rep.operation("arrival", make_id(), arrival(id, **told)),
        )
        await self.settle()
        return id

    async def wait_too_long(self, _customer: str) -> None:
        self.clock.advance(minutes=31)
        await self.settle()

    async def settle(self) -> None:
        while await self.worker.tick(self.clock()):
            pass


async def push(by: Phone, *unit: dict[str, Any], may_merge: bool = False) -> None:
    answer = await by.push(list(unit))
    refused = [each for each in answer.json().get("except", []) if each["o"] != "merged"]
    assert not refused, refused
    assert may_merge or "except" not in answer.json()
