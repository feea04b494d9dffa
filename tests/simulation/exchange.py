"""The server under test: its own doors, worker and rules over its own database, one process after
another. Bytes go in and bytes come out; of the network only the framing is left out."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.app import open_worker
from server.clock import Clock
from server.config import Config
from server.customers.likeness import suggest_alikes
from server.db import Connection
from server.errors import NotFound
from server.exchange.entities import ENTITIES
from server.exchange.opening import open_exchange
from server.exchange.receive import push
from server.exchange.send import pull
from server.front.metrics import Metrics
from server.ground import Ground
from server.identity.actor import Actor
from server.identity.devices import Enrolment, credential_for, enrol, revoke
from server.identity.reports import Reports
from server.identity.rights import change_rights
from server.identity.sessions import COOKIE, LastSeen, start_session
from server.leads.arrivals import arrive, load_around
from server.privacy import journal
from server.privacy.erasing import Wish, erase, erase_again
from server.privacy.receipts import Receipts
from server.privacy.replaying import find_unknown
from server.rows import begin_new_life, load, open_ledger, publish
from server.rows.tables import rows
from tests.cast import CODE, ORG
from tests.simulation.driver import FragileDatabase

KEYS = ("a key of the simulation",)


class Standing(NamedTuple):
    """What a person is allowed and whether they are there, as the directory says it now."""

    role: str
    stores: tuple[str, ...]
    accepts: bool
    state: str = "active"

    def scopes_of(self, person: str) -> list[str]:
        """Section 10 of the specification, written once more."""
        mine = ["org", f"staff:{person}"]
        if self.role in ("rep", "clerk", "manager"):
            mine += [f"store:{store}" for store in self.stores]
        if self.role == "manager":
            mine += [f"desk:{store}" for store in self.stores]
        return sorted(mine)


class Exchange:
    """One organisation's server. After a crash `restart` makes the next process."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.database = FragileDatabase(path)
        self.clock = clock
        erasures = path.with_name("erasures.jsonl")
        url, origin = f"sqlite:///{path}", "http://127.0.0.1:8000"
        config = Config(path.parent, url, KEYS, origin, erasures=erasures)
        self.ground = Ground(config, self.database, clock)
        self.app = Starlette()
        self.stack = AsyncExitStack()
        self.backup = sqlite3.connect(":memory:")

    async def restart(self) -> None:
        """Nothing but the database outlives a process."""
        await self.stack.aclose()
        self.database.revive()
        self.app = Starlette()
        state = self.app.state
        state.ground = self.ground
        state.metrics = Metrics()
        state.seen, state.reports, state.receipts = LastSeen(), Reports(), Receipts()
        state.stopping = asyncio.Event()
        for opening in (open_exchange, open_worker):
            await self.stack.enter_async_context(opening(self.app))

    async def close(self) -> None:
        self.database.revive()
        self.backup.close()
        await self.stack.aclose()
        await self.database.close()

    # The doors

    async def push(self, credential: str, body: bytes, encoding: str = "") -> bytes:
        headers = {"authorization": f"Bearer {credential}", "content-encoding": encoding}
        return (await push(self.request(headers, body))).body  # type: ignore[return-value]

    async def pull(self, cookie: str, body: bytes) -> AsyncIterator[bytes]:
        """Frames, each read from the database when it is asked for."""
        headers = {"cookie": f"{COOKIE}={cookie}", "content-type": "application/json"}
        answer: Response = await pull(self.request(headers, body))
        return stream_of(answer)

    def request(self, headers: dict[str, str], body: bytes) -> Request:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        raw = [(name.encode(), value.encode()) for name, value in headers.items() if value]
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b""}
        return Request({**scope, "headers": raw, "app": self.app}, receive)

    # What happens at the server

    async def tick(self) -> int:
        """The worker does what is due, a batch of it."""
        return int(await self.app.state.worker.tick(self.clock()))

    async def find_alikes(self) -> None:
        await suggest_alikes(self.database, ENTITIES, self.clock())

    async def register(self, id: str, fields: dict[str, Any]) -> None:
        """A stranger sends the form; sent again it finds what it did."""

        async def work(connection: Connection) -> None:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            await load_around(connection, ledger, fields, id)
            if ledger.row(id) is None:
                arrive(ledger, fields, id)
                await publish(connection, ledger)

        await self.database.transact(work)

    async def erase(self, id: str) -> list[str] | None:
        """The records that were part of this one before, or None: asked again there is nobody."""

        async def work(connection: Connection) -> list[str] | None:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            person = (await load(connection, ledger, [id])).row(id)
            if person is None or person.entity != "customer":
                return None
            parted = await connection.execute(select(rows.c.body).where(rows.c.entity == "unmerge"))
            former = [
                msgspec.json.decode(body)["alias_id"] for body in parted.scalars() if body != "{}"
            ]
            key = self.ground.config.digest_key.encode()
            write = partial(journal.append, self.ground.config.journal)
            await erase(connection, ledger, Wish(id, "lin", "asked"), key, write)
            return former

        return await self.database.transact(work)

    async def enrol(self, person: str, device: str) -> tuple[str, str]:
        """A device's credential, and a session for its person."""
        wish = Enrolment(device, "phone", shared=False, pin_hash=None)

        async def work(connection: Connection) -> str:
            await enrol(connection, Actor(ORG, person, "rep"), wish, self.clock())
            return await start_session(connection, ORG, CODE, person, self.clock(), device)

        cookie = await self.database.transact(work)
        return credential_for(KEYS, CODE, device, self.clock()), cookie

    async def sign_in(self, person: str, device: str) -> str:
        return await self.database.transact(
            lambda each: start_session(each, ORG, CODE, person, self.clock(), device)
        )

    async def change_standing(self, person: str, standing: Standing) -> None:
        """The account, and what everybody's phone knows of the person."""
        wish = {
            "role": standing.role,
            "store_ids": list(standing.stores),
            "accepts_leads": standing.accepts,
            "state": standing.state,
        }

        async def work(connection: Connection) -> None:
            ledger = await open_ledger(connection, ORG, ENTITIES, self.clock())
            await load(connection, ledger, [person])
            await change_rights(connection, ORG, person, self.clock(), wish)
            row = ledger.row(person)
            assert row is not None
            ledger.change(row, **wish)
            await publish(connection, ledger)

        await self.database.transact(work)

    async def revoke(self, device: str, why: str) -> bool:
        """False of a device that is not on the list since the server was put back."""
        admin = Actor(ORG, "hua", "admin")
        with suppress(NotFound):
            await self.database.transact(
                lambda connection: revoke(connection, admin, device, why, self.clock())
            )
            return True
        return False

    # Putting back

    def back_up(self) -> None:
        self.backup.close()
        self.backup = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self.database.path)) as live:
            live.backup(self.backup)

    def put_back(self) -> None:
        with closing(sqlite3.connect(self.database.path)) as live:
            self.backup.backup(live)

    async def begin_anew(self, epoch: str) -> None:
        """Who was erased since is erased again; no cursor of before is good any more."""
        for entry in await find_unknown(self.database, self.ground.config.journal):
            again = partial(erase_again, entities=ENTITIES, entry=entry, now=self.clock())
            await self.database.transact(again)
        await self.database.transact(
            lambda connection: begin_new_life(connection, epoch, self.clock())
        )


async def stream_of(answer: Response) -> AsyncIterator[bytes]:
    """Line by line: several come from one snapshot, and the network may cut between them."""
    if isinstance(answer, StreamingResponse):
        async for several in answer.body_iterator:
            for line in bytes(several).splitlines():  # type: ignore[arg-type]
                yield line
    else:
        yield bytes(answer.body)
