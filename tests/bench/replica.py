"""What a phone holds after its pulls, by the protocol's own rules, so that no figure can come from
work that went wrong."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from sync import digest_of


class Line(msgspec.Struct, array_like=True, gc=False):
    """A row as it travels. A phone stores body and meta as they are."""

    entity: str
    id: str
    version: int
    root: str
    scopes: list[int]
    body: msgspec.Raw
    meta: msgspec.Raw


class Frame(msgspec.Struct):
    s: list[str]
    rows: list[Line]
    gone: list[tuple[int, str, str, int]]
    cursor: str
    head: bool = False
    digest: dict[str, tuple[int, int, int]] | None = None


_frame = msgspec.json.Decoder(Frame)


def read_frames(lines: Iterable[bytes]) -> list[Frame]:
    frames = list(map(_frame.decode, lines))
    if not frames or not frames[-1].head:
        raise RuntimeError("the pull ended before the head")
    return frames


class Held(NamedTuple):
    entity: str
    version: int
    scopes: set[str]
    body: msgspec.Raw


class Replica:
    """Rows by id, and where the phone stands in the feed."""

    def __init__(self) -> None:
        self.rows: dict[str, Held] = {}
        self.cursor: str | None = None
        self.digests: dict[str, tuple[int, int, int]] = {}

    def apply(self, frames: Iterable[Frame]) -> None:
        for frame in frames:
            for row in frame.rows:
                held = {frame.s[nth] for nth in row.scopes}
                self.rows[row.id] = Held(row.entity, row.version, held, row.body)
            for nth, _, id, _ in frame.gone:
                self.leave(id, frame.s[nth])
            self.cursor = frame.cursor
            self.digests = frame.digest or self.digests

    def leave(self, id: str, scope: str) -> None:
        held = self.rows.get(id)
        if held is not None:
            held.scopes.discard(scope)
            if not held.scopes:
                del self.rows[id]

    def ids(self, entity: str) -> set[str]:
        return {id for id, row in self.rows.items() if row.entity == entity}

    def bodies(self, entity: str) -> dict[str, dict[str, Any]]:
        wanted = ((id, row.body) for id, row in self.rows.items() if row.entity == entity)
        return {id: msgspec.json.decode(body) for id, body in wanted}

    def check(self) -> None:
        """Raises RuntimeError unless every scope's digest is the server's."""
        for scope, digest in self.digests.items():
            mine = digest_of(
                (row.entity, id, row.version)
                for id, row in self.rows.items()
                if scope in row.scopes
            )
            if tuple(mine) != digest:
                raise RuntimeError(f"{scope} differs: {tuple(mine)} here, {digest} there")


def require(is_so: bool, otherwise: str) -> None:
    """Wrong work has no figure."""
    if not is_so:
        raise RuntimeError(otherwise)
