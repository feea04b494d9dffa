"""The server is killed while phones push: what it acknowledged is there, once."""

import http.client
import json
import random
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.bench.ids import new_id
from tests.bench.records import make_customers
from tests.bench.stage import Client, Phone, Stage, set_up
from tests.server.doomed import WholeLife

ROUNDS, SOAK_ROUNDS = 30, 200
PUSH = 5
LONGEST_ROUND_S = 0.25


class Sender:
    """A phone that sends everything it has, again and again, until told that it arrived."""

    def __init__(self, stage: Stage, phone: Phone, seed: int) -> None:
        self.stage, self.phone = stage, phone
        self.customers = iter(make_customers(20_000, stage.store_id, seed))
        self.waiting: list[dict[str, Any]] = []
        self.acked: list[str] = []
        self.next_seq = 1

    def run(self) -> None:
        """Pushes until the server is gone."""
        client = Client(self.stage.config.port)
        with closing(client), suppress(OSError, http.client.HTTPException):
            while True:
                self.push_once(client)

    def push_once(self, client: Client) -> None:
        while len(self.waiting) < PUSH:
            id, fields = next(self.customers)
            now = int(time.time() * 1000)
            self.waiting.append({"e": "customer", "i": id, "f": fields, "t": now})
        answer = client.push(self.phone, self.next_seq, self.waiting)
        first, count = answer["done"]
        assert (first, count) == (self.next_seq, len(self.waiting))
        assert "except" not in answer, answer
        self.acked += [each["i"] for each in self.waiting]
        self.next_seq += count
        self.waiting = []


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(SOAK_ROUNDS, marks=pytest.mark.soak)])
def test_everything_acknowledged_survives_any_number_of_kills_and_nothing_is_there_twice(
    tmp_path: Path, rounds: int
) -> None:
    stage = set_up(tmp_path, phones=2)
    senders = [Sender(stage, phone, seed) for seed, phone in enumerate(stage.phones, 101)]
    rnd = random.Random(new_id(random.Random(3)))
    for _ in range(rounds):
        with WholeLife(stage.config) as life:
            threads = [threading.Thread(target=sender.run) for sender in senders]
            for thread in threads:
                thread.start()
            time.sleep(rnd.uniform(0.02, LONGEST_ROUND_S))
            life.kill()
            for thread in threads:
                thread.join()
    with WholeLife(stage.config):
        for sender in senders:
            with closing(Client(stage.config.port)) as client:
                sender.push_once(client)
    check(tmp_path / "shopbell.sqlite3", senders, rounds)


def check(path: Path, senders: list[Sender], least: int) -> None:
    database = sqlite3.connect(path)
    stored = [id for (id,) in database.execute("SELECT id FROM rows WHERE entity = 'customer'")]
    phones = [
        json.loads(body)["phone"]
        for (body,) in database.execute("SELECT body FROM rows WHERE entity = 'customer'")
    ]
    logged = database.execute("SELECT SUM(count) FROM pushes").fetchone()[0]
    aliases = database.execute("SELECT COUNT(*) FROM aliases").fetchone()[0]
    database.close()
    acked = [id for sender in senders for id in sender.acked]
    assert len(acked) > least
    assert set(acked) <= set(stored)
    assert len(stored) == len(set(stored)) == len(set(phones)) == len(acked)
    assert logged == len(acked)
    assert aliases == 0
