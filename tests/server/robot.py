"""A WeCom group robot on the loopback, as strict as the vendor's."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.conftest import MovableClock

LIMITS = {"text": 2048, "markdown": 4096}
A_MINUTE = 20


class Robot:
    """`heard` holds what reached the group, `refused` the error codes it answered with.

    `statuses` and `errcodes` are answers to give first. Forgetful: it hears, and hangs up.
    """

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.url = ""
        self.heard: list[str] = []
        self.at: list[int] = []
        self.kinds: list[str] = []
        self.refused: list[int] = []
        self.statuses: list[int] = []
        self.errcodes: list[int] = []
        self.is_forgetful = False

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            body = await reader.readexactly(int(head.get("content-length", 0)))
            status, said = self.judge(json.loads(body))
            if self.is_forgetful:
                break
            content = json.dumps(said).encode()
            writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n\r\n".encode())
            writer.write(content)
            await writer.drain()
        writer.close()

    def judge(self, message: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.statuses:
            return self.statuses.pop(0), {}
        code = self.errcodes.pop(0) if self.errcodes else self.rule(message)
        if code:
            self.refused.append(code)
            return 200, {"errcode": code, "errmsg": "refused"}
        kind = message["msgtype"]
        self.heard.append(message[kind]["content"])
        self.kinds.append(kind)
        self.at.append(self.clock())
        return 200, {"errcode": 0, "errmsg": "ok"}

    def rule(self, message: dict[str, Any]) -> int:
        kind = message["msgtype"]
        if len(message[kind]["content"].encode()) > LIMITS[kind]:
            return 40058
        recent = [at for at in self.at if at > self.clock() - 60_000]
        return 45009 if len(recent) >= A_MINUTE else 0


async def read_head(reader: asyncio.StreamReader) -> dict[str, str]:
    """Header names in lower case; empty at the end of the connection."""
    try:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    except asyncio.IncompleteReadError:
        return {}
    pairs = [line.partition(":") for line in lines[1:] if line]
    return {name.lower(): value.strip() for name, _, value in pairs} | {"": lines[0]}


@asynccontextmanager
async def robot_on_loopback(clock: MovableClock) -> AsyncIterator[Robot]:
    robot = Robot(clock)
    server = await asyncio.start_server(robot.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    robot.url = f"http://127.0.0.1:{port}/cgi-bin/webhook/send?key=top-secret-key"
    try:
        yield robot
    finally:
        server.close()
