"""The thumbnail that rides up in a photo fact: checked and cleaned without decoding it.

Only the segments that a decoder needs are kept, so a place or a serial number written into EXIF,
a comment, or a file hidden behind the picture never reaches anybody.
"""

import base64
import binascii

MAX_THUMB_BYTES = 8 * 1024
SOI, EOI = b"\xff\xd8", b"\xff\xd9"
START_OF_SCAN = 0xDA
NEEDED = {
    *(marker for marker in range(0xC0, 0xD0) if marker != 0xC8),  # frames and tables
    START_OF_SCAN,
    0xDB,  # quantisation
    0xDD,  # restart interval
    0xE0,  # JFIF
    0xEE,  # Adobe: how the colours are meant
}
DROPPED = {*range(0xE1, 0xEE), 0xEF, 0xFE}  # EXIF, profiles, vendors' notes, comments


def read_thumb(text: str) -> bytes | None:
    """The clean JPEG in `text` (base64), or None if it is not one or is over 8 KB."""
    if len(text) > MAX_THUMB_BYTES * 4 // 3 + 4:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return clean_jpeg(data) if len(data) <= MAX_THUMB_BYTES else None


def clean_jpeg(data: bytes) -> bytes | None:
    """`data` without what no decoder needs; None if it is not a whole JPEG."""
    if not data.startswith(SOI):
        return None
    kept, at = [SOI], 2
    while data[at : at + 2] != EOI:
        end = segment_end(data, at)
        if end is None:
            return None
        if data[at + 1] in NEEDED:
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, EOI])


def segment_end(data: bytes, at: int) -> int | None:
    """Where the segment at `at` ends, its scan data included; None if it is cut or unknown."""
    if len(data) < at + 4 or data[at] != 0xFF or data[at + 1] not in NEEDED | DROPPED:
        return None
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
    if end <= at + 3 or end + 2 > len(data):
        return None
    return scan_end(data, end) if data[at + 1] == START_OF_SCAN else end


def scan_end(data: bytes, at: int) -> int | None:
    """The next marker that is neither a stuffed 0xFF nor a restart."""
    while (at := data.find(b"\xff", at)) != -1 and at + 1 < len(data):
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
    return None
