"""Killed at each point of a commit, or at any moment: what was acknowledged is there, once.

`test_crash.py` does the latter to SQLite, with the whole server and more patience.
"""

import http.client
import random
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.bench.ids import new_id
from tests.bench.stage import Client, Stage, set_up
from tests.conftest import DATABASES
from tests.server.deeds import customer, follow_up
from tests.server.doomed import Life, Point
from tests.server.test_crash import Sender

LIVES: list[tuple[Point, int]] = [("before", 1), ("after", 1), ("before", 3), ("after", 3)]
ROUNDS = 6
LONGEST_ROUND_S = 0.3

pytestmark = pytest.mark.slow


class Diary:
    """One phone's pushes, each with what no push may do twice: a contact that is counted, a
    duplicate, a conflict, a refusal."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.phone, self.chance = stage, stage.phones[0], random.Random(4)
        self.customer = new_id(self.chance)
        self.next_seq = 1
        self.pushed = 0

    def page(self) -> list[dict[str, Any]]:
        """Operations of the next push."""
        told = {"store_id": self.stage.store_id, "need": f"第 {self.pushed} 页"}
        gone = {"customer_id": new_id(self.chance), "text": "没有这位客户"}
        person = self.customer if self.pushed == 0 else new_id(self.chance)
        drafts = [
            ("customer", person, customer(**told)),
            ("follow_up", new_id(self.chance), follow_up(self.customer)),
            ("comment", new_id(self.chance), gone),
        ]
        now = int(time.time() * 1000)
        return [{"e": entity, "i": id, "f": fields, "t": now} for entity, id, fields in drafts]

    def expected(self) -> list[tuple[int, str]]:
        duplicate = [(self.next_seq, "duplicate")] if self.pushed else []
        return [*duplicate, (self.next_seq + 2, "refused")]

    def write(self, client: Client, page: list[dict[str, Any]]) -> None:
        """Sends a page, twice once it was answered: the answer never changes."""
        first = client.push(self.phone, self.next_seq, page)
        again = client.push(self.phone, self.next_seq, page)
        assert first["done"] == again["done"] == [self.next_seq, len(page)]
        assert first["except"] == again["except"]
        assert [(each["n"], each["o"]) for each in first["except"]] == self.expected()
        self.next_seq += len(page)
        self.pushed += 1


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Stage:
    return set_up(tmp_path, phones=2, database_url=database_url)


def test_killed_at_either_side_of_a_commit_nothing_is_lost_or_done_twice(stage: Stage) -> None:
    diary = Diary(stage)
    page = diary.page()
    for point, nth in LIVES:
        with Life(stage.config, point, nth) as life, closing(Client(stage.config.port)) as client:
            died = False
            while not died:
                try:
                    diary.write(client, page)
                    page = diary.page()
                except (OSError, http.client.HTTPException):
                    died = True
            life.process.join()
            assert life.process.exitcode == -9
    with Life(stage.config), closing(Client(stage.config.port)) as client:
        diary.write(client, page)
    state = read_state(stage.config.database_url)
    assert state["contact_count"] == diary.pushed
    assert state["entities"]["refusal"] == diary.pushed
    assert state["entities"]["follow_up"] == diary.pushed
    assert state["aliases"] == diary.pushed - 1
    assert state["logged"] == diary.next_seq - 1
    assert state["head"] == state["newest"]


def read_state(url: str) -> dict[str, Any]:
    is_postgres = make_url(url).get_backend_name() == "postgresql"
    driver = "postgresql+psycopg" if is_postgres else "sqlite"
    engine = create_engine(make_url(url).set(drivername=driver))
    field = "body::jsonb->>'{}'" if is_postgres else "json_extract(body, '$.{}')"
    with engine.connect() as connection:

        def one(query: str) -> Any:
            return connection.execute(text(query)).scalar()

        people = "FROM rows WHERE entity = 'customer' AND deleted = 0"
        entities = connection.execute(text("SELECT entity FROM rows"))
        state = {
            "contact_count": int(one(f"SELECT {field.format('contact_count')} {people}") or 0),
            "phones": list(
                connection.execute(text(f"SELECT {field.format('phone')} {people}")).scalars()
            ),
            "ids": set(connection.execute(text(f"SELECT id {people}")).scalars()),
            "entities": Counter(entities.scalars()),
            "aliases": one("SELECT COUNT(*) FROM aliases"),
            "logged": one("SELECT SUM(count) FROM pushes"),
            "head": one("SELECT seq FROM heads"),
            "newest": one("SELECT MAX(seq) FROM rows"),
        }
    engine.dispose()
    return state


@pytest.mark.parametrize("database_url", DATABASES[1:], indirect=True)
def test_everything_acknowledged_survives_kills_at_any_moment(stage: Stage) -> None:
    senders = [Sender(stage, phone, seed) for seed, phone in enumerate(stage.phones, 201)]
    chance = random.Random(5)
    for _ in range(ROUNDS):
        with Life(stage.config) as life:
            threads = [threading.Thread(target=sender.run) for sender in senders]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.02, LONGEST_ROUND_S))
            life.kill()
            for thread in threads:
                thread.join()
    with Life(stage.config):
        for sender in senders:
            with closing(Client(stage.config.port)) as client:
                sender.push_once(client)
    acked = [id for sender in senders for id in sender.acked]
    state = read_state(stage.config.database_url)
    assert len(acked) > ROUNDS
    assert state["ids"] == set(acked)
    assert len(state["phones"]) == len(set(state["phones"])) == len(acked)
    assert state["logged"] == len(acked)
    assert state["head"] == state["newest"]
