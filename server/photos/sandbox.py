"""The decoding child: reads one picture after another from stdin, answers with clean JPEGs.

Run by path under `python -I`, so it imports nothing of ours. Strangers' bytes are parsed here and
nowhere else; limits are set after the imports and before the first byte, and they leave no way
to open a file, a socket or another process.

A request is a 4-byte big-endian length, a JSON header, an 8-byte length and the bytes. The header
is {}, to make the two sizes of a picture, or {"mark": {"lines", "code"}}, to write that under it.
An answer is a 4-byte length, a JSON header ({"sizes": [full, small], "width", "height", "look"},
{"sizes": [marked]} or {"code"}) and the JPEGs.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
import warnings
from typing import Any, BinaryIO, NamedTuple

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 30_000_000
FULL_EDGE_PX = 1600
SMALL_EDGE_PX = 480
FULL_QUALITY = 85
SMALL_QUALITY = 80
MEMORY_BYTES = 1 << 30  # a 30-megapixel RGBA PNG needs about 400 MB at its peak
CPU_S = 6
LOOK_SIDE = 8
MARKED_QUALITY = 88
MARK_LEAST_PX = 640
LETTERS_ACROSS = 38
LEAST_LETTER_PX = 17
LINE_SHARE = 1.5
LEAST_CELL_PX = 3
QUIET_CELLS = 4
INK = (28, 27, 25)

Answer = tuple[dict[str, Any], list[bytes]]


class Refused(Exception):
    """The picture cannot be used; `code` says why, for ever (the bytes will not change)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Letters(NamedTuple):
    """The font of marks, opened while that is still possible; `file` None: there is none for
    Chinese, and marks say what they can in Latin."""

    file: BinaryIO | None
    face: int

    def of(self, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        if self.file is None:
            return ImageFont.load_default(size)
        self.file.seek(0)
        # The other layout engine would load a library now.
        return ImageFont.truetype(self.file, size, self.face, layout_engine=ImageFont.Layout.BASIC)


def main() -> None:
    prepare()
    letters = open_letters(sys.argv[1:])
    confine()
    while serve(sys.stdin.buffer, sys.stdout.buffer, letters):
        pass


def open_letters(given: list[str]) -> Letters:
    return Letters(open(given[0], "rb"), int(given[1])) if given else Letters(None, 0)


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


def serve(requests: BinaryIO, answers: BinaryIO, letters: Letters) -> bool:
    """Answers one request; False when the parent is gone."""
    head = read_part(requests, ">I")
    data = None if head is None else read_part(requests, ">Q")
    if head is None or data is None:
        return False
    ration_cpu()
    answers.write(answer(json.loads(head), data, letters))
    answers.flush()
    return True


def read_part(requests: BinaryIO, length_form: str) -> bytes | None:
    size = struct.calcsize(length_form)
    length = requests.read(size)
    if len(length) < size:
        return None
    (count,) = struct.unpack(length_form, length)
    data = requests.read(count)
    return data if len(data) == count else None


def ration_cpu() -> None:
    """RLIMIT_CPU counts the whole life of a process, so each picture moves the limit on."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent_s = int(usage.ru_utime + usage.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent_s + CPU_S, hard))


def answer(asked: dict[str, Any], data: bytes, letters: Letters) -> bytes:
    try:
        mark = asked.get("mark")
        header, parts = make_sizes(data) if mark is None else make_marked(data, mark, letters)
        header["sizes"] = [len(part) for part in parts]
    except Refused as refused:
        header, parts = {"code": refused.code}, []
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        header, parts = {"code": "too_large"}, []
    except Exception:  # whatever a decoder says about strangers' bytes, they are broken
        header, parts = {"code": "picture_broken"}, []
    text = json.dumps(header).encode()
    return b"".join([struct.pack(">I", len(text)), text, *parts])


def make_sizes(data: bytes) -> Answer:
    full = decode(data)
    small = full.copy()
    small.thumbnail((SMALL_EDGE_PX, SMALL_EDGE_PX), Image.Resampling.LANCZOS)
    header = {"width": full.width, "height": full.height, "look": look_of(small)}
    return header, [encode(full, FULL_QUALITY), encode(small, SMALL_QUALITY)]


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


def make_marked(data: bytes, mark: dict[str, Any], letters: Letters) -> Answer:
    """The whole picture with a strip below it: a mark that covers something hides it."""
    picture = decode(data)
    width = max(picture.width, MARK_LEAST_PX)
    strip = draw_strip(width, mark, letters)
    sheet = Image.new("RGB", (width, picture.height + strip.height), "white")
    sheet.paste(picture, ((width - picture.width) // 2, 0))
    sheet.paste(strip, (0, picture.height))
    return {}, [encode(sheet, MARKED_QUALITY)]


def draw_strip(width: int, mark: dict[str, Any], letters: Letters) -> Image.Image:
    letter = max(LEAST_LETTER_PX, width // LETTERS_ACROSS)
    line = int(letter * LINE_SHARE)
    texts = [text if letters.file else latin for text, latin in mark["lines"]]
    texts = [text for text in texts if text]
    code = draw_code(mark["code"], line * len(texts))
    height = max(code.height, line * len(texts)) + letter
    strip = Image.new("RGB", (width, height), "white")
    strip.paste(code, (width - code.width, (height - code.height) // 2))
    pen = ImageDraw.Draw(strip)
    for nth, text in enumerate(texts):
        middle = (height - line * len(texts)) // 2 + line * nth + line // 2
        write(pen, (letter, middle), text, letter, width - code.width - letter, letters)
    return strip


def draw_code(rows: list[str], wished: int) -> Image.Image:
    """`rows`: the modules of a code, 1 for a dark one; at least as large as a camera needs."""
    side = len(rows) + 2 * QUIET_CELLS
    small = Image.new("L", (side, side), 255)
    for y, row in enumerate(rows, QUIET_CELLS):
        for x, cell in enumerate(row, QUIET_CELLS):
            if cell == "1":
                small.putpixel((x, y), 0)
    pixels = side * max(LEAST_CELL_PX, wished // side)
    return small.resize((pixels, pixels), Image.Resampling.NEAREST).convert("RGB")


def write(
    pen: ImageDraw.ImageDraw,
    at: tuple[int, int],
    text: str,
    size: int,
    room: int,
    letters: Letters,
) -> None:
    """In letters of this size, or in smaller ones if the room is not enough."""
    font = letters.of(size)
    wide = pen.textlength(text, font=font)
    if wide > room:
        font = letters.of(max(1, int(size * room / wide)))
    pen.text(at, text, fill=INK, font=font, anchor="lm")


def encode(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


if __name__ == "__main__":
    main()
