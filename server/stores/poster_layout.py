"""What stands where on a poster, once for every format and for whatever draws it. Millimetres.

A face is one side that a person looks at; a tent has the same one twice. Lines that the machine's
font cannot say have a Latin form beside them.
"""

from dataclasses import dataclass

from server.stores import qr
from server.stores.posters import Sheet

GREEN, PALE, WHITE, INK, GREY = "#0b6e63", "#e3f1ee", "#ffffff", "#1c1b19", "#6b6862"
BLEED_MM = 3.0
MARGIN_SHARE = 34 / 210
# A camera reads a code from ten times its width.
REACH = 10
MM_PER_METRE = 1000


@dataclass(frozen=True)
class Line:
    """Centred on the face. `y`: its middle; `size`: of the letters; `latin`: '' leaves it out."""

    text: str
    latin: str
    y: float
    size: float
    ink: str


@dataclass(frozen=True)
class Face:
    """`band`: how far down the coloured head goes; `hole`: where a badge is punched."""

    width: float
    height: float
    band: float
    code_top: float
    code_side: float
    link: str
    lines: tuple[Line, ...]
    hole: tuple[float, float, float, float] | None = None

    @property
    def code_left(self) -> float:
        return (self.width - self.code_side) / 2

    @property
    def text_width(self) -> float:
        return self.width * (1 - MARGIN_SHARE)


@dataclass(frozen=True)
class Format:
    """A trimmed sheet. `sides`: 2 for a tent, whose upper face stands on its head until folded."""

    name: str
    width: float
    height: float
    sides: int = 1
    says_reach: bool = False


FORMATS = {
    each.name: each
    for each in (
        Format("a4", 210, 297, says_reach=True),
        Format("a6", 105, 148, says_reach=True),
        Format("table", 100, 280, sides=2),
        Format("badge", 60, 90),
    )
}


def lay_out(sheet: Sheet, format: Format) -> Face:
    if format.name == "badge":
        return _lay_out_badge(sheet, format)
    return _lay_out_page(sheet, format.width, format.height / format.sides)


def say_size(format: Format, face: Face) -> Line:
    """For whoever prints and hangs it: that it must not be scaled, and from how far it is read."""
    modules = len(qr.build(face.link).matrix)
    black = face.code_side * modules / (modules + 2 * qr.QUIET_ZONE)
    reach = round(black * REACH / MM_PER_METRE, 1)
    name = format.name.upper()
    return Line(
        f"{name} · 二维码宽 {black:.0f} mm，约 {reach:g} 米内可扫 · 按 100% 打印，不要缩放",
        f"{name} · code {black:.0f} mm wide, scans from {reach:g} m · print at 100%",
        face.height - 4 * face.width / 210 - 1,
        1.9 + face.width / 210,
        GREY,
    )


def _lay_out_page(sheet: Sheet, width: float, height: float) -> Face:
    """Drawn for A4; others are as high and as wide as it fits."""
    part = min(width / 210, height / 297)
    lines = [
        Line(text, latin, y * part, size * part, ink)
        for text, latin, y, size, ink in (
            (sheet.organisation, _latin(sheet.organisation), 21, 8, PALE),
            (sheet.store, _latin(sheet.store), 38, 15, WHITE),
            ("扫码登记，马上有人接待您", "Scan to register", 58, 10, WHITE),
            ("微信或相机扫一扫 · Scan to register", "WeChat or camera", 211, 6.5, INK),
            ("扫不了？在浏览器里输入", "No camera? Type", 232, 5.5, GREY),
            (sheet.short, sheet.short, 244, 9, GREEN),
            (f"{sheet.position} · {sheet.typed}", sheet.typed, 263, 6, INK),
            (f"请核对门店名称“{sheet.store}”，谨防被贴换的二维码", "", 277, 4.5, GREY),
        )
    ]
    return Face(width, height, 74 * part, 86 * part, 116 * part, sheet.link, tuple(lines))


def _lay_out_badge(sheet: Sheet, format: Format) -> Face:
    """Letters have a least size, whatever the card's: a badge is no shrunken poster."""
    lines = (
        Line(sheet.organisation, _latin(sheet.organisation), 12, 2.8, PALE),
        Line(sheet.store, _latin(sheet.store), 17.5, 4.6, WHITE),
        Line(sheet.position, _latin(sheet.position), 23, 3.2, WHITE),
        Line("微信扫一扫登记 · Scan to register", "Scan to register", 71.5, 2.6, INK),
        Line(sheet.short, sheet.short, 76.5, 3, GREEN),
        Line(sheet.typed, sheet.typed, 81, 2.6, INK),
        Line("请核对门店名称，谨防贴换", "", 85.5, 2.1, GREY),
    )
    hole = (format.width / 2 - 7, 4.0, 14.0, 3.5)
    return Face(format.width, format.height, 27, 28, 41, sheet.link, lines, hole)


def _latin(text: str) -> str:
    return text.encode("latin-1", "ignore").decode("latin-1").strip()
