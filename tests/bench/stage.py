"""A server process of its own, an organisation in it, and phones that talk to it."""

import asyncio
import gzip
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from server.config import Config, read_config
from server.db import open_database
from server.db.migrate import migrate
from server.exchange.entities import ENTITIES
from server.identity.accounts import Account, found_organisation, open_accounts
from server.identity.accounts import Organisation as Accounted
from server.identity.actor import Actor
from server.identity.devices import Enrolment, add, credential_for
from server.identity.sessions import start_session
from server.rows import found_organisation as found_head
from server.rows import open_ledger, publish
from tests.bench.ids import new_id

ORG = "bench"
PUSH_OPERATIONS = 2_000
START_S = 20
TICK_HZ = os.sysconf("SC_CLK_TCK")
OPEN_ALWAYS = [[[0, 1440]]] * 7


@dataclass(frozen=True)
class Phone:
    """One device: a push credential, a session cookie and an id."""

    device: str
    credential: str
    cookie: str


@dataclass(frozen=True)
class Stage:
    config: Config
    store_id: str
    staff_id: str
    phones: list[Phone]


def set_up(folder: Path, phones: int, database_url: str = "") -> Stage:
    """A database with one organisation, one store, one rep and this many phones of theirs. By
    default SQLite in the folder."""
    given = {"SHOPBELL_DATA": str(folder), "SHOPBELL_PORT": str(free_port())}
    config = read_config({**given, "SHOPBELL_DATABASE_URL": database_url})
    return asyncio.run(fill(config, phones))


async def fill(config: Config, count: int) -> Stage:
    database = open_database(config.database_url)
    await migrate(database)
    now, rnd = int(time.time() * 1000), random.Random(1)
    store_id, staff_id = new_id(rnd), new_id(rnd)
    actor = Actor(ORG, staff_id, "rep")
    phones = []
    async with database.write() as connection:
        await found_organisation(connection, Accounted(ORG, ORG, "欣居家居", "Asia/Shanghai"))
        await found_head(connection, ORG, "bench")
        account = Account(ORG, staff_id, "bo", "薄文", "rep", "-", None, (store_id,), True)
        await open_accounts(connection, [account])
        for _ in range(count):
            device = new_id(rnd)
            await add(connection, actor, Enrolment(device, "手机", False, None), now)
            cookie = await start_session(connection, ORG, ORG, staff_id, now, device)
            phones.append(Phone(device, credential_for(config.keys, ORG, device, now), cookie))
        ledger = await open_ledger(connection, ORG, ENTITIES, now)
        ledger.create("store", store_id, store_id, store_body())
        await publish(connection, ledger)
    await database.close()
    return Stage(config, store_id, staff_id, phones)


def store_body() -> dict[str, Any]:
    return {
        "name": "人民路店",
        "code": "RM",
        "zone": "Asia/Shanghai",
        "hours": OPEN_ALWAYS,
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


class Server:
    """The real server in a process of its own; its CPU as the kernel counts it."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def __enter__(self) -> "Server":
        env = {
            **os.environ,
            "SHOPBELL_DATA": str(self.config.data),
            "SHOPBELL_PORT": str(self.config.port),
        }
        command = [sys.executable, "-m", "server.cli", "serve"]
        self.process = subprocess.Popen(
            command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.await_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    def await_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            with closing(Client(self.config.port)) as client, suppress(OSError):
                if client.request("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError("the server did not become ready")

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK_HZ


class Client:
    """One kept connection. Small on purpose: what is measured is the server."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        self.connection.close()

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, int]:
        """(status, body as it was before compression, bytes of body received)."""
        self.connection.request(method, path, body or None, headers or {})
        answer = self.connection.getresponse()
        raw = answer.read()
        plain = gzip.decompress(raw) if answer.getheader("content-encoding") == "gzip" else raw
        return answer.status, plain, len(raw)

    def push(self, phone: Phone, first: int, operations: list[dict[str, Any]]) -> Any:
        """Push operations, each a unit of its own, numbered from `first`."""
        units = [[{**each, "n": first + nth}] for nth, each in enumerate(operations)]
        envelope = {"v": 1, "schema": 1, "device": phone.device, "units": units}
        body = msgspec.json.encode({**envelope, "sent_at": int(time.time() * 1000)})
        return self.send(phone, gzip.compress(body, 1))

    def send(self, phone: Phone, squeezed: bytes) -> Any:
        headers = {
            "authorization": f"Bearer {phone.credential}",
            "content-type": "application/json",
            "content-encoding": "gzip",
        }
        status, body, _ = self.request("POST", "/sync/push", squeezed, headers)
        if status != 200:
            raise RuntimeError(f"push answered {status}: {body!r}")
        return msgspec.json.decode(body)

    def pull(self, phone: Phone, cursor: str | None) -> tuple[list[Any], str, int]:
        """(rows, cursor, bytes received) of one pull to the head."""
        headers = {
            "cookie": f"shopbell_session={phone.cookie}",
            "content-type": "application/json",
            "accept-encoding": "gzip",
            "sec-fetch-site": "same-origin",
        }
        wish = msgspec.json.encode({"device": phone.device, "cursor": cursor})
        status, body, size = self.request("POST", "/sync/pull", wish, headers)
        if status != 200:
            raise RuntimeError(f"pull answered {status}: {body!r}")
        frames = [msgspec.json.decode(line) for line in body.splitlines()]
        if not frames[-1].get("head"):
            raise RuntimeError("the pull ended before the head")
        return [row for frame in frames for row in frame["rows"]], frames[-1]["cursor"], size
