"""MP4 with one track of AAC or Opus sound, in one piece or in fragments, as Safari records it.

Samples are found by their distance from the start, so nothing may move: what no player needs is
blanked where it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from server.photos.boxes import cut, demand, number

Box = tuple[bytes, int, int]
"""Name, and where its content begins and ends."""

TOP = frozenset({b"ftyp", b"moov", b"moof", b"mdat", b"styp"})
BLANKED = frozenset({b"free", b"skip", b"wide", b"uuid", b"udta", b"meta", b"mfra", b"sidx"})
MASTERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf"})
CODECS = frozenset({b"mp4a", b"Opus"})
MOST_BRAND_BYTES = 64
MOST_IDLE_BYTES = 4096
"""Of the media data, what no sample is made of."""
HAS_OFFSET, HAS_FIRST_FLAGS = 0x1, 0x4
HAS_DURATION, HAS_SIZE, PER_SAMPLE = 0x100, 0x200, (0x100, 0x200, 0x400, 0x800)


@dataclass(frozen=True)
class Usual:
    """What a fragment does not say of its samples."""

    duration: int
    size: int


@dataclass
class Sum:
    """Of all samples: how long, in the track's own ticks, and how many bytes."""

    duration: int = 0
    size: int = 0


def read_mp4(data: bytes) -> tuple[bytes, int]:
    """(what is kept, ms). Raises Unsound."""
    boxes = list(walk(data, 0, len(data)))
    top = list(within(data, 0, len(data)))
    demand(top[0][0] == b"ftyp" and {name for name, _, _ in top} <= TOP | BLANKED)
    demand(all(end - at <= MOST_BRAND_BYTES for name, at, end in top if name in (b"ftyp", b"styp")))
    ticks_per_s = check_track(data, boxes)
    samples = counted(data, boxes)
    media = sum(end - at for name, at, end in top if name == b"mdat")
    demand(samples.duration > 0 and 0 < samples.size <= media <= samples.size + MOST_IDLE_BYTES)
    return blanked(data, boxes), samples.duration * 1000 // ticks_per_s


def within(data: bytes, at: int, end: int) -> Iterator[Box]:
    while at < end:
        size, head, name = number(data, at, 4), 8, cut(data, at + 4, 4)
        if size == 1 and name == b"mdat":
            size, head = number(data, at + 8, 8), 16
        demand(head <= size <= end - at)
        yield name, at + head, at + size
        at += size


def walk(data: bytes, at: int, end: int) -> Iterator[Box]:
    """Every box, those inside others after them."""
    for name, start, stop in within(data, at, end):
        yield name, start, stop
        if name in MASTERS:
            yield from walk(data, start, stop)


def the(boxes: list[Box], name: bytes) -> Box:
    """The only one of its name."""
    found = [box for box in boxes if box[0] == name]
    demand(len(found) == 1)
    return found[0]


def check_track(data: bytes, boxes: list[Box]) -> int:
    """The one track is sound in a codec we know; returns its ticks a second."""
    the(boxes, b"moov")
    the(boxes, b"trak")
    demand(cut(data, the(boxes, b"hdlr")[1] + 8, 4) == b"soun")
    at = the(boxes, b"stsd")[1]
    demand(number(data, at + 4, 4) == 1 and cut(data, at + 12, 4) in CODECS)
    clock = the(boxes, b"mdhd")[1]
    ticks_per_s = number(data, clock + (20 if number(data, clock, 1) else 12), 4)
    demand(ticks_per_s > 0)
    return ticks_per_s


def counted(data: bytes, boxes: list[Box]) -> Sum:
    total = Sum()
    if any(name == b"moof" for name, _, _ in boxes):
        count_fragments(data, boxes, total)
    else:
        count_tables(data, boxes, total)
    return total


def count_tables(data: bytes, boxes: list[Box], total: Sum) -> None:
    _, at, end = the(boxes, b"stts")
    for entry in range(at + 8, end, 8):
        total.duration += number(data, entry, 4) * number(data, entry + 4, 4)
    _, at, end = the(boxes, b"stsz")
    same, count = number(data, at + 4, 4), number(data, at + 8, 4)
    sizes = range(at + 12, end, 4)
    total.size = same * count if same else sum(number(data, entry, 4) for entry in sizes)


def count_fragments(data: bytes, boxes: list[Box], total: Sum) -> None:
    at = the(boxes, b"trex")[1]
    usual = always = Usual(number(data, at + 12, 4), number(data, at + 16, 4))
    for name, at, _ in boxes:
        if name == b"tfhd":
            usual = usual_here(data, at, always)
        elif name == b"trun":
            count_run(data, at, usual, total)


def usual_here(data: bytes, at: int, always: Usual) -> Usual:
    flags, place = number(data, at + 1, 3), at + 8
    place += (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    duration = number(data, place, 4) if flags & 0x8 else always.duration
    place += 4 if flags & 0x8 else 0
    return Usual(duration, number(data, place, 4) if flags & 0x10 else always.size)


def count_run(data: bytes, at: int, usual: Usual, total: Sum) -> None:
    """Only what stands in the box is gone through; a count alone is multiplied."""
    flags, count = number(data, at + 1, 3), number(data, at + 4, 4)
    place = at + 8 + sum(4 for flag in (HAS_OFFSET, HAS_FIRST_FLAGS) if flags & flag)
    columns = [flag for flag in PER_SAMPLE if flags & flag]
    cut(data, place, 4 * count * len(columns))
    total.duration += column(data, place, count, columns, HAS_DURATION, usual.duration)
    total.size += column(data, place, count, columns, HAS_SIZE, usual.size)


def column(data: bytes, at: int, count: int, columns: list[int], flag: int, usual: int) -> int:
    if flag not in columns:
        return usual * count
    step, first = 4 * len(columns), at + 4 * columns.index(flag)
    return sum(number(data, first + step * row, 4) for row in range(count))


def blanked(data: bytes, boxes: list[Box]) -> bytes:
    kept = bytearray(data)
    for name, at, end in boxes:
        if name in BLANKED:
            kept[at - 4 : end] = b"free" + bytes(end - at)
    return bytes(kept)
