"""Bytes on their way in: one file for each upload, locked by its one writer.

The lock is `flock` on the file itself, so it holds between the processes of one machine and ends
with its holder. Truth order: bytes, fsync, then the offset in the database; whoever opens the
file next cuts it back to the smaller of the two.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

HASH_SLICE_BYTES = 1 << 20


class Busy(Exception):
    """Another request is writing this upload."""


class StagedFile:
    """An upload's file, open and locked."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self.path = path

    @property
    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def truncate(self, size: int) -> None:
        if size < self.size:
            os.ftruncate(self._descriptor, size)

    def append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def flush(self) -> None:
        os.fsync(self._descriptor)

    def sha256(self) -> str:
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while piece := file.read(HASH_SLICE_BYTES):
                digest.update(piece)
        return digest.hexdigest()

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


class Staging:
    """The folder of unfinished uploads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def hold(self, upload_id: str) -> Iterator[StagedFile]:
        """Opens and locks the file of an upload, creating it. Raises Busy at once if held."""
        path = self._path(upload_id)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            lock(descriptor)
            yield StagedFile(descriptor, path)
        finally:
            os.close(descriptor)

    def discard(self, upload_id: str) -> None:
        self._path(upload_id).unlink(missing_ok=True)

    def names(self) -> list[str]:
        return [path.stem for path in self._folder.glob("*.part")]

    def written_at(self, upload_id: str) -> int:
        """When the file was last written, in ms by the disk's clock; 0 if there is none."""
        try:
            return self._path(upload_id).stat().st_mtime_ns // 1_000_000
        except FileNotFoundError:
            return 0

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._folder).free

    def _path(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.part"


def lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy from None
