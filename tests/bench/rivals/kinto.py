"""Kinto: records over HTTP with a clock for each collection. In memory, with its default batches.

Its client is ours: pull by `_since`, push by batches, as its documentation describes.
"""

import asyncio
import base64
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.bulk import IDLE_SYNCS
from tests.bench.crowd import DEVICES, LIMIT_S, OPERATIONS
from tests.bench.edits import RECORDS
from tests.bench.figures import Figure, spent
from tests.bench.process import Process, Watch
from tests.bench.records import make_customers
from tests.bench.replica import require
from tests.bench.rivals.install import pip_install
from tests.bench.stage import Client, free_port
from tests.bench.wire import Wire

PACKAGES = {"kinto": "26.5.0", "waitress": "3.0.2"}
NAME = f"Kinto {PACKAGES['kinto']}"
BATCH = 25
"""`batch_max_requests`, as it comes."""
HEADERS = {
    "authorization": "Basic " + base64.b64encode(b"bench:bench").decode(),
    "content-type": "application/json",
}
SETTINGS = """
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = %(http_port)s
threads = 4
[app:main]
use = egg:kinto
kinto.includes = kinto.plugins.default_bucket
kinto.storage_backend = kinto.core.storage.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.permission_backend = kinto.core.permission.memory
kinto.userid_hmac_secret = bench
multiauth.policies = basicauth
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = ERROR
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(message)s
"""


def install(folder: Path) -> None:
    pip_install(folder, PACKAGES)
    (folder / "kinto.ini").write_text(SETTINGS)


def run(folder: Path, rows: int) -> list[Figure]:
    port = free_port()
    command = ["env/bin/kinto", "start", "--ini", "kinto.ini", "--port", str(port)]
    with (
        Process(
            [str(folder / command[0]), *command[1:]], lambda: answers(port), {}, folder
        ) as server,
        closing(Client(port)) as client,
    ):
        for name in ("bulk", "crowd", "merge"):
            ask(client, "PUT", collection(name), {})
        return measure(server, client, port, rows)


def answers(port: int) -> bool:
    with closing(Client(port)) as client, suppress(OSError):
        return client.request("GET", "/v1/")[0] == 200
    return False


def measure(server: Process, client: Client, port: int, rows: int) -> list[Figure]:
    made = make_customers(rows, "store")
    bodies = list(creations("bulk", made))
    sent = client.sent + client.received
    with Watch(server) as pushing:
        for body in bodies:
            push(client, body)
    sent, received = client.sent + client.received - sent, client.received
    with Watch(server) as pulling:
        held = pull(client, "bulk", "")
    received = client.received - received
    require(len(held) == rows, f"Kinto brought {len(held)} of {rows} rows")
    since = newest(held)
    with Watch(server) as idle:
        moved = sum(len(pull(client, "bulk", since)) for _ in range(IDLE_SYNCS))
    require(moved == 0, "an idle sync brought rows")
    return [
        *spent("W1.push", pushing, operations=rows, bytes=sent),
        *spent("W2.pull", pulling, rows=rows, bytes=received),
        *asyncio.run(converge(server, port, made)),
        Figure("W4.idle.cpu_ms", idle.cpu / IDLE_SYNCS * 1000, "ms"),
        Figure("W4.idle.wall_ms", idle.wall / IDLE_SYNCS * 1000, "ms"),
        *merge(server, client, made[:RECORDS]),
    ]


def collection(name: str) -> str:
    return f"/v1/buckets/default/collections/{name}"


Made = list[tuple[str, dict[str, Any]]]


def creations(name: str, made: Made) -> Iterable[bytes]:
    return batches(name, made, {"method": "PUT", "headers": {"If-None-Match": "*"}})


def batches(name: str, changes: Made, defaults: dict[str, Any]) -> Iterable[bytes]:
    for at in range(0, len(changes), BATCH):
        requests = [
            {"path": f"{collection(name)}/records/{id}", "body": {"data": fields}}
            for id, fields in changes[at : at + BATCH]
        ]
        yield msgspec.json.encode({"defaults": defaults, "requests": requests})


