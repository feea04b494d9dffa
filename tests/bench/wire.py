"""HTTP/1.1 over one kept connection, as little of it as fifty phones in one process need."""

import asyncio
import gzip
import time
from collections.abc import Mapping
from typing import Self

from tests.bench.stage import KEPT_S


class Wire:
    """`sent` and `received` count every byte, headers included."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent = self.received = 0
        self.used_at = 0.0

    @classmethod
    async def open(cls, port: int) -> Self:
        wire = cls(port)
        await wire.connect()
        return wire

    async def connect(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.used_at = time.monotonic()

    def close(self) -> None:
        self.writer.close()

    async def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body as it was before compression)."""
        lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        message = "\r\n".join([*lines, "", ""]).encode() + body
        if time.monotonic() - self.used_at > KEPT_S:
            self.close()
            await self.connect()
        self.writer.write(message)
        self.sent += len(message)
        answer = await self.read_answer()
        self.used_at = time.monotonic()
        return answer

    async def read_answer(self) -> tuple[int, dict[str, str], bytes]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.received += len(head)
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        pairs = (line.split(":", 1) for line in lines)
        headers = {name.lower(): value.strip() for name, value in pairs}
        is_chunked = headers.get("transfer-encoding") == "chunked"
        body = await (self.read_chunks() if is_chunked else self.read_counted(headers))
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return int(first.split()[1]), headers, body

    async def read_counted(self, headers: Mapping[str, str]) -> bytes:
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        self.received += len(body)
        return body

    async def read_chunks(self) -> bytes:
        chunks: list[bytes] = []
        while True:
            size = await self.reader.readuntil(b"\r\n")
            chunk = await self.reader.readexactly(int(size, 16) + 2)
            self.received += len(size) + len(chunk)
            if len(chunk) == 2:
                return b"".join(chunks)
            chunks.append(chunk[:-2])
