"""What is on the server, read from its database file and its folder of pictures."""

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

Body = dict[str, Any]


class Records:
    def __init__(self, data: Path) -> None:
        self.data = data

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        address = f"file:{self.data / 'shopbell.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return connection.execute(statement, values).fetchall()

    def bodies(self, entity: str, **fields: Any) -> list[Body]:
        """The rows of one entity, oldest first, each with its `id`; those with these fields."""
        statement = "SELECT id, body FROM rows WHERE entity = ? AND deleted = 0 ORDER BY born, id"
        found = [{"id": id, **json.loads(body)} for id, body in self.query(statement, entity)]
        return [body for body in found if fields.items() <= body.items()]

    def body(self, entity: str, **fields: Any) -> Body:
        found = self.bodies(entity, **fields)
        assert len(found) == 1, f"{len(found)} {entity} rows like {fields}, not one"
        return found[0]

    def counts(self, *entities: str) -> dict[str, int]:
        return {entity: len(self.bodies(entity)) for entity in entities}

    def until(self, condition: Callable[[], bool], patience_s: float = 15) -> None:
        """Looks again and again; AssertionError when it never comes true."""
        deadline = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < deadline, "it did not come true"
            time.sleep(0.05)

    def pictures(self) -> dict[str, bytes]:
        """The pictures kept, by the name under which each is kept: the hash of its bytes."""
        names = [
            name
            for held in self.query("SELECT full_sha256, small_sha256 FROM photo_blobs")
            for name in held
        ]
        found = {name: list(self.data.rglob(name)) for name in names}
        assert all(len(paths) == 1 for paths in found.values()), found
        return {name: paths[0].read_bytes() for name, paths in found.items()}
