"""Recordings as phones write them: a second is fifty frames of 20 ms, in each container."""

import struct
from collections.abc import Iterable

SECRET = b"SN-7730-SECRET"
PAYLOAD = b"<script>alert('bell')</script>"
FRAME_MS = 20
A_SECOND = 1000 // FRAME_MS


def frames(seconds: float) -> list[bytes]:
    """Packets that differ, so that one out of place is seen."""
    return [b"\xfb" + struct.pack(">I", nth) * 6 for nth in range(round(seconds * A_SECOND))]


def webm(
    seconds: float = 2,
    *,
    codec: bytes = b"A_OPUS",
    kind: int = 2,
    tracks: int = 1,
    doc_type: bytes = b"webm",
    scale_ns: int = 1_000_000,
) -> bytes:
    """As Chromium does: a segment and clusters of unknown size, a program's name, no duration."""
    track = ebml(0xD7, b"\1") + ebml(0x83, bytes([kind])) + ebml(0x86, codec)
    track += ebml(0xE1, ebml(0xB5, struct.pack(">f", 48000)) + ebml(0x9F, b"\1"))
    track += ebml(0x536E, SECRET)
    info = ebml(0x2AD7B1, scale_ns.to_bytes(4)) + ebml(0x4D80, SECRET)
    head = ebml(0x1A45DFA3, ebml(0x4282, doc_type))
    parts = [open_ended(0x18538067), ebml(0x1549A966, info), ebml(0xEC, SECRET)]
    parts.append(ebml(0x1654AE6B, ebml(0xAE, track) * tracks))
    packets = frames(seconds)
    for first in range(0, len(packets), A_SECOND):
        parts.append(open_ended(0x1F43B675) + ebml(0xE7, (first * FRAME_MS).to_bytes(4)))
        parts += (
            ebml(0xA3, b"\x81" + struct.pack(">h", nth * FRAME_MS) + b"\x80" + packet)
            for nth, packet in enumerate(packets[first : first + A_SECOND])
        )
    return head + b"".join(parts)


def ebml(name: int, body: bytes) -> bytes:
    return (
        name.to_bytes((name.bit_length() + 7) // 8) + struct.pack(">I", 1 << 28 | len(body)) + body
    )


def open_ended(name: int) -> bytes:
    return name.to_bytes(4) + b"\x01" + b"\xff" * 7


def ogg(seconds: float = 2, *, codec: bytes = b"OpusHead", other_stream: bool = False) -> bytes:
    """As Firefox does: the head, the tags, then a second on each page."""
    head = codec + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", len(SECRET)) + SECRET + bytes(4)
    packets = frames(seconds)
    pages = [leaf(2, 0, 0, [head]), leaf(0, 0, 1, [tags])]
    for turn, first in enumerate(range(0, len(packets), A_SECOND), 2):
        body = packets[first : first + A_SECOND]
        end = (first + len(body)) * FRAME_MS * 48
        pages.append(leaf(0, end, turn, body, 9 if other_stream and turn > 2 else 7))
    return b"".join(pages)


def leaf(flags: int, samples: int, turn: int, packets: list[bytes], serial: int = 7) -> bytes:
    sizes = bytes(map(len, packets))
    head = struct.pack("<5sBQIIIB", b"OggS\0", flags, samples, serial, turn, 0, len(sizes))
    whole = head + sizes + b"".join(packets)
    return whole[:22] + struct.pack("<I", slow_crc(whole)) + whole[26:]


def slow_crc(data: bytes) -> int:
    """As the format's specification puts it, bit by bit."""
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


def mp4(
    seconds: float = 2,
    *,
    codec: bytes = b"mp4a",
    handler: bytes = b"soun",
    fragmented: bool = True,
    idle: bytes = b"",
) -> bytes:
    """As Safari does, in fragments; older ones write it in one piece."""
    packets = frames(seconds)
    sizes, whole = [len(packet) for packet in packets], b"".join(packets)
    inside = [full(b"stsd", struct.pack(">I", 1) + box(codec, bytes(28)))]
    if not fragmented:
        inside.append(full(b"stts", struct.pack(">III", 1, len(sizes), FRAME_MS * 48)))
        inside.append(full(b"stsz", struct.pack(f">II{len(sizes)}I", 0, len(sizes), *sizes)))
    moov = movie(inside, handler, fragmented)
    head = box(b"ftyp", b"isom\0\0\2\0isomiso5") + moov + box(b"free", SECRET)
    if not fragmented:
        return head + box(b"mdat", whole + idle)
    return head + b"".join(fragments(packets)) + (box(b"mdat", idle) if idle else b"")


def movie(inside: Iterable[bytes], handler: bytes, fragmented: bool) -> bytes:
    clock = full(b"mdhd", struct.pack(">IIII", 0, 0, 48000, 0))
    media = full(b"hdlr", bytes(4) + handler + bytes(13))
    media += box(b"minf", box(b"stbl", b"".join(inside)))
    track = box(b"trak", box(b"mdia", clock + media))
    usual = box(b"mvex", full(b"trex", struct.pack(">IIIII", 1, 1, FRAME_MS * 48, 0, 0)))
    named = box(b"udta", box(b"name", SECRET))
    return box(b"moov", track + (usual if fragmented else b"") + named)


def fragments(packets: list[bytes]) -> Iterable[bytes]:
    for first in range(0, len(packets), A_SECOND):
        some = packets[first : first + A_SECOND]
        run = struct.pack(">II", len(some), 0) + b"".join(struct.pack(">I", len(p)) for p in some)
        traf = full(b"tfhd", struct.pack(">I", 1), 0x20000) + full(b"trun", run, 0x201)
        yield box(b"moof", box(b"traf", traf)) + box(b"mdat", b"".join(some))


def full(name: bytes, body: bytes, flags: int = 0) -> bytes:
    return box(name, struct.pack(">I", flags) + body)


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body
