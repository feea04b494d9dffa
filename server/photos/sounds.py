"""A recording's bytes: whole, sound alone, not too long, and free of what no player needs.

Nothing is decoded. Each container is read to its last byte, so that no other file can hide before
or behind it, and what is kept is written anew or blanked: names, places and comments go no
further. The readers only slice bytes by lengths that they have checked, in time linear in the
file, and a file is at most a megabyte: no process apart is needed for that.
"""

from collections.abc import Callable
from dataclasses import dataclass

from server.photos.boxes import Unsound
from server.photos.mp4 import read_mp4
from server.photos.ogg import read_ogg
from server.photos.webm import read_webm

MAX_RECORDING_BYTES = 1024 * 1024
MAX_RECORDING_MS = 65_000
"""A phone stops at 60 s by its own clock; what it writes may end a little later."""


@dataclass(frozen=True)
class Sound:
    """What is kept of a recording: always one of three containers."""

    data: bytes
    media_type: str
    duration_ms: int


class SoundRefused(Exception):
    """Codes: not_a_recording, recording_broken, recording_too_long."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Reader = Callable[[bytes], tuple[bytes, int]]
READERS: tuple[tuple[int, bytes, str, Reader], ...] = (
    (0, b"\x1a\x45\xdf\xa3", "audio/webm", read_webm),
    (0, b"OggS", "audio/ogg", read_ogg),
    (4, b"ftyp", "audio/mp4", read_mp4),
)


def read_sound(data: bytes) -> Sound:
    """Raises SoundRefused."""
    for at, signature, media_type, reader in READERS:
        if data[at : at + 4] == signature:
            return heard(data, media_type, reader)
    raise SoundRefused("not_a_recording")


def heard(data: bytes, media_type: str, reader: Reader) -> Sound:
    try:
        kept, duration_ms = reader(data)
    except Unsound:
        raise SoundRefused("recording_broken") from None
    if duration_ms > MAX_RECORDING_MS:
        raise SoundRefused("recording_too_long")
    return Sound(kept, media_type, duration_ms)
