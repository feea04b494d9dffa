"""A server process of its own, an organisation in it, and phones that talk to it."""

import asyncio
import gzip
import http.client
import itertools
import random
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from server.config import Config, read_config
from server.db import Connection, open_database
from server.db.migrate import migrate
from server.exchange.entities import ENTITIES
from server.identity.accounts import Account, found_organisation, open_accounts
from server.identity.accounts import Organisation as Accounted
from server.identity.actor import Actor
from server.identity.devices import Enrolment, add, credential_for
from server.identity.sessions import start_session
from server.rows import found_organisation as found_head
from server.rows import open_ledger, publish
from sync import Ledger
from tests.bench.ids import new_id
from tests.bench.process import Process
from tests.bench.replica import Frame, read_frames

try:
    from isal.isal_zlib import decompressobj
except ImportError:
    from zlib import decompressobj  # type: ignore[assignment]

ORG = "bench"
KEPT_S = 3
"""The server closes connections that are silent for five seconds."""
PIECE_BYTES = 32 * 1024
OPEN_DAILY = [[[0, 1439]]] * 7
"""Open whenever a run may happen. A minute short of never closing, which no store is."""


@dataclass(frozen=True)
class Phone:
    """One device: a push credential, a session cookie, an id, and whose it is."""

    device: str
    credential: str
    cookie: str
    staff_id: str


@dataclass(frozen=True)
class Stage:
    """`phones` are one rep's; each of the `managers` and `reps` has one of their own."""

    config: Config
    store_id: str
    phones: list[Phone]
    managers: list[Phone]
    reps: list[Phone]


def set_up(
    folder: Path, phones: int, managers: int = 0, reps: int = 0, database_url: str = ""
) -> Stage:
    """A database with one organisation, one store, a rep with this many phones, and others. By
    default SQLite in the folder."""
    given = {"SHOPBELL_DATA": str(folder), "SHOPBELL_PORT": str(free_port())}
    config = read_config({**given, "SHOPBELL_DATABASE_URL": database_url})
    return asyncio.run(fill(config, phones, managers, reps))


async def fill(config: Config, phones: int, managers: int, reps: int) -> Stage:
    database = open_database(config.database_url)
    await migrate(database)
    now, rnd = now_ms(), random.Random(1)
    store_id = new_id(rnd)
    people = hire(rnd, store_id, ["rep"] + ["manager"] * managers + ["rep"] * reps)
    owners = [people[0]] * phones + people[1:]
    async with database.write() as connection:
        await found_organisation(connection, Accounted(ORG, ORG, "欣居家居", "Asia/Shanghai"))
        await found_head(connection, ORG, "bench")
        await open_accounts(connection, people)
        given = [await give_phone(connection, config, rnd, each, now) for each in owners]
        ledger = await open_ledger(connection, ORG, ENTITIES, now)
        ledger.create("store", store_id, store_id, store_body())
        introduce(ledger, people)
        await publish(connection, ledger)
    await database.close()
    cut = phones + managers
    return Stage(config, store_id, given[:phones], given[phones:cut], given[cut:])


def hire(rnd: random.Random, store_id: str, roles: list[str]) -> list[Account]:
    return [
        Account(ORG, new_id(rnd), f"bo{nth}", "薄文", role, "-", None, (store_id,), True)
        for nth, role in enumerate(roles)
    ]


async def give_phone(
    connection: Connection, config: Config, rnd: random.Random, owner: Account, now: int
) -> Phone:
    device = new_id(rnd)
    actor = Actor(ORG, owner.id, owner.role)
    await add(connection, actor, Enrolment(device, "手机", False, None), now)
    cookie = await start_session(connection, ORG, ORG, owner.id, now, device)
    return Phone(device, credential_for(config.keys, ORG, device, now), cookie, owner.id)


def introduce(ledger: Ledger, people: list[Account]) -> None:
    """Everybody in the directory that phones hold."""
    for each in people:
        body = {"name": each.name, "role": each.role, "state": "active", "accepts_leads": True}
        ledger.create("staff", each.id, each.id, {**body, "store_ids": list(each.store_ids)})


