"""The A4 poster as a picture, for phones and chats: 150 dots an inch.

Without a Chinese font the sheet keeps its code and its Latin lines: a poster without its title
still works, a request that fails does not.
"""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from server.stores import qr
from server.stores.fonts import face_of, find_chinese_font
from server.stores.poster_layout import FORMATS, GREEN, Face, Line, lay_out
from server.stores.posters import Sheet

DOTS_PER_MM = 150 / 25.4

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw_png(sheet: Sheet) -> bytes:
    """PNG bytes. Blocking, a quarter of a second: call it from a thread."""
    face = lay_out(sheet, FORMATS["a4"])
    image = Image.new("RGB", (_dots(face.width), _dots(face.height)), "#ffffff")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, image.width, _dots(face.band)), fill=GREEN)
    _paste_code(image, face)
    chinese = find_chinese_font()
    for line in face.lines:
        _write(pen, face, line, chinese)
    return _encode(image)


def _paste_code(image: Image.Image, face: Face) -> None:
    drawn = BytesIO()
    qr.build(face.link).save(drawn, kind="png", border=qr.QUIET_ZONE)
    side = _dots(face.code_side)
    with Image.open(drawn) as small:
        large = small.convert("RGB").resize((side, side), Image.Resampling.NEAREST)
    image.paste(large, (_dots(face.code_left), _dots(face.code_top)))


def _write(pen: ImageDraw.ImageDraw, face: Face, line: Line, path: Path | None) -> None:
    text = line.text if path else line.latin
    if not text:
        return
    font = _font(path, _dots(line.size))
    wide = pen.textlength(text, font=font) / _dots(face.text_width)
    if wide > 1:
        font = _font(path, int(_dots(line.size) / wide))
    middle = (_dots(face.width / 2), _dots(line.y))
    pen.text(middle, text, fill=line.ink, font=font, anchor="mm")


def _font(path: Path | None, dots: int) -> _Font:
    if path is None:
        return ImageFont.load_default(dots)
    return ImageFont.truetype(path, dots, index=face_of(path))


def _dots(mm: float) -> int:
    return round(mm * DOTS_PER_MM)


def _encode(image: Image.Image) -> bytes:
    out = BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True, dpi=(150, 150))
    return out.getvalue()
