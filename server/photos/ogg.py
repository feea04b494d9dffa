"""Ogg with one stream of Opus, as Firefox records it; only its comments are written anew."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from server.photos.boxes import cut, demand

HEAD_BYTES = 27
FIRST = 0x02
CRC_AT = 22
PER_MS = 48
"""Opus counts 48,000 samples a second, whatever was recorded."""
NO_PACKET_ENDS = (1 << 64) - 1
MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
NO_COMMENTS = b"OpusTags" + bytes(8)


@dataclass(frozen=True)
class Leaf:
    """One page."""

    whole: bytes
    flags: int
    samples: int
    serial: int
    turn: int
    body: bytes


def read_ogg(data: bytes) -> tuple[bytes, int]:
    """(what is kept, ms). Raises Unsound."""
    leaves = list(walk(data))
    demand(len(leaves) > 2)
    head, tags = leaves[:2]
    demand(head.flags == FIRST and head.body[:9] == b"OpusHead\1")
    demand(tags.body[:8] == b"OpusTags")
    demand(all(leaf.serial == head.serial for leaf in leaves))
    demand([leaf.turn for leaf in leaves] == list(range(len(leaves))))
    ends = [leaf.samples for leaf in leaves[2:] if leaf.samples != NO_PACKET_ENDS]
    demand(len(ends) > 0 and not any(leaf.flags & FIRST for leaf in leaves[1:]))
    kept = [head.whole, plain_tags(head.serial), *(leaf.whole for leaf in leaves[2:])]
    return b"".join(kept), max(ends) // PER_MS


def walk(data: bytes) -> Iterator[Leaf]:
    at = 0
    while at < len(data):
        head = cut(data, at, HEAD_BYTES)
        demand(head[:5] == b"OggS\0")
        sizes = cut(data, at + HEAD_BYTES, head[26])
        start = at + HEAD_BYTES + len(sizes)
        body = cut(data, start, sum(sizes))
        whole = data[at : start + len(body)]
        samples, serial, turn, crc = struct.unpack_from("<QIII", head, 6)
        demand(crc == checksum(whole))
        yield Leaf(whole, head[5], samples, serial, turn, body)
        at = start + len(body)


def checksum(leaf: bytes) -> int:
    """Ogg's CRC is zlib's with every bit the other way round, and it begins and ends plain."""
    blank = leaf[:CRC_AT] + bytes(4) + leaf[CRC_AT + 4 :]
    mirrored = zlib.crc32(blank.translate(MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(MIRRORED))


def plain_tags(serial: int) -> bytes:
    """The second page, with nothing to say."""
    return sealed(leaf_of(0, 0, serial, 1, NO_COMMENTS))


def leaf_of(flags: int, samples: int, serial: int, turn: int, packet: bytes) -> bytes:
    sizes = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    head = struct.pack("<5sBQIIIB", b"OggS\0", flags, samples, serial, turn, 0, len(sizes))
    return head + sizes + packet


def sealed(leaf: bytes) -> bytes:
    crc = checksum(leaf).to_bytes(4, "little")
    return leaf[:CRC_AT] + crc + leaf[CRC_AT + 4 :]
