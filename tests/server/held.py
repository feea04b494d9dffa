"""What a phone holds after pulling: rows by scope, as the specification tells a client to do it."""

from typing import Any, NamedTuple

from sync import digest_of
from tests.phone import Phone


class Got(NamedTuple):
    entity: str
    id: str
    version: int
    root: str
    scopes: frozenset[str]
    body: dict[str, Any]
    meta: list[Any]


class Holder:
    """A phone and the rows it has been sent; empty at first, whatever it pulled before."""

    def __init__(self, phone: Phone) -> None:
        phone.cursor = None
        self.phone = phone
        self.rows: dict[str, Got] = {}
        self.digest: dict[str, tuple[int, int, int]] = {}
        self.resynced = False

    async def pull(self) -> "Holder":
        for frame in await self.phone.pull():
            self.apply(frame)
        return self

    def apply(self, frame: dict[str, Any]) -> None:
        if frame.get("resync"):
            self.rows.clear()
            self.resynced = True
        for scope in frame.get("dropped", []):
            self.drop_scope(scope)
        for entity, id, version, root, scopes, body, meta in frame["rows"]:
            held = frozenset(frame["s"][nth] for nth in scopes)
            self.rows[id] = Got(entity, id, version, root, held, body, meta)
        for nth, _entity, id, version in frame["gone"]:
            self.drop(id, frame["s"][nth], version)
        for scope, lanes in frame.get("digest", {}).items():
            self.digest[scope] = tuple(lanes)

    def drop_scope(self, scope: str) -> None:
        self.digest.pop(scope, None)
        for row in list(self.rows.values()):
            self.drop(row.id, scope, row.version)

    def drop(self, id: str, scope: str, version: int) -> None:
        row = self.rows.get(id)
        if row is None or row.version > version:
            return
        left = row.scopes - {scope}
        if left:
            self.rows[id] = row._replace(scopes=left)
        else:
            del self.rows[id]

    def of(self, entity: str) -> list[Got]:
        return [row for row in self.rows.values() if row.entity == entity]

    def one(self, entity: str) -> Got:
        (row,) = self.of(entity)
        return row

    def own_digest(self, scope: str) -> tuple[int, int, int]:
        held = [(r.entity, r.id, r.version) for r in self.rows.values() if scope in r.scopes]
        count, hi, lo = digest_of(held)
        return count, hi, lo

    def agrees(self) -> bool:
        """Law 30: what it holds is what the server says it should."""
        return all(self.own_digest(scope) == lanes for scope, lanes in self.digest.items())
