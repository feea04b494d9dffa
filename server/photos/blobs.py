"""Finished pictures, in a folder or a bucket through obstore; named by the hash of what we made
ourselves.

One name for one content inside an organisation: the same photo twice takes the space of one. The
sender's hash proves its transport and nothing else, so it never opens or reveals an object.
"""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from server.errors import NotFound, Unavailable

BLOBS = "blobs"
"""What puts objects and then says so in the database shares this; what removes them is alone."""
RETRY_S = 30


class Blobs:
    """In `folder`, or at `url`: s3://bucket/prefix, say. Endpoint, region and keys of a bucket are
    obstore's to read, from the environment (AWS_ENDPOINT_URL and so on)."""

    def __init__(self, folder: Path, url: str = "", plainly: bool = False) -> None:
        """`plainly`: without a certificate, as a bucket on this very machine may be asked."""
        self._folder = None if url else folder
        self._store = open_bucket(url, plainly) if url else LocalStore(folder, mkdir=True)

    async def put(self, org_id: str, data: bytes) -> str:
        """Keeps `data` for good and returns its SHA-256 in hex; putting it twice is harmless.
        Raises Unavailable."""
        sha256 = hashlib.sha256(data).hexdigest()
        name = name_of(org_id, sha256)
        try:
            with reachable():
                await self._store.put_async(name, data)
        except NotFound as error:  # the bucket itself
            raise Unavailable("blobs", retry_after=RETRY_S) from error
        if self._folder is not None:
            await asyncio.to_thread(settle_on_disk, self._folder / name)
        return sha256

    async def get(self, org_id: str, sha256: str) -> bytes:
        """Raises NotFound, Unavailable."""
        with reachable():
            found = await self._store.get_async(name_of(org_id, sha256))
            return bytes(await found.bytes_async())

    async def remove(self, org_id: str, sha256: str) -> None:
        """Raises Unavailable."""
        with suppress(NotFound), reachable():
            await self._store.delete_async(name_of(org_id, sha256))


def open_bucket(url: str, plainly: bool) -> ObjectStore:
    return from_url(url, client_options={"allow_http": plainly})


@contextmanager
def reachable() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotFoundError):
        raise NotFound from None
    except (BaseError, OSError) as error:
        raise Unavailable("blobs", retry_after=RETRY_S) from error


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
