"""A person with a phone, as the specification describes both: sessions, devices, rows, digests."""

import base64
import gzip
import hashlib
import http.client
import json
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Json = dict[str, Any]
TIMEOUT_S = 60
SIGNED_IN: dict[tuple[str, str], str] = {}
"""Cookies by address and login: whoever signs in for each law is soon told that it is too often."""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return dict(json.loads(self.body))

    @property
    def frames(self) -> list[Json]:
        return [json.loads(line) for line in self.body.splitlines() if line]


def now_ms() -> int:
    return int(time.time() * 1000)


def make_id() -> str:
    """UUIDv7 (RFC 9562)."""
    bits = now_ms() << 80 | int.from_bytes(os.urandom(10), "big")
    bits = bits & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=bits & ~(3 << 62) | 2 << 62))


def derive_id(*parts: str | int) -> str:
    """§2 of the specification: an id of the server's that anybody can compute."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    bits = int.from_bytes(digest[:16], "big") & ~(0xF << 76) | 8 << 76
    return str(uuid.UUID(int=bits & ~(3 << 62) | 2 << 62))


def make_phone_number() -> str:
    return f"139{int.from_bytes(os.urandom(4), 'big') % 10**8:08d}"


class Peer:
    """One signed-in person, one enrolled device, and the rows that it was sent."""

    def __init__(self, url: str, login: str, password: str, org: str | None) -> None:
        place = urlsplit(url)
        self.connection = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=TIMEOUT_S
        )
        self.cookie = SIGNED_IN.get((url, login), "")
        answer = self.call("GET", "/api/session")
        if answer.status != 200:
            wish = {"login": login, "password": password, **({"org": org} if org else {})}
            answer = self.call("POST", "/api/session", wish, {"cookie": ""})
            if answer.status != 200:
                raise SystemExit(f"{login} cannot sign in: {answer.status} {answer.body!r}")
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
            SIGNED_IN[url, login] = self.cookie
        self.me: Json = answer.json["staff"]
        self.device = ""
        self.take_device()

    def take_device(self) -> None:
        """A new identity with an outbox of its own, and nothing held."""
        self.device = str(uuid.uuid4())
        answer = self.call("POST", "/api/devices", {"id": self.device, "name": "conformance"})
        self.credential: str = answer.json["credential"]
        self.next_seq = 1
        self.forget()

    def forget(self) -> None:
        self.cursor: str | None = None
        self.rows: dict[str, Json] = {}
        self.digest: dict[str, list[int]] = {}
        self.resynced = False

    # Requests

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        sent = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
        sent |= {"cookie": self.cookie} if self.cookie else {}
        raw = body if isinstance(body, bytes) else None if body is None else encode(body)
        self.connection.request(method, path, raw, {**sent, **(headers or {})})
        got = self.connection.getresponse()
        return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())

    def operation(self, entity: str, id: str, fields: Json, **more: Any) -> Json:
        made = {"n": self.next_seq, "e": entity, "i": id, "f": fields, "t": now_ms(), **more}
        self.next_seq += 1
        return made

    def envelope(self, *units: list[Json], **more: Any) -> Json:
        told = {"v": 1, "schema": 1, "device": self.device, "contact_at": None}
        return {**told, "sent_at": now_ms(), "units": list(units), **more}

    def push(self, *units: list[Json], **more: Any) -> Answer:
        return self.push_raw(encode(self.envelope(*units, **more)))

    def push_raw(self, body: bytes, **headers: str) -> Answer:
        known = {"authorization": f"Bearer {self.credential}", "cookie": ""}
        return self.call("POST", "/sync/push", body, {**known, **headers})

    @contextmanager
    def listening(self) -> Iterator[Iterable[bytes]]:
        """The lines of a stream of pokes, on a connection of its own; the first has come."""
        line = http.client.HTTPConnection(self.connection.host, self.connection.port, TIMEOUT_S)
        line.request("GET", "/sync/events", headers={"cookie": self.cookie})
        stream = line.getresponse()
        stream.readline()
        try:
            yield stream
        finally:
            line.close()

    def upload(self, photo_id: str, content: bytes, digest: str = "") -> int:
        """By tus, in one piece; the status of the last answer."""
        digest = digest or hashlib.sha256(content).hexdigest()
        told = {"photo_id": photo_id, "sha256": digest}
        named = [f"{key} {base64.b64encode(each.encode()).decode()}" for key, each in told.items()]
        known = {"authorization": f"Bearer {self.credential}", "tus-resumable": "1.0.0"}
        size = {"upload-length": str(len(content)), "upload-metadata": ",".join(named)}
        begun = self.call("POST", "/photos/uploads", b"", {**known, **size, "cookie": ""})
        if begun.status != 201:
            return begun.status
        piece = {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
        place = urlsplit(begun.headers["location"]).path
        return self.call("PATCH", place, content, {**known, **piece, "cookie": ""}).status

    def ask(self, cursor: str | None, **more: Any) -> Answer:
        headers = {"accept-encoding": "identity"}
        wish = {"device": self.device, "cursor": cursor, **more}
        return self.call("POST", "/sync/pull", wish, headers)

    def pull(self, **more: Any) -> "Peer":
        for frame in self.ask(self.cursor, **more).frames:
            self.apply(frame)
        return self

    # Rows

    def apply(self, frame: Json) -> None:
        if frame.get("resync"):
            self.rows.clear()
            self.resynced = True
        for scope in frame.get("dropped", []):
            for id in list(self.rows):
                self.leave(id, scope)
        for entity, id, version, root, scopes, body, meta in frame["rows"]:
            held = {frame["s"][nth] for nth in scopes}
            told = {"entity": entity, "version": version, "root": root, "scopes": held}
            self.rows[id] = {**told, "body": body, "meta": meta}
        for nth, _, id, _ in frame["gone"]:
            self.leave(id, frame["s"][nth])
        self.cursor = frame["cursor"]
        self.digest |= frame.get("digest", {})

    def leave(self, id: str, scope: str) -> None:
        if id in self.rows:
            self.rows[id]["scopes"].discard(scope)
            if not self.rows[id]["scopes"]:
                del self.rows[id]

    def own_digest(self, scope: str) -> list[int]:
        count = high = low = 0
        for id, row in self.rows.items():
            if scope in row["scopes"]:
                text = f"{row['entity']}\n{id}\n{row['version']}"
                hash = hashlib.sha256(text.encode()).digest()
                count, high = count + 1, high + int.from_bytes(hash[:4], "big")
                low += int.from_bytes(hash[4:8], "big")
        return [count, high % 2**32, low % 2**32]

    def agrees(self) -> bool:
        return all(self.own_digest(scope) == told for scope, told in self.digest.items())

    def of(self, entity: str) -> dict[str, Json]:
        return {id: row for id, row in self.rows.items() if row["entity"] == entity}


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def squeeze(body: bytes) -> bytes:
    return gzip.compress(body)
