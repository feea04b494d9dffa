"""A network that can fail: a TCP proxy on loopback, in a thread of its own.

The browser reaches the server only through it, so that `cut` is a dead link and not a browser that
was told to behave as if there were one.
"""

import asyncio
import math
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import suppress
from typing import Any

HOST = "127.0.0.1"
CHUNK = 4 * 1024
REQUEST = re.compile(rb"(?:GET|POST|HEAD|PATCH|DELETE) \S+")
PATIENCE_S = 10
SETTLE_S = 0.05


class Lane:
    """One direction of the link: all connections share its width, each byte takes its time."""

    def __init__(self) -> None:
        self.bytes_per_s = math.inf
        self.latency_s = 0.0
        self.free_at = 0.0

    def arrival(self, size: int, now: float) -> float:
        """When the last of these bytes is there, if they are sent as soon as there is room."""
        self.free_at = max(self.free_at, now) + size / self.bytes_per_s
        return self.free_at + self.latency_s


class Strand:
    """What one connection carries before it breaks, both ways together."""

    def __init__(self, left: float) -> None:
        self.left = left

    async def held(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            self.left -= len(chunk)
            if self.left < 0:
                yield chunk[: int(self.left)]
                raise ConnectionAbortedError
            yield chunk


class Proxy:
    """Passes bytes that come to `port` on to `target_port`, and back; `asked` are the requests
    seen, with the time of each in ms."""

    def __init__(self, target_port: int, port: int) -> None:
        self.target_port = target_port
        self.up, self.down = Lane(), Lane()
        self.asked: list[tuple[float, str]] = []
        self.barred: str | None = None
        self.frayed: Iterator[int] | None = None
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        # Holds the port while the link is cut: it is bound and never listens.
        self.holder = bound_to(port)
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

    def narrow(self, down_bytes_s: float, up_bytes_s: float, round_trip_s: float) -> None:
        """A weak link from now on, for all connections together."""
        for lane, bytes_s in ((self.down, down_bytes_s), (self.up, up_bytes_s)):
            lane.bytes_per_s, lane.latency_s = bytes_s, round_trip_s / 2

    def widen(self) -> None:
        self.narrow(math.inf, math.inf, 0)

    def bar(self, request: str) -> None:
        """Requests that begin like this are cut off until `unbar`; all others pass."""
        self.barred = request

    def unbar(self) -> None:
        self.barred = None

    def fray(self, allowances: Iterator[int]) -> None:
        """Each new connection breaks after the next so many bytes, whichever way they go."""
        self.frayed = allowances

    def mend(self) -> None:
        self.frayed = None

    def run(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self.loop).result(PATIENCE_S)

    async def listen(self) -> None:
        if self.server is None:
            self.server = await asyncio.start_server(self.carry, sock=bound_to(self.port))

    async def close(self) -> None:
        closed, self.server = self.server, None
        for door in closed.sockets if closed else ():
            self.loop.remove_reader(door.fileno())
        # Whoever was accepted a moment ago is carried a moment from now, and must not outlive this;
        # a server that was closed meanwhile would forget them with their sockets open.
        await asyncio.sleep(SETTLE_S)
        if closed:
            closed.close()
        for link in self.links:
            link.cancel()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.gather(*others, return_exceptions=True)
        # A connection is closed in the round after the one that says so.
        await asyncio.sleep(SETTLE_S)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.server is None:
            writer.close()
            return
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
        strand = Strand(next(self.frayed) if self.frayed else math.inf)
        up = self.pass_on(strand.held(self.noticed(reader)), back, self.up)
        down = self.pass_on(strand.held(chunks_of(there)), writer, self.down)
        await asyncio.gather(up, down)

    async def noticed(self, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        async for chunk in chunks_of(reader):
            if request := REQUEST.match(chunk):
                self.asked.append((time.time() * 1000, request[0].decode()))
                if self.barred and self.asked[-1][1].startswith(self.barred):
                    raise ConnectionAbortedError
            yield chunk

    async def pass_on(
        self, chunks: AsyncIterator[bytes], writer: asyncio.StreamWriter, lane: Lane
    ) -> None:
        """Until one side ends; then the other ends too."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivery = asyncio.ensure_future(deliver(under_way, writer))
        try:
            with suppress(OSError):
                async for chunk in chunks:
                    arrival = lane.arrival(len(chunk), self.loop.time())
                    under_way.put_nowait((arrival, chunk))
                    # What does not fit into the link waits where it came from.
                    await asyncio.sleep(lane.free_at - self.loop.time())
            under_way.put_nowait((0, b""))
            with suppress(OSError):
                await delivery
        finally:
            delivery.cancel()
        writer.close()


async def deliver(
    under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
) -> None:
    """Each chunk at its time; an empty one is the last."""
    while (due := await under_way.get())[1]:
        arrival, chunk = due
        await asyncio.sleep(arrival - asyncio.get_running_loop().time())
        writer.write(chunk)
        await writer.drain()


async def chunks_of(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while chunk := await reader.read(CHUNK):
        yield chunk


def bound_to(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((HOST, port))
    return made
