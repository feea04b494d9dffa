"""The decoding child: reads one picture after another from stdin, answers with clean JPEGs.

Run by path under `python -I`, so it imports nothing of ours. Strangers' bytes are parsed here and
nowhere else; limits are set after the imports and before the first byte, and they leave no way
to open a file, a socket or another process.

A request is an 8-byte big-endian length and the bytes. An answer is a 4-byte length, a JSON header
({"sizes": [full, small], "width", "height", "look"} or {"code"}) and the two JPEGs.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
import warnings
from typing import Any, BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 30_000_000
FULL_EDGE_PX = 1600
SMALL_EDGE_PX = 480
FULL_QUALITY = 85
SMALL_QUALITY = 80
MEMORY_BYTES = 1 << 30  # a 30-megapixel RGBA PNG needs about 400 MB at its peak
CPU_S = 6
LOOK_SIDE = 8


class Refused(Exception):
    """The picture cannot be used; `code` says why, for ever (the bytes will not change)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def main() -> None:
    prepare()
    confine()
    while serve(sys.stdin.buffer, sys.stdout.buffer):
        pass


def prepare() -> None:
    """Loads every plugin now (none can be opened later) and makes a bomb an error."""
    Image.init()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    encode(Image.new("RGB", (8, 8)), FULL_QUALITY)


def confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # stdin, stdout, stderr; no socket either


def serve(requests: BinaryIO, answers: BinaryIO) -> bool:
    """Answers one request; False when the parent is gone."""
    head = requests.read(8)
    if len(head) < 8:
        return False
    (length,) = struct.unpack(">Q", head)
    data = requests.read(length)
    if len(data) < length:
        return False
    ration_cpu()
    answers.write(answer(data))
    answers.flush()
    return True


def ration_cpu() -> None:
    """RLIMIT_CPU counts the whole life of a process, so each picture moves the limit on."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent_s = int(usage.ru_utime + usage.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent_s + CPU_S, hard))


def answer(data: bytes) -> bytes:
    try:
        full = decode(data)
        small = full.copy()
        small.thumbnail((SMALL_EDGE_PX, SMALL_EDGE_PX), Image.Resampling.LANCZOS)
        parts = [encode(full, FULL_QUALITY), encode(small, SMALL_QUALITY)]
        header: dict[str, Any] = {"width": full.width, "height": full.height}
        header["look"] = look_of(small)
        header["sizes"] = [len(part) for part in parts]
    except Refused as refused:
        header, parts = {"code": refused.code}, []
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        header, parts = {"code": "too_large"}, []
    except Exception:  # whatever a decoder says about strangers' bytes, they are broken
        header, parts = {"code": "picture_broken"}, []
    text = json.dumps(header).encode()
    return b"".join([struct.pack(">I", len(text)), text, *parts])


def decode(data: bytes) -> Image.Image:
    """The picture upright, in RGB, at most 1600 px, made from pixels alone.

    A plain re-save can carry comments, text chunks and profiles across; new pixels cannot.
    """
    with identify(data) as image:
        image.verify()
    with identify(data) as image:
        reject_frames(image)
        bounded = flatten(upright(shrink(image)))
        return Image.frombytes("RGB", bounded.size, bounded.tobytes())


def identify(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise Refused("not_a_picture") from None


def reject_frames(image: Image.Image) -> None:
    """Animations are refused; a camera's JPEG with a second picture inside gives its first."""
    if image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1:
        raise Refused("picture_animated")


def shrink(image: Image.Image) -> Image.Image:
    """At most 1600 px on the long edge, before anything else copies the pixels."""
    if image.mode not in ("RGB", "RGBA", "L", "CMYK"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((FULL_EDGE_PX, FULL_EDGE_PX), Image.Resampling.LANCZOS)
    return image


def upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF in a good photo costs its orientation, not the photo
        return image


def flatten(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def look_of(image: Image.Image) -> str:
    """What the picture looks like, in 64 bits of hex: of each small patch, whether the one to its
    right is lighter. Scaling, compression and a little cropping leave nearly all of them alone."""
    patches = image.convert("L").resize((LOOK_SIDE + 1, LOOK_SIDE), Image.Resampling.BOX)
    light = patches.tobytes()
    bits = 0
    for at in range(len(light)):
        if (at + 1) % (LOOK_SIDE + 1):
            bits = bits << 1 | (light[at] < light[at + 1])
    return f"{bits:016x}"


def encode(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


if __name__ == "__main__":
    main()
