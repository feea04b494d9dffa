"""Work on what lies outside of the database: many may add to it at the same time, and whoever takes
something away is alone, in whichever process they are."""

import asyncio
import fcntl
import os
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select

from server.db.connection import Connection


@asynccontextmanager
async def shared_file(path: Path) -> AsyncIterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await asyncio.to_thread(fcntl.flock, descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@asynccontextmanager
async def lone_file(path: Path) -> AsyncIterator[bool]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield is_locked(descriptor)
    finally:
        os.close(descriptor)


def is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def shared_advice(connection: Connection, name: str) -> AsyncIterator[None]:
    """PostgreSQL's advisory locks belong to the session, which goes back into a pool."""
    number = number_of(name)
    await connection.execute(select(func.pg_advisory_lock_shared(number)))
    try:
        yield
    finally:
        await connection.execute(select(func.pg_advisory_unlock_shared(number)))


@asynccontextmanager
async def lone_advice(connection: Connection, name: str) -> AsyncIterator[bool]:
    number = number_of(name)
    is_alone = bool(await connection.scalar(select(func.pg_try_advisory_lock(number))))
    try:
        yield is_alone
    finally:
        if is_alone:
            await connection.execute(select(func.pg_advisory_unlock(number)))


def number_of(name: str) -> int:
    return zlib.crc32(name.encode())
