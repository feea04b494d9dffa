"""The decoding child: confined, replaced when it falls, and nobody notices."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.photos.decoder import SANDBOX, Decoder, PictureRefused
from tests.server.photo_stage import picture, png_bomb

pytestmark = pytest.mark.slow


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder(per_child=3)
    yield decoder
    await decoder.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return written(tmp_path, picture())


def written(folder: Path, data: bytes) -> Path:
    path = folder / "photo"
    path.write_bytes(data)
    return path


def environment_of(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


def children() -> list[int]:
    """Process ids of the sandboxes that this process keeps."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    named = [(int(pid), Path(f"/proc/{pid}/cmdline").read_bytes()) for pid in listed]
    return [pid for pid, line in named if b"sandbox.py" in line]


async def test_one_child_decodes_picture_after_picture_and_is_then_replaced(
    decoder: Decoder, photo: Path
) -> None:
    seen = []
    for _ in range(4):
        await decoder.decode(photo)
        seen.append(children())
    assert seen[0] == seen[1] == seen[2] != seen[3]
    assert len(seen[3]) == 1


async def test_a_child_that_was_killed_is_replaced_and_the_picture_decoded(
    decoder: Decoder, photo: Path
) -> None:
    await decoder.decode(photo)
    (child,) = children()
    os.kill(child, signal.SIGKILL)
    assert (await decoder.decode(photo)).width == 640


async def test_a_child_that_hangs_is_ended_and_the_picture_refused(photo: Path) -> None:
    decoder = Decoder(wall_s=0.001)
    with pytest.raises(PictureRefused, match="picture_too_heavy"):
        await decoder.decode(photo)
    assert children() == []


async def test_a_decoding_that_is_given_up_leaves_the_next_one_in_step(
    decoder: Decoder, tmp_path: Path, photo: Path
) -> None:
    task = asyncio.create_task(decoder.decode(photo))
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await decoder.decode(photo)).width == 640


async def test_a_refused_picture_costs_no_child(decoder: Decoder, tmp_path: Path) -> None:
    for data in (b"nothing", png_bomb(60_000, 2_000, lines=10)):
        with pytest.raises(PictureRefused):
            await decoder.decode(written(tmp_path, data))
    assert len(children()) == 1
    assert (await decoder.decode(written(tmp_path, picture()))).width == 640


async def test_the_child_has_no_secret_of_ours(decoder: Decoder, photo: Path) -> None:
    await decoder.decode(photo)
    (child,) = children()
    assert environment_of(child) == b""


PROBE = """
import runpy, sys
sandbox = runpy.run_path(sys.argv[1])
sandbox["prepare"]()
sandbox["confine"]()
for attempt in (
    lambda: open("/etc/passwd"),
    lambda: __import__("socket").socket(),
    lambda: bytearray(2 << 30),
):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
    else:
        print("allowed")
"""


def test_a_confined_child_opens_no_file_no_socket_and_no_more_memory() -> None:
    command = [sys.executable, "-I", "-c", f"import socket{PROBE}", str(SANDBOX)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.split() == ["OSError", "OSError", "MemoryError"]
