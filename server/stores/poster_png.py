"""The poster as a picture, for printers that know no SVG: A4 at 150 dots an inch.

Fonts are the machine's. Without a Chinese one the sheet keeps its code and its Latin lines: a
poster without its title still works, a request that fails does not.
"""

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from server.stores import qr
from server.stores.posters import PAGE_MM, QR_MM, Sheet

DOTS_PER_MM = 150 / 25.4
_FONT_ROOTS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_FONT_NAMES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
)
# The face for simplified Chinese inside Noto's collection; the first face is Japanese.
_SIMPLIFIED = {"NotoSansCJK-Regular.ttc": 2}

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_Line = tuple[str, str, float, float, str]


def draw_png(sheet: Sheet) -> bytes:
    """PNG bytes. Blocking, a quarter of a second: call it from a thread."""
    image = Image.new("RGB", (_dots(PAGE_MM[0]), _dots(PAGE_MM[1])), "#ffffff")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, image.width, _dots(74)), fill="#0b6e63")
    _paste_code(image, sheet.link)
    chinese = find_chinese_font()
    for text, latin, y, size, fill in _lines(sheet):
        _write(pen, text if chinese else latin, y, size, fill, chinese)
    return _encode(image)


@lru_cache(maxsize=1)
def find_chinese_font() -> Path | None:
    """The first known Chinese font on this machine, looked for once."""
    found = {path.name: path for path in _font_files()}
    return next((found[name] for name in _FONT_NAMES if name in found), None)


def _font_files() -> Iterable[Path]:
    for root in _FONT_ROOTS:
        yield from Path(root).rglob("*.tt[cf]")
        yield from Path(root).rglob("*.otf")


def _lines(sheet: Sheet) -> list[_Line]:
    """Each line: Chinese text, what a Latin font can say, middle in mm, size in mm, colour."""
    return [
        (sheet.organisation, _latin(sheet.organisation), 21, 8, "#e3f1ee"),
        (sheet.store, _latin(sheet.store), 38, 15, "#ffffff"),
        ("扫码登记，马上有人接待您", "Scan to register", 58, 10, "#ffffff"),
        ("微信或相机扫一扫 · Scan to register", "WeChat or camera", 211, 6.5, "#1c1b19"),
        ("扫不了？在浏览器里输入", "No camera? Type", 234, 5.5, "#6b6862"),
        (sheet.short, sheet.short, 246, 9, "#0b6e63"),
        (f"{sheet.position} · {sheet.typed}", sheet.typed, 268, 6, "#1c1b19"),
        ("请核对门店名称，谨防被贴换的二维码", "", 281, 4.5, "#6b6862"),
    ]


def _latin(text: str) -> str:
    return text.encode("latin-1", "ignore").decode("latin-1").strip()


def _paste_code(image: Image.Image, link: str) -> None:
    code = qr.build(link)
    drawn = BytesIO()
    code.save(drawn, kind="png", border=qr.QUIET_ZONE)
    side = _dots(QR_MM)
    with Image.open(drawn) as small:
        large = small.convert("RGB").resize((side, side), Image.Resampling.NEAREST)
    image.paste(large, ((image.width - side) // 2, _dots(86)))


def _write(
    pen: ImageDraw.ImageDraw, text: str, y: float, size: float, fill: str, path: Path | None
) -> None:
    if not text:
        return
    font = _font(path, _dots(size))
    wide = pen.textlength(text, font=font) / _dots(176)
    if wide > 1:
        font = _font(path, int(_dots(size) / wide))
    pen.text((_dots(PAGE_MM[0] / 2), _dots(y)), text, fill=fill, font=font, anchor="mm")


def _font(path: Path | None, dots: int) -> _Font:
    if path is None:
        return ImageFont.load_default(dots)
    return ImageFont.truetype(path, dots, index=_SIMPLIFIED.get(path.name, 0))


def _dots(mm: float) -> int:
    return round(mm * DOTS_PER_MM)


def _encode(image: Image.Image) -> bytes:
    out = BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True, dpi=(150, 150))
    return out.getvalue()
