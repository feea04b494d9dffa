"""The least that the same work can cost in Python: no rights, no rules, no history."""

import gzip
import sqlite3
import time
from pathlib import Path
from typing import Any

import msgspec

from sync import Operation, Push

FIELDS = (
    "name", "salutation", "phone", "need", "budget", "community",
    "house_type", "wechat", "move_in", "source", "tier", "store_id",
)  # fmt: skip


class Record(msgspec.Struct):
    """A typed customer, so that the floor validates as the server does."""

    name: str
    salutation: str
    phone: str
    need: str
    budget: str
    community: str
    house_type: str
    wechat: str
    move_in: str
    source: str
    tier: str
    store_id: str


def open_floor(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    columns = ", ".join(f"{name} TEXT" for name in FIELDS)
    connection.execute(f"CREATE TABLE customer (id TEXT PRIMARY KEY, {columns})")
    return connection


def push_floor(path: Path, bodies: list[bytes]) -> tuple[float, float]:
    """(wall s, CPU s) to decode, validate and insert in one durable transaction."""
    connection = open_floor(path)
    wall, cpu = time.perf_counter(), time.process_time()
    values = [row for body in bodies for row in read_rows(body)]
    connection.execute("BEGIN")
    connection.executemany(f"INSERT INTO customer VALUES (?{', ?' * len(FIELDS)})", values)
    connection.execute("COMMIT")
    spent = time.perf_counter() - wall, time.process_time() - cpu
    stored = set(connection.execute("SELECT * FROM customer"))
    connection.close()
    if stored != set(values):
        raise RuntimeError("the floor did not store what it was given")
    return spent


def read_rows(body: bytes) -> list[tuple[Any, ...]]:
    push = msgspec.json.decode(gzip.decompress(body), type=Push)
    return [read_row(operation) for unit in push.units for operation in unit]


def read_row(operation: Operation) -> tuple[Any, ...]:
    return operation.i, *msgspec.structs.astuple(msgspec.convert(operation.f, Record))


def pull_floor(path: Path) -> tuple[float, float, int]:
    """(wall s, CPU s, rows) to select, encode and compress everything."""
    connection = sqlite3.connect(path, isolation_level=None)
    wall, cpu = time.perf_counter(), time.process_time()
    rows = connection.execute("SELECT * FROM customer").fetchall()
    body = gzip.compress(msgspec.json.encode(rows), 1)
    spent = time.perf_counter() - wall, time.process_time() - cpu
    connection.close()
    return *spent, len(msgspec.json.decode(gzip.decompress(body)))
