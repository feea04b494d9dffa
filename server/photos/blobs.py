"""Finished pictures, in a folder through obstore; named by the hash of what we made ourselves.

One name for one content inside an organisation: the same photo twice takes the space of one. The
sender's hash proves its transport and nothing else, so it never opens or reveals an object.
"""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from obstore.store import LocalStore


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = LocalStore(folder, mkdir=True)
        self._lock = folder.with_name(f"{folder.name}.lock")

    async def put(self, org_id: str, data: bytes) -> str:
        """Keeps `data` on disk and returns its SHA-256 in hex; putting it twice is harmless."""
        sha256 = hashlib.sha256(data).hexdigest()
        name = name_of(org_id, sha256)
        await self._store.put_async(name, data)
        await asyncio.to_thread(settle_on_disk, self._folder / name)
        return sha256

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """While somebody puts objects and has yet to say so in the database nobody removes any."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            await asyncio.to_thread(fcntl.flock, descriptor, fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def removing(self) -> Iterator[bool]:
        """Whether this may be done now. Nobody waits for it."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield is_locked(descriptor)
        finally:
            os.close(descriptor)

    async def remove(self, org_id: str, sha256: str) -> None:
        with suppress(FileNotFoundError):
            await self._store.delete_async(name_of(org_id, sha256))

    async def get(self, org_id: str, sha256: str) -> bytes:
        """Raises FileNotFoundError."""
        found = await self._store.get_async(name_of(org_id, sha256))
        return bytes(await found.bytes_async())


def name_of(org_id: str, sha256: str) -> str:
    return f"{org_id}/{sha256[:2]}/{sha256}"


def is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def settle_on_disk(path: Path) -> None:
    """obstore renames but does not sync; the phone deletes its only copy when we say stored."""
    for each in (path, path.parent, path.parent.parent, path.parent.parent.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
