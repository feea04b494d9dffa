"""The journal of erasures: a file of its own, so that no backup of the database undoes one.

A line is on the disk before its transaction commits. One whose transaction then failed is carried
out at the next start: somebody who might ask for it had.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from server.privacy.erasure import Entry

_lines = msgspec.json.Decoder(Entry)


def append(path: Path, entry: Entry) -> None:
    """One write of one line, which several processes may do at the same time."""
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        start = b"\n" if is_cut_short(descriptor) else b""
        os.write(descriptor, start + msgspec.json.encode(entry) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        settle_folder(path.parent)


def is_cut_short(descriptor: int) -> bool:
    """Whether a crash left the last line without its end."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> dict[str, Entry]:
    """By id. A line that was cut short by a crash was never committed."""
    return {entry.id: entry for entry in read_lines(path)}


def read_lines(path: Path) -> Iterator[Entry]:
    if not path.exists():
        return
    for line in path.read_bytes().split(b"\n"):
        try:
            yield _lines.decode(line)
        except msgspec.DecodeError:
            continue
