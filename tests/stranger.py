"""A second client of the protocol, for one person on one phone: from sync/README.md alone."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import os
import pickle
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Fields = dict[str, Any]
Body = Callable[[], bytes]
Reader = Callable[[http.client.HTTPResponse], Any]
Unit = list["Operation"]

MAX_FIELDS, MAX_DEPTH, MAX_INTEGER = 64 * 1024, 6, 2**53 - 1
MAX_UNIT, MAX_PUSH, MAX_SIZE = 64, 2000, 256 * 1024


def now() -> int:
    return time.time_ns() // 1_000_000


def uuid_text(raw: bytes, version: int) -> str:
    bits = int.from_bytes(raw[:16]) & ~(0xF << 76) & ~(0x3 << 62)
    return str(uuid.UUID(int=bits | version << 76 | 0x2 << 62))


def uuid7() -> str:
    return uuid_text(now().to_bytes(6) + os.urandom(10), 7)


def derive_id(*parts: str | int) -> str:
    return uuid_text(hashlib.sha256("\n".join(map(str, parts)).encode()).digest(), 8)


def number(value: float) -> str:
    """As ECMAScript's Number::toString writes it; ValueError for what is no number of JSON."""
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value or 0.0)), "f").removesuffix(".0")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent):+d}"


def canonical(value: Any) -> str:
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(k)}:{canonical(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sound(value: Any, depth: int = 1) -> Any:
    """The value with half surrogates mended; ValueError for what the server would call invalid."""
    deep = isinstance(value, dict | list) and depth > MAX_DEPTH
    wide = isinstance(value, int) and abs(value) > MAX_INTEGER
    if deep or wide or (isinstance(value, str) and "\0" in value):
        raise ValueError(f"no content for an operation: {value!r:.40}")
    if isinstance(value, dict):
        return {sound(key): sound(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [sound(item, depth + 1) for item in value]
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def digest(rows: Iterable[Row]) -> list[int]:
    hashes = [hashlib.sha256(f"{r.entity}\n{r.id}\n{r.version}".encode()).digest() for r in rows]
    lanes = (sum(int.from_bytes(h[k : k + 4]) for h in hashes) % 2**32 for k in (0, 4))
    return [len(hashes), *lanes]


@dataclass(frozen=True)
class Operation:
    e: str
    i: str
    f: Fields
    b: int | None = None  # the version that was seen; makes it a patch
    x: str | None = None
    n: int = 0  # this and the next are given when it is saved
    t: int = 0
    mismatch: bool = False  # never sent: the server knows this number for other content

    @property
    def hash(self) -> str:
        content = canonical([self.e, self.i, self.b, self.t, self.f, self.x])
        return hashlib.sha256(content.encode()).digest()[:8].hex()

    def wire(self) -> Fields:
        return {k: v for k, v in vars(self).items() if k in "neiftbx" and v is not None}


@dataclass(frozen=True)
class Row:
    entity: str
    id: str
    version: int  # 0: a row of one's own that has no version yet
    root: str
    scopes: list[str]
    body: Fields
    meta: list[Any] | None = None

    def patched(self, fields: Fields) -> Row:
        """With a patch laid over it. Only the shape of a value tells that it is for a set."""
        body = dict(self.body)
        for name, value in fields.items():
            if isinstance(value, dict) and value and value.keys() <= {"add", "remove"}:
                kept = set(body.get(name) or ()) - set(value.get("remove", ()))
                value = sorted(kept | set(value.get("add", ())))
            body[name] = value
        return replace(self, body=body)


@dataclass
class State:
    device: str = field(default_factory=uuid7)
    staff: str = ""
    session: str = ""
    credential: str = ""
    cursor: str | None = None
    contact_at: int | None = None
    given: int = 0  # the last number given
    rows: list[Row] = field(default_factory=list)
    suspect: list[str] = field(default_factory=list)  # scopes that differ from the server's
    aliases: dict[str, str] = field(default_factory=dict)
    outbox: list[Unit] = field(default_factory=list)
    answered: Unit = field(default_factory=list)  # applied, but perhaps not pulled yet

    def save(self, changes: Iterable[Operation]) -> Unit:
        """Put a unit into the outbox; its operations get their numbers here."""
        numbered = enumerate(changes, self.given + 1)
        unit = [replace(one, f=sound(one.f), n=n, t=now()) for n, one in numbered]
        largest = max(len(canonical(one.f).encode()) for one in unit)
        if len(unit) > MAX_UNIT or largest > MAX_FIELDS or len(self.packed([unit])) > MAX_SIZE:
            raise ValueError("too large ever to be applied")
        self.outbox.append(unit)
        self.given += len(unit)
        return unit

    def batch(self, most: int) -> list[Unit]:
        """The oldest unanswered units, as many as one push may carry."""
        units = [unit for unit in self.outbox if not any(one.mismatch for one in unit)][:most]
        while units[1:] and (sum(map(len, units)) > MAX_PUSH or len(self.packed(units)) > MAX_SIZE):
            units = units[: len(units) // 2]
        return units

    def packed(self, units: list[Unit]) -> bytes:
        push = {"v": 1, "schema": 1, "device": self.device, "contact_at": self.contact_at}
        push |= {"sent_at": now(), "units": [[one.wire() for one in unit] for unit in units]}
        return gzip.compress(json.dumps(push, ensure_ascii=False).encode())

    def settle(self, answer: Fields) -> list[Fields]:
        """Take from the outbox what was answered. Returns the outcomes other than `applied`."""
        first, size = answer["done"]
        outcomes = {one["n"]: one for one in answer.get("except", ())}
        for unit in self.outbox:
            for one in [one for one in unit if first <= one.n < first + size]:
                unit.remove(one)
                outcome = outcomes.get(one.n, {"o": "applied"})
                if outcome["o"] == "duplicate":
                    self.aliases[one.i] = outcome["of"]
                elif outcome["o"] == "mismatch" and not outcome.get("known"):
                    unit.append(replace(one, mismatch=True))
                elif outcome["o"] not in ("mismatch", "refused", "merged"):
                    self.answered.append(one)
        self.outbox = [sorted(unit, key=lambda one: one.n) for unit in self.outbox if unit]
        self.contact_at = answer["contact_at"]
        return list(outcomes.values())

    def rebirth(self) -> None:
        """Another outbox has this device id: take a new one, and number the rest from 1."""
        self.device, self.credential, self.contact_at, n = uuid7(), "", None, count(1)
        for unit in self.outbox:
            unit[:] = [replace(one, n=next(n), mismatch=False) for one in unit]
        self.given = next(n) - 1

    def pull_body(self) -> bytes:
        times = [one.t for unit in self.outbox for one in unit]
        body: Fields = {"device": self.device, "cursor": self.cursor, "resend": self.suspect}
        body |= {"pending": len(times), "oldest_at": min(times, default=None), "photos": 0}
        return json.dumps(body).encode()

    def apply(self, frame: Fields) -> None:
        """One frame, by the five steps of §11; at the head, §12."""
        scopes, dropped = frame["s"], frame.get("dropped", ())
        rows = {} if frame.get("resync") else {(row.entity, row.id): row for row in self.rows}
        for row in rows.values():
            row.scopes[:] = [scope for scope in row.scopes if scope not in dropped]
        for entity, row_id, version, root, held, body, meta, *_ in frame["rows"]:
            names = [scopes[index] for index in held]
            rows[entity, row_id] = Row(entity, row_id, version, root, names, body, meta)
        for index, entity, row_id, *_ in frame["gone"]:
            if (gone := rows.get((entity, row_id))) and scopes[index] in gone.scopes:
                gone.scopes.remove(scopes[index])
        self.rows = [row for row in rows.values() if row.scopes]
        self.cursor = frame["cursor"]
        self.suspect = [scope for scope in self.suspect if scope not in dropped]
        self.answered = [] if frame.get("head") else self.answered
        if theirs := frame.get("digest"):
            own = {s: digest(row for row in self.rows if s in row.scopes) for s in theirs}
            self.suspect = [scope for scope in theirs if own[scope] != theirs[scope]]

    def find(self, rows: Mapping[str, Row], row_id: str) -> str:
        """The id in sight of a row that is named by its id or by an alias."""
        merged = {a: row.id for row in rows.values() for a in row.body.get("merged_ids") or ()}
        names = self.aliases | merged
        while row_id not in rows and row_id in names:
            row_id = names.pop(row_id)
        return row_id

    def view(self) -> dict[str, Row]:
        """The pulled rows with one's own work laid over them, facts as their corrections say."""
        rows = {row.id: row for row in self.rows}
        for one in chain(self.answered, *self.outbox):
            row = rows.get(self.find(rows, one.i))
            if one.b is not None and row:
                rows[row.id] = row.patched(one.f)
            elif one.b is None and not row:
                rows[one.i] = Row(one.e, one.i, 0, one.i, [], one.f)
                if one.e == "correction" and (fact := rows.get(one.f["fact_id"])):
                    mark = {"corrected_by": one.i, "void": one.f.get("void")}
                    rows[fact.id] = fact.patched(mark)
        for row in [row for row in rows.values() if row.body.get("corrected_by")]:
            if row.body.get("void"):
                del rows[row.id]
            elif correction := rows.get(row.body["corrected_by"]):
                rows[row.id] = row.patched(correction.body.get("fields") or {})
        return rows


@dataclass
class ApiError(Exception):
    status: int
    error: Fields  # what §14 has under this key


class Revoked(Exception):
    """The device is no more, and what it held is wiped. Carries why, and the last outcomes."""


class Client:
    """The state in a file, and the server. One process at a time may use a file."""

    def __init__(self, base: str, path: Path, patience: int = 8) -> None:
        self.base, self.path, self.patience = base.rstrip("/"), path, patience
        self.draft = path.with_suffix(".draft")
        self.state = self.read() if path.exists() else State()

    def read(self) -> State:
        raw = json.loads(self.path.read_bytes())
        raw["rows"] = [Row(**row) for row in raw["rows"]]
        raw["outbox"] = [[Operation(**one) for one in unit] for unit in raw["outbox"]]
        raw["answered"] = [Operation(**one) for one in raw["answered"]]
        return State(**raw)

    @contextmanager
    def step(self) -> Iterator[State]:
        """A copy to change, which becomes the state when it is safely on the disk."""
        state = pickle.loads(pickle.dumps(self.state))  # several times as quick as deepcopy
        yield state
        with self.draft.open("w") as file:
            file.write(json.dumps(vars(state), default=vars))
            file.flush()
            os.fsync(file.fileno())
        self.draft.replace(self.path)
        self.state = state

    def unit(self, *changes: Operation) -> Unit:
        with self.step() as state:
            return state.save(changes)

    def create(self, entity: str, fields: Fields) -> str:
        return self.unit(Operation(entity, uuid7(), fields))[0].i

    def patch(self, row_id: str, fields: Fields, cites: str | None = None) -> None:
        row = self.row(row_id)
        self.unit(Operation(row.entity, row.id, fields, row.version, cites))

    def row(self, row_id: str) -> Row:
        rows = self.state.view()
        return rows[self.state.find(rows, row_id)]

    def rows(self, entity: str) -> list[Row]:
        return [row for row in self.state.view().values() if row.entity == entity]

    def call(self, path: str, headers: Fields, body: Body, read: Reader = json.load) -> Any:
        """POST until it is answered; the body is made anew for each attempt."""
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"} | headers
        cause: Exception | None = None
        for attempt in range(self.patience):
            pause = random.uniform(0.5, 1) * min(60, 2**attempt / 4)
            try:
                with urlopen(Request(self.base + path, body(), headers), timeout=60) as response:
                    return read(response)
            except HTTPError as failure:
                if failure.code < 500 and failure.code != 429:
                    raise ApiError(failure.code, json.load(failure)["error"]) from None
                after = failure.headers.get("Retry-After", "")
                cause, pause = failure, float(after) if after.isdecimal() else pause
            except (OSError, http.client.HTTPException) as failure:
                cause = failure
            if pause > 60:
                break  # the caller has better things to do than to wait that long
            time.sleep(pause)
        raise ConnectionError(f"no answer: {cause}") from cause

    def sign_in(self, login: str, password: str, org: str | None = None) -> None:
        sent = json.dumps({"login": login, "password": password, "org": org}).encode
        headers, person = self.call("/api/session", {}, sent, lambda r: (r.headers, json.load(r)))
        if self.state.staff not in ("", person["staff"]["id"]):
            raise ValueError("this phone's outbox is somebody else's")
        with self.step() as state:
            state.session = headers["Set-Cookie"].partition(";")[0]
            state.staff = person["staff"]["id"]

    def enrol(self, name: str = "phone", shared: bool = False, pin: str | None = None) -> None:
        body = {"id": self.state.device, "name": name, "shared": shared, "pin": pin}
        sent = json.dumps(body).encode
        answer = self.call("/api/devices", {"Cookie": self.state.session}, sent)
        with self.step() as state:
            state.credential = answer["credential"]

    def push(self) -> list[Fields]:
        """Send until all is answered, and at least once: an empty push finds a copied outbox."""
        if not self.state.credential:
            self.enrol()
        headers = {"Authorization": f"Bearer {self.state.credential}", "Content-Encoding": "gzip"}
        outcomes, most, answer = list[Fields](), MAX_PUSH, Fields()
        while not answer or (self.state.batch(1) and not answer.get("gap")):
            units = self.state.batch(most)
            try:
                answer = self.call("/sync/push", headers, partial(self.state.packed, units))
            except ApiError as refusal:
                if refusal.error.get("why") == "compromised":
                    self.wipe("compromised")
                if refusal.status not in (400, 413) or len(units) < 2:
                    raise
                most = len(units) // 2
                continue
            with self.step() as state:
                outcomes += state.settle(answer)
        if self.state.outbox or answer["next"] > self.state.given + 1:
            with self.step() as state:
                state.rebirth()
            outcomes += self.push()
        if "revoked" in answer:
            self.wipe(answer["revoked"], outcomes)
        return outcomes

    def pull(self) -> list[str]:
        """Pull to the head. Returns the scopes that differ even after they were sent again."""
        session = {"Cookie": self.state.session}
        try:
            self.call("/sync/pull", session, lambda: self.state.pull_body(), self.frames)
            if self.state.suspect:
                self.call("/sync/pull", session, lambda: self.state.pull_body(), self.frames)
        except ApiError as refusal:
            if refusal.error["code"] != "device_revoked":
                raise
            if refusal.error["why"] != "compromised":
                self.push()
            self.wipe(refusal.error["why"])
        return self.state.suspect

    def frames(self, response: Iterable[bytes]) -> None:
        """Apply whole lines as they arrive; what a cut leaves of the last one is not used."""
        for line in response:
            if not line.endswith(b"\n"):
                break
            with self.step() as state:
                state.apply(frame := json.loads(line))
            if frame.get("head"):
                return
        raise ConnectionError("cut before the head")

    def wipe(self, why: str, outcomes: Iterable[Fields] = ()) -> NoReturn:
        self.path.unlink(missing_ok=True)
        self.draft.unlink(missing_ok=True)
        self.state = State()
        raise Revoked(why, outcomes)

    def sync(self) -> tuple[list[Fields], list[str]]:
        return self.push(), self.pull()
