"""A client written from the specification: an outbox, a cache, receipts, and one push at a time."""

from __future__ import annotations

import gzip
from typing import Any, NamedTuple

import msgspec

from sync import Digest, derive_id, digest_of

Operation = dict[str, Any]
Unit = list[Operation]
PUSH_UNITS = 12
KEPT_UNITS = 80
"""So many answered units a phone keeps, for a server that loses them."""


class Held(NamedTuple):
    """A pulled row."""

    entity: str
    version: int
    root: str
    scopes: tuple[str, ...]
    body: dict[str, Any]
    meta: tuple[Any, ...]


class Disk(msgspec.Struct):
    """All that a phone keeps, and so all that a backup brings back. `n` is the last number given,
    `sent` what was answered; the phone does not know that its cache `is_spoiled`, the test does."""

    device: str
    credential: str
    cookie: str
    n: int = 0
    outbox: list[Unit] = []
    sent: list[Unit] = []
    rows: dict[str, Held] = {}
    cursor: str | None = None
    digest: dict[str, Digest] = {}
    aliases: dict[str, str] = {}
    receipts: dict[int, Any] = {}
    contact_at: int | None = None
    is_spoiled: bool = False

    def copy(self) -> Disk:
        """Rows and operations are replaced, never changed."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return Disk(**{k: v.copy() if hasattr(v, "copy") else v for k, v in fields.items()})


class Applied(NamedTuple):
    """What a frame did: ids that left the phone, and whether it was the last one."""

    left: list[str]
    is_head: bool
    is_resync: bool
    dropped: list[str]


class Phone:
    """One phone in one person's hand. `skew` is how far its clock runs ahead of the server's."""

    def __init__(self, person: str, disk: Disk, skew: int) -> None:
        self.person = person
        self.disk = disk
        self.skew = skew
        self.resend: list[str] = []
        self.is_in_sync = False
        self.needs_identity = False
        self.revoked: str | None = None

    @property
    def work(self) -> list[Unit]:
        """Everything of its person's that it still holds."""
        return [*self.disk.sent, *self.disk.outbox]

    # Writing

    def save(self, unit: Unit, now: int) -> list[Unit]:
        """Numbers are given once, when the person saves; the clock is read raw. Returns what the
        person gave up with it."""
        disk = self.disk
        numbered = [
            {"n": disk.n + nth, "t": now + self.skew, **each} for nth, each in enumerate(unit, 1)
        ]
        disk.n += len(unit)
        disk.outbox.append(numbered)
        return self.discard({each["f"].get("refusal_id") for each in unit if is_thanks(each)})

    def discard(self, refusal_ids: set[str]) -> list[Unit]:
        disk = self.disk
        given_up = [unit for unit in disk.sent if refusal_ids & refusals_of(disk.device, unit)]
        disk.sent = [unit for unit in disk.sent if unit not in given_up]
        return given_up

    def version_of(self, id: str) -> int:
        held = self.disk.rows.get(id)
        return held.version if held else 0

    def of(self, entity: str) -> list[str]:
        return [id for id, held in self.disk.rows.items() if held.entity == entity]

    # Up

    def make_push(self, now: int, most: int = PUSH_UNITS) -> bytes:
        """From the oldest unanswered unit on."""
        return self.envelope(self.disk.outbox[:most], now)

    def envelope(self, units: list[Unit], now: int) -> bytes:
        disk = self.disk
        body = {
            "v": 1,
            "schema": 1,
            "device": disk.device,
            "sent_at": now + self.skew,
            "contact_at": disk.contact_at,
            "units": units,
        }
        return msgspec.json.encode(body)

    def take_answer(self, body: bytes) -> int:
        """Section 4. Returns how many units wait again because the server lost them."""
        disk, answer = self.disk, msgspec.json.decode(body)
        told = {outcome["n"]: outcome for outcome in answer.get("except", ())}
        first, count = answer["done"]
        outcomes = {n: told.get(n) for n in range(first, first + count)}
        judged = {n for n, outcome in outcomes.items() if not is_mismatch(outcome)}
        for n in judged:
            note_receipt(disk, n, outcomes[n])
        disk.contact_at = answer["contact_at"]
        self.note_aliases(told)
        known = {n for n, outcome in outcomes.items() if is_known(outcome)}
        disk.sent = [*disk.sent, *parts_of(disk.outbox, judged)][-KEPT_UNITS:]
        left = {each["n"] for unit in disk.outbox for each in unit} - judged - known
        disk.outbox = parts_of(disk.outbox, left)
        is_ahead = answer["next"] > disk.n + 1
        self.needs_identity = is_ahead or any(map(is_mismatch, outcomes.values()))
        self.revoked = answer.get("revoked")
        return self.rewind(answer["next"]) if answer["next"] < self.next_number else 0

    @property
    def next_number(self) -> int:
        """Of what is sent next, or will be."""
        outbox = self.disk.outbox
        return int(outbox[0][0]["n"]) if outbox else self.disk.n + 1

    def rewind(self, next: int) -> int:
        """The server was put back: what it lost waits again. Where a number is missing, under
        another name."""
        disk = self.disk
        lost = [unit for unit in disk.sent if unit[0]["n"] >= next]
        disk.sent = [unit for unit in disk.sent if unit[0]["n"] < next]
        disk.receipts = {n: outcome for n, outcome in disk.receipts.items() if n < next}
        disk.outbox = [*lost, *disk.outbox]
        numbers = [each["n"] for unit in disk.outbox for each in unit]
        self.needs_identity = not numbers or numbers != [*range(next, next + len(numbers))]
        return len(lost)

    def note_aliases(self, told: dict[int, Any]) -> None:
        for each in (each for unit in self.disk.outbox for each in unit):
            outcome = told.get(each["n"])
            if outcome is not None and outcome["o"] == "duplicate":
                self.disk.aliases[each["i"]] = outcome["of"]

    def be_reborn(self, device: str, credential: str, cookie: str) -> None:
        """Two outboxes shared one identity: keep what was not judged, under new numbers."""
        disk = self.disk
        disk.device, disk.credential, disk.cookie = device, credential, cookie
        disk.receipts, disk.sent, disk.n = {}, [], 0
        units, disk.outbox = disk.outbox, []
        for unit in units:
            disk.outbox.append([{**each, "n": disk.n + nth} for nth, each in enumerate(unit, 1)])
            disk.n += len(unit)
        self.needs_identity = False

    # Down

    def make_pull(self) -> bytes:
        disk = self.disk
        wish: dict[str, Any] = {"device": disk.device, "cursor": disk.cursor}
        if self.resend:
            wish["resend"] = self.resend
        waiting = [each for unit in disk.outbox for each in unit]
        wish["pending"] = len(waiting)
        wish["oldest_at"] = min((max(0, each["t"]) for each in waiting), default=None)
        return msgspec.json.encode(wish)

    def apply(self, line: bytes) -> Applied:
        """Section 11: in this order, in one transaction."""
        disk, frame = self.disk, msgspec.json.decode(line)
        before = set(disk.rows)
        if frame.get("resync"):
            disk.rows.clear()
            disk.digest.clear()
        for scope in frame.get("dropped", ()):
            disk.digest.pop(scope, None)
            for id in list(disk.rows):
                self.leave(scope, id)
        for entity, id, version, root, indexes, body, meta in frame["rows"]:
            scopes = tuple(frame["s"][nth] for nth in indexes)
            disk.rows[id] = Held(entity, version, root, scopes, body, tuple(meta))
        for nth, _, id, _ in frame["gone"]:
            self.leave(frame["s"][nth], id)
        disk.cursor = frame["cursor"]
        if "dropped" in frame or "resync" in frame:
            self.resend = []
        if frame.get("head"):
            self.compare(frame.get("digest"))
        left = [id for id in sorted(before) if id not in disk.rows]
        dropped = frame.get("dropped", [])
        return Applied(left, bool(frame.get("head")), bool(frame.get("resync")), dropped)

    def leave(self, scope: str, id: str) -> None:
        held = self.disk.rows.get(id)
        if held is None or scope not in held.scopes:
            return
        scopes = tuple(each for each in held.scopes if each != scope)
        if scopes:
            self.disk.rows[id] = held._replace(scopes=scopes)
        else:
            del self.disk.rows[id]

    def compare(self, told: dict[str, list[int]] | None) -> None:
        """Section 12: where a scope differs it is asked for again."""
        disk = self.disk
        if told is not None:
            disk.digest = {scope: Digest(*lanes) for scope, lanes in told.items()}
        own = self.own_digest()
        self.resend = [scope for scope, held in disk.digest.items() if own[scope] != held]
        self.is_in_sync = not self.resend

    def own_digest(self) -> dict[str, Digest]:
        members: dict[str, list[tuple[str, str, int]]] = {scope: [] for scope in self.disk.digest}
        for id, held in self.disk.rows.items():
            for scope in held.scopes:
                members.setdefault(scope, []).append((held.entity, id, held.version))
        return {scope: digest_of(rows) for scope, rows in members.items()}


def is_mismatch(outcome: Any) -> bool:
    return outcome is not None and outcome["o"] == "mismatch"


def is_known(outcome: Any) -> bool:
    return outcome is not None and bool(outcome.get("known"))


def is_thanks(operation: Operation) -> bool:
    return bool(operation["e"] == "acknowledgement")


def refusals_of(device: str, unit: Unit) -> set[str]:
    return {derive_id("refusal", device, each["n"]) for each in unit}


def parts_of(units: list[Unit], numbers: set[int]) -> list[Unit]:
    """Of each unit what has one of these numbers."""
    parts = [[each for each in unit if each["n"] in numbers] for unit in units]
    return [part for part in parts if part]


def note_receipt(disk: Disk, n: int, outcome: Any) -> None:
    """An outcome once heard never changes."""
    assert disk.receipts.setdefault(n, outcome) == outcome, f"{disk.device}/{n} changed"


def squeeze(body: bytes) -> bytes:
    return gzip.compress(body, 1, mtime=0)
