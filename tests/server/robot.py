"""Group robots on the loopback, as strict as their vendors: signature, clock, size and rate."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from server.clock import Clock

SECRET = "SEC-only-the-vendor-and-we-know"
HOUR_MS = 3_600_000
Said = tuple[int, dict[str, Any]]


class Robot:
    """`heard` holds what reached the group, `refused` the error codes it answered with.

    `statuses` and `errcodes` are answers to give first, `headers` go with them. Manners:
    `forgetful` hears and hangs up, `hanging` says nothing, `slow` answers a byte at a time,
    `garbled` answers something else, `endless` does not stop answering.
    """

    kind: ClassVar[str]
    path: ClassVar[str]
    secret: ClassVar[str | None] = None
    a_minute: ClassVar[int] = 20
    words: ClassVar[dict[int, str]] = {}

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.url = ""
        self.heard: list[str] = []
        self.at: list[int] = []
        self.kinds: list[str] = []
        self.keys: list[str] = []
        self.key = ""
        self.refused: list[int] = []
        self.asked = 0
        self.statuses: list[int] = []
        self.errcodes: list[int] = []
        self.headers = ""
        self.manner = ""
        self.skew_ms = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await read_head(reader):
                body = await reader.readexactly(int(head.get("content-length", 0)))
                self.asked += 1
                if self.manner == "hanging":
                    await reader.read()
                    return
                self.key = head.get("idempotency-key", "")
                status, said = self.judge(urlsplit(head[""].split(" ")[1]).query, body)
                if self.manner == "forgetful":
                    return
                await self.say(writer, status, json.dumps(said).encode())
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def say(self, writer: asyncio.StreamWriter, status: int, content: bytes) -> None:
        content = b"<html>502 Bad Gateway" if self.manner == "garbled" else content
        size = 10**9 if self.manner == "endless" else len(content)
        head = f"HTTP/1.1 {status} X\r\n{self.headers}content-length: {size}\r\n\r\n".encode()
        writer.write(head)
        if self.manner == "slow":
            for byte in content:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.05)
        while self.manner == "endless":
            writer.write(b" " * 65536)
            await writer.drain()
        writer.write(b"" if self.manner == "slow" else content)
        await writer.drain()

    def judge(self, query: str, body: bytes) -> Said:
        if self.statuses:
            return self.statuses.pop(0), {}
        message = json.loads(body)
        code = self.errcodes.pop(0) if self.errcodes else self.rule(query, message, len(body))
        if code:
            self.refused.append(code)
            return 200, self.phrase(code)
        kind, text = self.read(message)
        self.heard.append(text)
        self.keys.append(self.key)
        self.kinds.append(kind)
        self.at.append(self.now)
        return 200, self.phrase(0)

    @property
    def now(self) -> int:
        return self.clock() + self.skew_ms

    def recent(self, span_ms: int = 60_000) -> int:
        return len([at for at in self.at if at > self.now - span_ms])

    def rule(self, query: str, message: dict[str, Any], size: int) -> int:
        raise NotImplementedError

    def read(self, message: dict[str, Any]) -> tuple[str, str]:
        kind = message["msgtype"]
        return kind, message[kind]["content"]

    def phrase(self, code: int) -> dict[str, Any]:
        return {"errcode": code, "errmsg": self.words.get(code, "refused") if code else "ok"}


class WeComRobot(Robot):
    kind = "wecom"
    path = "/cgi-bin/webhook/send?key=top-secret-key"
    words: ClassVar = {93000: "invalid webhook url", 45009: "api freq out of limit"}
    limits: ClassVar = {"text": 2048, "markdown": 4096}

    def rule(self, query: str, message: dict[str, Any], size: int) -> int:
        if parse_qs(query) != {"key": ["top-secret-key"]}:
            return 93000
        kind, text = self.read(message)
        if len(text.encode()) > self.limits[kind]:
            return 40058
        return 45009 if self.recent() >= self.a_minute else 0


class DingTalkRobot(Robot):
    """Whoever is too fast is mute for ten minutes."""

    kind = "dingtalk"
    path = "/robot/send?access_token=top-secret-key"
    secret = SECRET
    words: ClassVar = {
        310000: "sign not match",
        130101: "send too fast",
    }

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.mute_until = 0

    def rule(self, query: str, message: dict[str, Any], size: int) -> int:
        given = {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
        if given.get("access_token") != "top-secret-key":
            return 300001
        text = f"{given.get('timestamp')}\n{SECRET}".encode()
        sign = base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()
        if given.get("sign") != sign or abs(int(given["timestamp"]) - self.now) > HOUR_MS:
            return 310000
        if size > 20_000:
            return 460101
        if self.recent() >= self.a_minute or self.now < self.mute_until:
            self.mute_until = self.now + 10 * 60_000
            return 130101
        return 0


class FeishuRobot(Robot):
    kind = "feishu"
    path = "/open-apis/bot/v2/hook/top-secret-key"
    secret = SECRET
    a_minute = 100
    words: ClassVar = {19021: "sign match fail or timestamp is not within one hour"}

    def rule(self, query: str, message: dict[str, Any], size: int) -> int:
        key = f"{message.get('timestamp')}\n{SECRET}".encode()
        sign = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        told_ms = int(message.get("timestamp") or 0) * 1000
        if message.get("sign") != sign or abs(told_ms - self.now) > HOUR_MS:
            return 19021
        if size > 20 * 1024 or message.get("msg_type") != "text":
            return 9499
        return 11232 if self.recent() >= self.a_minute or self.recent(1000) >= 5 else 0

    def read(self, message: dict[str, Any]) -> tuple[str, str]:
        return message["msg_type"], message["content"]["text"]

    def phrase(self, code: int) -> dict[str, Any]:
        return {"code": code, "msg": self.words.get(code, "refused") if code else "success"}


ROBOTS = {robot.kind: robot for robot in (WeComRobot, DingTalkRobot, FeishuRobot)}


async def read_head(reader: asyncio.StreamReader) -> dict[str, str]:
    """Header names in lower case; empty at the end of the connection."""
    try:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    except asyncio.IncompleteReadError:
        return {}
    pairs = [line.partition(":") for line in lines[1:] if line]
    return {name.lower(): value.strip() for name, _, value in pairs} | {"": lines[0]}


@asynccontextmanager
async def robot_on_loopback(clock: Clock, kind: str = "wecom") -> AsyncIterator[Robot]:
    robot = ROBOTS[kind](clock)
    server = await asyncio.start_server(robot.answer, "127.0.0.1", 0)
    robot.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{robot.path}"
    try:
        yield robot
    finally:
        server.close()
