"""Gzip for what goes down. ISA-L makes it several times faster than zlib and a little smaller; zlib
does it on platforms that ISA-L has no build for. What travels is gzip either way."""

import zlib
from typing import Protocol

try:
    from isal.isal_zlib import compressobj as compressobj
except ImportError:
    from zlib import compressobj as compressobj  # type: ignore[assignment]

LEVEL = 1
WITH_GZIP_HEADER = 31


class Squeezer(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self, mode: int = zlib.Z_FINISH, /) -> bytes: ...


def new_squeezer() -> Squeezer:
    return compressobj(LEVEL, zlib.DEFLATED, WITH_GZIP_HEADER)
