"""Finished pictures, in a folder through obstore; named by the hash of what we made ourselves.

One name for one content inside an organisation: the same photo twice takes the space of one. The
sender's hash proves its transport and nothing else, so it never opens or reveals an object.
"""

import asyncio
import hashlib
import os
from pathlib import Path

from obstore.store import LocalStore


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = LocalStore(folder, mkdir=True)

    async def put(self, org_id: str, data: bytes) -> str:
        """Keeps `data` on disk and returns its SHA-256 in hex; putting it twice is harmless."""
        sha256 = hashlib.sha256(data).hexdigest()
        name = name_of(org_id, sha256)
        await self._store.put_async(name, data)
        await asyncio.to_thread(settle_on_disk, self._folder / name)
        return sha256

    async def get(self, org_id: str, sha256: str) -> bytes:
        """Raises FileNotFoundError."""
        found = await self._store.get_async(name_of(org_id, sha256))
        return bytes(await found.bytes_async())


def name_of(org_id: str, sha256: str) -> str:
    return f"{org_id}/{sha256[:2]}/{sha256}"


def settle_on_disk(path: Path) -> None:
    """obstore renames but does not sync; the phone deletes its only copy when we say stored."""
    for each in (path, path.parent, path.parent.parent, path.parent.parent.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
