"""The parent's side of the sandbox: keeps one child alive and replaces it when it misbehaves.

Pictures are decoded one at a time; the server has better uses for its second core.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from server.photos.marks import Mark
from server.stores.fonts import face_of, find_chinese_font

SANDBOX = Path(__file__).with_name("sandbox.py")
WALL_S = 10.0
PICTURES_PER_CHILD = 50
TRIES = 2
SLICE_BYTES = 1 << 18


@dataclass(frozen=True)
class Picture:
    """What came out of the sandbox: two JPEGs of pixels and nothing else; sizes in pixels.

    `look`: 64 bits in hex; pictures that look alike differ in few of them.
    """

    full: bytes
    small: bytes
    width: int
    height: int
    look: str


class Asked(NamedTuple):
    """One request: what to do, and a file or bytes to do it with."""

    header: dict[str, Any]
    source: Path | bytes


Made = tuple[dict[str, Any], list[bytes]]
FindFont = Callable[[], Path | None]


class PictureRefused(Exception):
    """The bytes are not a picture we can use. Codes: not_a_picture, picture_broken,
    too_large, picture_animated, picture_too_heavy."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ChildDied(Exception):
    """The child ended, hung or spoke nonsense over this picture."""


class Decoder:
    """A supervisor of one decoding process. `close()` it with the application."""

    def __init__(
        self,
        *,
        wall_s: float = WALL_S,
        per_child: int = PICTURES_PER_CHILD,
        find_font: FindFont = find_chinese_font,
    ) -> None:
        self._wall_s = wall_s
        self._per_child = per_child
        self._find_font = find_font
        self._turn = asyncio.Lock()
        self._child: Process | None = None
        self._served = 0

    async def decode(self, path: Path) -> Picture:
        """Decodes the file at `path`. Raises PictureRefused; OSError if no child can start."""
        header, (full, small) = await self._make(Asked({}, path))
        return Picture(full, small, header["width"], header["height"], header["look"])

    async def mark(self, jpeg: bytes, mark: Mark) -> bytes:
        """The picture with the mark below it. Raises as `decode` does."""
        _, (marked,) = await self._make(Asked({"mark": asdict(mark)}, jpeg))
        return marked

    async def _make(self, asked: Asked) -> Made:
        """A child that dies is replaced and the picture tried once more: it may have been the
        machine's fault. Dying twice is the picture's."""
        async with self._turn:
            for _ in range(TRIES):
                with contextlib.suppress(ChildDied):
                    return await self._attempt(asked)
        raise PictureRefused("picture_too_heavy")

    async def close(self) -> None:
        child, self._child, self._served = self._child, None, 0
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()

    async def _attempt(self, asked: Asked) -> Made:
        child = await self._ready()
        try:
            async with asyncio.timeout(self._wall_s):
                return await exchange(child, asked)
        except PictureRefused:
            raise
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, ValueError) as error:
            await self.close()
            raise ChildDied from error
        except BaseException:  # cancelled half-way: the pipe is out of step
            await self.close()
            raise

    async def _ready(self) -> Process:
        if self._served >= self._per_child:
            await self.close()
        if self._child is None:
            self._child = await start(await asyncio.to_thread(self._find_font))
        self._served += 1
        return self._child


async def start(font: Path | None) -> Process:
    """A child with an empty environment: no secret of ours is in reach of a bad picture."""
    given = [str(font), str(face_of(font))] if font else []
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(SANDBOX), *given),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={},
    )


async def exchange(child: Process, asked: Asked) -> Made:
    assert child.stdin is not None
    assert child.stdout is not None
    for piece in request(asked):
        child.stdin.write(piece)
        await child.stdin.drain()
    (length,) = struct.unpack(">I", await child.stdout.readexactly(4))
    header = json.loads(await child.stdout.readexactly(length))
    if "code" in header:
        raise PictureRefused(header["code"])
    return header, [await child.stdout.readexactly(size) for size in header["sizes"]]


def request(asked: Asked) -> Iterator[bytes]:
    """The request in slices, so that the parent never holds a whole photo."""
    head = json.dumps(asked.header).encode()
    yield struct.pack(">I", len(head)) + head
    if isinstance(asked.source, bytes):
        yield struct.pack(">Q", len(asked.source))
        yield asked.source
        return
    with asked.source.open("rb") as file:
        yield struct.pack(">Q", asked.source.stat().st_size)
        while piece := file.read(SLICE_BYTES):
            yield piece