def store_body() -> dict[str, Any]:
    return {
        "name": "人民路店",
        "code": "RM",
        "zone": "Asia/Shanghai",
        "hours": OPEN_DAILY,
        "closures": [],
        "openings": {},
        "patience_s": 1800,
        "point": None,
        "fence_m": 200,
        "manager_id": None,
        "deputy_id": None,
        "area_id": None,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server(Process):
    """The real server in a process of its own."""

    def __init__(self, config: Config) -> None:
        env = {"SHOPBELL_DATA": str(config.data), "SHOPBELL_PORT": str(config.port)}
        self.config = config
        super().__init__([sys.executable, "-m", "server.cli", "serve"], self.is_ready, env)

    def is_ready(self) -> bool:
        with closing(Client(self.config.port)) as client, suppress(OSError):
            return client.request("GET", "/readyz")[0] == 200
        return False


@contextmanager
def opened(phones: int = 1, managers: int = 0, reps: int = 0) -> Iterator[tuple[Stage, Server]]:
    """A fresh database and a server on it, warm: what it does once in its life costs no push."""
    with tempfile.TemporaryDirectory() as folder:
        stage = set_up(Path(folder), phones, managers, reps)
        with Server(stage.config) as server, closing(Client(stage.config.port)) as client:
            client.push(stage.phones[0], 1, [])
            client.pull(stage.phones[0], None)
            yield stage, server


def pull_headers(phone: Phone) -> dict[str, str]:
    return {
        "cookie": f"shopbell_session={phone.cookie}",
        "content-type": "application/json",
        "accept-encoding": "gzip",
        "sec-fetch-site": "same-origin",
    }


def push_headers(phone: Phone) -> dict[str, str]:
    return {
        "authorization": f"Bearer {phone.credential}",
        "content-type": "application/json",
        "content-encoding": "gzip",
    }


def pull_wish(phone: Phone, cursor: str | None) -> bytes:
    return msgspec.json.encode({"device": phone.device, "cursor": cursor})


class Client:
    """One kept connection. Small on purpose: what is measured is the server.

    `sent` and `received` count bytes of bodies as they travel.
    """

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self.sent = self.received = 0
        self.used_at = time.monotonic()

    def close(self) -> None:
        self.connection.close()

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """(status, body as it was before compression)."""
        answer = self.ask(method, path, body, headers)
        return answer.status, b"".join(self.pieces(answer))

    def ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str] | None
    ) -> http.client.HTTPResponse:
        """An answer of which only the head was read."""
        if time.monotonic() - self.used_at > KEPT_S:
            self.connection.close()
        self.used_at = time.monotonic()
        self.connection.request(method, path, body or None, headers or {})
        self.sent += len(body)
        return self.connection.getresponse()

    def pieces(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        """The body as it comes, before compression: as a browser hands it to a page."""
        is_gzip = answer.getheader("content-encoding") == "gzip"
        stream = decompressobj(wbits=31) if is_gzip else None
        while piece := answer.read1(PIECE_BYTES):
            self.received += len(piece)
            yield stream.decompress(piece) if stream else piece
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        answer.read()  # the end of a body whose length was said
        if stream and not stream.eof:
            raise RuntimeError("the answer was cut")

    def push(self, phone: Phone, first: int, operations: list[dict[str, Any]]) -> Any:
        """Push operations, each a unit of its own, numbered from `first`."""
        body = pack(phone, first, [[each] for each in operations])
        return self.send(phone, gzip.compress(body, 1))

    def send(self, phone: Phone, squeezed: bytes) -> Any:
        status, body = self.request("POST", "/sync/push", squeezed, push_headers(phone))
        if status != 200:
            raise RuntimeError(f"push answered {status}: {body!r}")
        return msgspec.json.decode(body)

    def pull(self, phone: Phone, cursor: str | None) -> list[Frame]:
        """The frames of one pull to the head."""
        wish = pull_wish(phone, cursor)
        answer = self.ask("POST", "/sync/pull", wish, pull_headers(phone))
        pieces = self.pieces(answer)
        if answer.status != 200:
            raise RuntimeError(f"pull answered {answer.status}: {b''.join(pieces)!r}")
        return read_frames(lines_of(pieces))


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each line as soon as it is whole."""
    rest = b""
    for piece in pieces:
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            yield rest + piece[start:end]
            rest, start = b"", end + 1
        rest += piece[start:]
    if rest:
        yield rest


def pack(phone: Phone, first: int, units: list[list[dict[str, Any]]]) -> bytes:
    """The envelope of a push; its operations numbered from `first`."""
    numbers = itertools.count(first)
    numbered = [[{"n": next(numbers), **each} for each in unit] for unit in units]
    envelope = {"v": 1, "schema": 1, "device": phone.device, "sent_at": now_ms()}
    return msgspec.json.encode({**envelope, "units": numbered})


def now_ms() -> int:
    return int(time.time() * 1000)
