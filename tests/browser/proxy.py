"""A network that can fail: a TCP proxy on loopback, in a thread of its own.

The browser reaches the server only through it, so that `cut` is a dead link and not a browser that
was told to behave as if there were one.
"""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

HOST = "127.0.0.1"
CHUNK = 16 * 1024
PATIENCE_S = 10


class Proxy:
    """Passes bytes to `target_port`, each chunk `latency_s` late and at most `bytes_per_s` fast."""

    def __init__(
        self, target_port: int, latency_s: float = 0, bytes_per_s: float | None = None
    ) -> None:
        self.target_port = target_port
        self.latency_s = latency_s
        self.bytes_per_s = bytes_per_s
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        # Holds the port while the link is cut: it is bound and never listens.
        self.holder = bound_to(0)
        self.port: int = self.holder.getsockname()[1]
        self.server: asyncio.Server | None = None
        self.links: set[asyncio.Task[Any]] = set()

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> "Proxy":
        self.thread.start()
        self.restore()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE_S)
        self.loop.close()
        self.holder.close()

    def cut(self) -> None:
        """Drops every connection and refuses new ones."""
        self.run(self.close())

    def restore(self) -> None:
        self.run(self.listen())

    def run(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self.loop).result(PATIENCE_S)

    async def listen(self) -> None:
        if self.server is None:
            self.server = await asyncio.start_server(self.carry, sock=bound_to(self.port))

    async def close(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None
        for link in self.links:
            link.cancel()
        await asyncio.gather(*self.links, return_exceptions=True)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        assert link is not None
        self.links.add(link)
        ends = [writer]
        # A cut is an end like any other: the server's own callback must not see it as an error.
        with suppress(OSError, asyncio.CancelledError):
            await self.connect(reader, writer, ends)
        for end in ends:
            end.transport.abort()
        self.links.discard(link)

    async def connect(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ends: list[asyncio.StreamWriter],
    ) -> None:
        there, back = await asyncio.open_connection(HOST, self.target_port)
        ends.append(back)
        await asyncio.gather(self.pass_on(reader, back), self.pass_on(there, writer))

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until one side ends; then the other ends too."""
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if pause_s := self.pause_before(chunk):
                    await asyncio.sleep(pause_s)
                writer.write(chunk)
                await writer.drain()
        writer.close()

    def pause_before(self, chunk: bytes) -> float:
        return self.latency_s + (len(chunk) / self.bytes_per_s if self.bytes_per_s else 0)


def bound_to(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((HOST, port))
    return made
