"""A push service on the loopback, and a phone that can read what was encrypted for it."""

import asyncio
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from server.clock import Clock
from server.config import Config, read_config
from tests.conftest import ORIGIN
from tests.server.robot import read_head

# What comes with pywebpush, which has no types.
http_ece, py_vapid = import_module("http_ece"), import_module("py_vapid")
ec = import_module("cryptography.hazmat.primitives.asymmetric.ec")

AUTH = bytes(range(16))
MOST_BYTES = 4096
MOST_HOURS = 24


class PushService:
    """Takes what is encrypted and signed as the standards say. `key` is the one it was subscribed
    with; `status` is an answer to give instead of the usual; `told` is what the phone has read."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.url = ""
        self.key = ""
        self.status = 0
        self.asked = 0
        self.told: list[dict[str, Any]] = []
        self.topics: list[str] = []
        self.private = ec.generate_private_key(ec.SECP256R1())

    @property
    def subscription(self) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        return {"endpoint": self.url, "keys": {"p256dh": coded(point), "auth": coded(AUTH)}}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            body = await reader.readexactly(int(head.get("content-length", 0)))
            self.asked += 1
            status = self.status or self.judge(head, body)
            writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())
            await writer.drain()
        writer.close()

    def judge(self, head: dict[str, str], body: bytes) -> int:
        if not self.is_signed(head.get("authorization", "")):
            return 403
        if len(body) > MOST_BYTES:
            return 413
        if not re.fullmatch(r"[\w-]{1,32}", head.get("topic", "x"), re.A):
            return 400
        if head.get("content-encoding") != "aes128gcm" or not head.get("ttl", "").isdecimal():
            return 400
        plain = http_ece.decrypt(body, private_key=self.private, auth_secret=AUTH)
        self.told.append(json.loads(plain))
        self.topics.append(head.get("topic", ""))
        return 201

    def is_signed(self, authorization: str) -> bool:
        parts = dict(part.split("=", 1) for part in authorization.split(" ", 1)[1].split(","))
        claims = json.loads(decoded(parts["t"].split(".")[1]))
        seconds_left = claims["exp"] - self.clock() / 1000
        return (
            parts["k"] == self.key
            and bool(py_vapid.Vapid02.verify(authorization))
            and self.url.startswith(claims["aud"] + "/")
            and 0 < seconds_left <= MOST_HOURS * 3600
            and claims["sub"].startswith(("mailto:", "https://"))
        )


def coded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pushing_config(data: Path, database_url: str) -> Config:
    """Of a server that may push to this machine."""
    settings = {"SHOPBELL_DATA": str(data), "SHOPBELL_ROBOT_LOOPBACK": "1"}
    more = {"SHOPBELL_DATABASE_URL": database_url, "SHOPBELL_SECRETS": "test"}
    return read_config({**settings, **more, "SHOPBELL_ORIGIN": ORIGIN})


@asynccontextmanager
async def push_on_loopback(clock: Clock) -> AsyncIterator[PushService]:
    service = PushService(clock)
    server = await asyncio.start_server(service.answer, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/wpush/v2/a-phone"
    try:
        yield service
    finally:
        server.close()
