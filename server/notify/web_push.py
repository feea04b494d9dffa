"""Web Push: a phone whose app is closed shows a notice.

Optional, as `pywebpush` is: without it phones are told that this server does not push. What is sent
is encrypted for the phone (RFC 8291) and signed by our key (RFC 8292). Phones in mainland China are
mostly out of its reach; robots carry what must arrive.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx
import msgspec

from server.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from server.errors import BadRequest
from server.notify.channel import Answer, Letter, Pace
from server.notify.hooks import LOOPBACK
from server.notify.webhook import Reply, judge_status, post_bytes

SERVICES = (
    "fcm.googleapis.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
KEPT_S = 3600
"""How long a push service keeps what it cannot deliver: an hour later nobody should be rung."""
SIGNED_MS = 12 * HOUR_MS
TOPIC_CHARS = 32
POINT_BYTES, AUTH_BYTES, UNCOMPRESSED = 65, 16, 4
NOBODY = "mailto:nobody@example.com"
"""Who speaks, where there is no public address: some services refuse what cannot be one."""


class PhoneKeys(msgspec.Struct, frozen=True):
    """What a phone wants its notices encrypted with; base64url."""

    p256dh: str
    auth: str


@dataclass(frozen=True)
class WebPush:
    """`key`: our private one, base64url; empty for none."""

    client: httpx.AsyncClient
    key: str
    origin: str
    pace: Pace = Pace(spacing_ms=500, calm_a_minute=60, most_a_minute=60, rest_ms=MINUTE_MS)
    text_bytes: int = 2048
    digest_bytes: int = 0

    def open_lead(self, lead_id: str) -> str:
        """The phone knows."""
        return ""

    @property
    def is_on(self) -> bool:
        return bool(self.key) and find_spec("pywebpush") is not None

    @property
    def public_key(self) -> str:
        """What phones subscribe with: the uncompressed point, base64url."""
        numbers = vapid(self.key).public_key.public_numbers()
        point = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        return urlsafe_b64encode(bytes([UNCOMPRESSED]) + point).decode().rstrip("=")

    async def send(self, letter: Letter, now: int) -> Answer:
        if not self.is_on:
            return Answer("refused", "no_push")
        try:
            content = encrypt(letter)
        except Exception:  # a point that is on no curve, or what else a phone may have made up
            return Answer("gone", "bad_key")
        headers = self.headers(letter, now)
        reply = await post_bytes(self.client, letter.address, content, headers, now)
        return reply if isinstance(reply, Answer) else judge(reply)

    def headers(self, letter: Letter, now: int) -> dict[str, str]:
        parts = urlsplit(letter.address)
        claims = {
            "sub": self.origin if self.origin.startswith("https://") else NOBODY,
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": (now + SIGNED_MS) // SECOND_MS,
        }
        return {
            **vapid(self.key).sign(claims),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(KEPT_S),
            "topic": topic_of(letter.key),
            "urgency": "high",
        }


def topic_of(key: str) -> str:
    """A copy takes the place of what was not delivered yet. 32 characters at most, by the law."""
    return urlsafe_b64encode(sha256(key.encode()).digest()).decode()[:TOPIC_CHARS]


@lru_cache(maxsize=4)
def vapid(key: str) -> Any:
    return import_module("py_vapid").Vapid02.from_raw(key.encode())


def encrypt(letter: Letter) -> bytes:
    keys = msgspec.json.decode(letter.secret or "{}")
    pusher = import_module("pywebpush").WebPusher({"endpoint": letter.address, "keys": keys})
    return bytes(pusher.encode(letter.text.encode(), "aes128gcm")["body"])


def judge(reply: Reply) -> Answer:
    match reply.status:
        case 200 | 201 | 202 | 204:
            return Answer("sent")
        case 404 | 410:
            return Answer("gone", "bad_key")
        case 401 | 403:
            return Answer("refused", "bad_sign", f"HTTP {reply.status}")
        case 400 | 413:
            return Answer("refused", "rejected", f"HTTP {reply.status}")
        case _:
            return judge_status(reply)


def check_endpoint(endpoint: str, *, loopback: bool) -> None:
    """A phone names where this server is to post: the known push services, and nothing else.
    Raises BadRequest `unknown_push_service`."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise BadRequest("unknown_push_service", field="endpoint") from None
    is_here = loopback and parts.hostname in LOOPBACK
    is_there = parts.scheme == "https" and port in (None, 443) and is_service(parts)
    is_plain = endpoint.isascii() and endpoint.isprintable() and "@" not in parts.netloc
    if not is_plain or not (is_here or is_there):
        raise BadRequest("unknown_push_service", field="endpoint")


def is_service(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return any(host == each or (each[0] == "." and host.endswith(each)) for each in SERVICES)


def check_keys(keys: PhoneKeys) -> None:
    """Raises BadRequest."""
    try:
        point, auth = decode(keys.p256dh), decode(keys.auth)
    except ValueError as error:
        raise BadRequest(field="keys") from error
    if len(point) != POINT_BYTES or point[0] != UNCOMPRESSED or len(auth) != AUTH_BYTES:
        raise BadRequest(field="keys")


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
