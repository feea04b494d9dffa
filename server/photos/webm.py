"""WebM with one Opus track, as Chromium and Firefox record it, written anew.

A recorder does not know how long it will run, so it leaves out the duration, and players then
show none. It is put in here.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.photos.boxes import Unsound, cut, demand, number

EBML, DOC_TYPE = 0x1A45DFA3, 0x4282
SEGMENT, CLUSTER, INFO, TRACKS = 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B
SCALE, DURATION = 0x2AD7B1, 0x4489
TRACK, TRACK_TYPE, CODEC, AUDIO = 0xAE, 0x83, 0x86, 0xE1
CLUSTER_TIME, BLOCK_GROUP, BLOCK, SIMPLE_BLOCK = 0xE7, 0xA0, 0xA1, 0xA3
OF_NO_USE = frozenset({0x114D9B74, 0x1C53BB6B, 0x1254C367, 0xEC, 0xBF, 0xA7, 0xAB})
"""Seek heads, cues, tags, padding, checksums, positions."""
OF_TRACK = frozenset({0xD7, 0x73C5, 0x9C, TRACK_TYPE, CODEC, 0x63A2, 0x56AA, 0x56BB, AUDIO})
OF_AUDIO = frozenset({0xB5, 0x78B5, 0x9F, 0x6264})
OF_GROUP = frozenset({BLOCK, 0x9B, 0x75A2})
USUAL_SCALE_NS = 1_000_000
USUAL_FRAME_TICKS = 20
UNKNOWN_SIZE = b"\x01" + b"\xff" * 7

Element = tuple[int, bytes]


@dataclass
class Reading:
    """What has been found so far; a cluster is its time and its blocks."""

    scale_ns: int = USUAL_SCALE_NS
    track: bytes | None = None
    clusters: list[tuple[int, list[Element]]] = field(default_factory=list)
    times: list[int] = field(default_factory=list)


def read_webm(data: bytes) -> tuple[bytes, int]:
    """(what is kept, ms). Raises Unsound."""
    tokens = walk(data)
    head = next(tokens, (0, b""))
    demand(head[0] == EBML and (DOC_TYPE, b"webm") in list(walk(head[1])))
    demand(next(tokens, (0, b""))[0] == SEGMENT)
    reading = Reading()
    for token in tokens:
        take(reading, *token)
    demand(reading.track is not None and len(reading.times) > 0)
    ticks = max(reading.times) + last_frame(reading.times)
    demand(ticks > 0)
    return written(reading, ticks), ticks * reading.scale_ns // 1_000_000


def walk(data: bytes) -> Iterator[Element]:
    """Elements to the last byte. Of those two that may have no size, only the start is told."""
    at = 0
    while at < len(data):
        name, at = read_id(data, at)
        size, at = read_size(data, at)
        if name in (SEGMENT, CLUSTER):
            yield name, b""
        else:
            demand(size is not None)
            yield name, cut(data, at, size or 0)
            at += size or 0


def read_id(data: bytes, at: int) -> tuple[int, int]:
    length = 9 - number(data, at, 1).bit_length()
    demand(length <= 4)
    return number(data, at, length), at + length


def read_size(data: bytes, at: int) -> tuple[int | None, int]:
    """None for a size that says it is not known."""
    length = 9 - number(data, at, 1).bit_length()
    demand(length <= 8)
    size = number(data, at, length) & ((1 << 7 * length) - 1)
    return (None if size == (1 << 7 * length) - 1 else size), at + length


def take(reading: Reading, name: int, body: bytes) -> None:
    if name == INFO:
        scales = [int.from_bytes(value) for one, value in walk(body) if one == SCALE]
        reading.scale_ns = scales[0] if scales else USUAL_SCALE_NS
        demand(0 < reading.scale_ns <= 1_000_000_000)
    elif name == TRACKS:
        demand(reading.track is None)
        reading.track = read_track(body)
    elif name == CLUSTER:
        reading.clusters.append((0, []))
    elif name not in OF_NO_USE:
        take_in_cluster(reading, name, body)


def read_track(body: bytes) -> bytes:
    """The one track, which is Opus sound and nothing else."""
    tracks = [value for name, value in walk(body) if name == TRACK]
    demand(len(tracks) == 1)
    kept = [(name, value) for name, value in walk(tracks[0]) if name in OF_TRACK]
    demand((TRACK_TYPE, b"\x02") in kept and (CODEC, b"A_OPUS") in kept)
    return joined((name, only(value, OF_AUDIO) if name == AUDIO else value) for name, value in kept)


def take_in_cluster(reading: Reading, name: int, body: bytes) -> None:
    demand(len(reading.clusters) > 0)
    time, blocks = reading.clusters[-1]
    if name == CLUSTER_TIME:
        demand(len(body) <= 8)
        reading.clusters[-1] = (int.from_bytes(body), blocks)
    elif name in (SIMPLE_BLOCK, BLOCK_GROUP):
        body = only(body, OF_GROUP) if name == BLOCK_GROUP else body
        reading.times.append(time + block_time(name, body))
        blocks.append((name, body))
    else:
        raise Unsound


def block_time(name: int, body: bytes) -> int:
    """Relative to its cluster. A recorder numbers its only track with one byte."""
    if name == BLOCK_GROUP:
        body = next((value for one, value in walk(body) if one == BLOCK), b"")
    demand(len(body) > 4 and body[0] & 0x80 != 0)
    return int.from_bytes(body[1:3], signed=True)


def last_frame(times: list[int]) -> int:
    """How long the last one sounds: as long as the one before."""
    return max(times[-1] - times[-2], 0) if len(times) > 1 else USUAL_FRAME_TICKS


def written(reading: Reading, ticks: int) -> bytes:
    info = joined([(SCALE, octets(reading.scale_ns)), (DURATION, struct.pack(">d", ticks))])
    track = element(TRACK, reading.track or b"")
    clusters = [
        (CLUSTER, element(CLUSTER_TIME, octets(time)) + joined(blocks))
        for time, blocks in reading.clusters
    ]
    rest = joined([(INFO, info), (TRACKS, track), *clusters])
    return HEAD + octets(SEGMENT) + UNKNOWN_SIZE + rest


def only(body: bytes, wanted: frozenset[int]) -> bytes:
    return joined((name, value) for name, value in walk(body) if name in wanted)


def joined(elements: Iterator[Element] | list[Element]) -> bytes:
    return b"".join(element(name, value) for name, value in elements)


def element(name: int, value: bytes) -> bytes:
    return octets(name) + (len(value) | 1 << 56).to_bytes(8) + value


def octets(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8))


HEAD = element(
    EBML,
    joined(
        [(0x4286, b"\1"), (0x42F7, b"\1"), (0x42F2, b"\4"), (0x42F3, b"\x08")]
        + [(DOC_TYPE, b"webm"), (0x4287, b"\4"), (0x4285, b"\2")]
    ),
)
