"""The real server process on the real clock, killed in the middle of the ladder."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from server.clock import system_clock
from server.db import open_database
from tests.cast import RENMIN, found_xinju
from tests.conftest import MovableClock
from tests.server.shop import Shop

PORT = 9741
ROOT = Path(__file__).parents[2]
KILLED_S, STARTED_S, ENDED_S = 15, 25, 38


class Process:
    """`python -m server.cli serve` over a database file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environ = {
            **os.environ,
            "SHOPBELL_DATA": str(self.folder),
            "SHOPBELL_PORT": str(PORT),
            "SHOPBELL_SECRETS": "test key",
        }
        command = [sys.executable, "-m", "server.cli", "serve"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def await_ready(self) -> None:
        for _ in range(100):
            try:
                if httpx.get(f"http://127.0.0.1:{PORT}/livez").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def server(tmp_path: Path, sqlite_template: Path) -> Iterator[Process]:
    shutil.copyfile(sqlite_template, tmp_path / "shopbell.sqlite3")
    process = Process(tmp_path)
    yield process
    process.kill()


async def scan_now(path: Path) -> int:
    """A customer of a store with 20 seconds of patience; returns when, in ms."""
    clock = MovableClock()
    clock.now = system_clock()
    database = open_database(f"sqlite:///{path}")
    await database.transact(lambda connection: found_xinju(connection, clock()))
    shop = Shop(database, clock)
    await shop.change(RENMIN, patience_s=20, hours=[[[0, 1440]]] * 7)
    clock.now = system_clock()
    await shop.scan()
    await database.close()
    return clock.now


def read_rows(path: Path, entity: str) -> list[str]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        query = "SELECT body FROM rows WHERE entity = ? ORDER BY seq"
        found = [body for (body,) in connection.execute(query, (entity,))]
    connection.close()
    return found


def wait_until(received_at: int, seconds: int) -> None:
    time.sleep(max(received_at / 1000 + seconds - time.time(), 0))


def is_past(received_at: int, seconds: int) -> bool:
    return time.time() > received_at / 1000 + seconds


@pytest.mark.slow
def test_a_server_killed_at_fifteen_seconds_and_back_at_twenty_five_escalates_once(
    server: Process,
) -> None:
    path = server.folder / "shopbell.sqlite3"
    received_at = asyncio.run(scan_now(path))
    server.start()
    server.await_ready()
    wait_until(received_at, KILLED_S)
    server.kill()
    assert len(read_rows(path, "offer")) == 2, "offered, and moved on at 13 seconds"
    wait_until(received_at, STARTED_S)
    server.start()
    server.await_ready()
    while len(read_rows(path, "escalation")) < 2 and not is_past(received_at, ENDED_S):
        time.sleep(0.2)
    time.sleep(1)
    server.kill()
    levels = [body.split('"level":"')[1].split('"')[0] for body in read_rows(path, "escalation")]
    assert levels == ["next", "manager"]
    told = [body.split('"kind":"')[1].split('"')[0] for body in read_rows(path, "notice")]
    assert sorted(told) == ["escalated", "nudge", "warning"]