def ask(client: Client, method: str, path: str, body: Any) -> Any:
    status, answer = client.request(method, path, msgspec.json.encode(body), HEADERS)
    require(status in (200, 201), f"Kinto answered {status}: {answer!r}")
    return msgspec.json.decode(answer)


def push(client: Client, body: bytes) -> None:
    status, answer = client.request("POST", "/v1/batch", body, HEADERS)
    check_batch(status, answer)


def check_batch(status: int, answer: bytes) -> None:
    require(status == 200, f"Kinto answered {status}")
    wrong = [each for each in msgspec.json.decode(answer)["responses"] if each["status"] > 201]
    require(not wrong, f"Kinto did not apply: {wrong[:1]}")


def pull(client: Client, name: str, since: str) -> list[dict[str, Any]]:
    path, headers = news(name, since)
    return read_rows(*client.request("GET", path, b"", headers))


def news(name: str, since: str) -> tuple[str, dict[str, str]]:
    """Path and headers. With its own clock the server need not look at records: 304."""
    path = f"{collection(name)}/records"
    if not since:
        return path, HEADERS
    return f"{path}?_since=%22{since}%22", {**HEADERS, "if-none-match": f'"{since}"'}


def read_rows(status: int, answer: bytes) -> list[dict[str, Any]]:
    if status == 304:
        return []
    require(status == 200, f"Kinto answered {status}")
    rows: list[dict[str, Any]] = msgspec.json.decode(answer)["data"]
    return rows


def newest(rows: list[dict[str, Any]]) -> str:
    return str(max(row["last_modified"] for row in rows))


async def converge(server: Process, port: int, made: Made) -> list[Figure]:
    """As our crowd: push once, then pull until everything is there."""
    wires = [await Wire.open(port) for _ in range(DEVICES)]
    work = [
        list(creations("crowd", made[nth * OPERATIONS : (nth + 1) * OPERATIONS]))
        for nth in range(DEVICES)
    ]
    client = -time.process_time()
    async with asyncio.timeout(LIMIT_S):
        with Watch(server) as watch:
            pulls = await asyncio.gather(*map(take_part, wires, work))
    client += time.process_time()
    travelled = sum(wire.sent + wire.received for wire in wires)
    for wire in wires:
        wire.close()
    return spent(
        "W3.crowd",
        watch,
        devices=DEVICES,
        pulls=sum(pulls),
        bytes=travelled,
        client_cpu=round(client, 3),
    )


async def take_part(wire: Wire, bodies: list[bytes]) -> int:
    """Pushes, then pulls until all is held; how many pulls it took."""
    for body in bodies:
        status, _, answer = await wire.request("POST", "/v1/batch", body, HEADERS)
        check_batch(status, answer)
    held: set[str] = set()
    since, pulls = "", 0
    while len(held) < DEVICES * OPERATIONS:
        path, headers = news("crowd", since)
        status, _, answer = await wire.request("GET", path, b"", headers)
        rows = read_rows(status, answer)
        held |= {row["id"] for row in rows}
        since = newest(rows) if rows else since
        pulls += 1
    return pulls


def merge(server: Process, client: Client, made: Made) -> list[Figure]:
    """By PATCH of the changed field: merges, and would overwrite the same field silently."""
    for body in creations("merge", made):
        push(client, body)
    since = newest(pull(client, "merge", ""))
    edits = [
        body
        for field in ("budget", "need")
        for body in batches(
            "merge", [(id, {field: f"{field} {id}"}) for id, _ in made], {"method": "PATCH"}
        )
    ]
    with Watch(server) as watch:
        for body in edits:
            push(client, body)
        held = [pull(client, "merge", since) for _ in range(2)]
    both = sum(
        (row["budget"], row["need"]) == (f"budget {row['id']}", f"need {row['id']}")
        for row in held[1]
    )
    require(both == len(made), f"Kinto merged {both} of {len(made)}")
    return spent("W5.merge", watch, both=both)
