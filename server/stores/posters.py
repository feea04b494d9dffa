"""Posters: one for each position in a store, so that a store learns which door works.

The code on a poster holds nothing secret and nothing personal: the organisation, the poster, a
signature. A person whose camera fails types the short code instead; the name of the store is
printed beside it, so that a code pasted over ours can be told from ours.
"""

from dataclasses import dataclass
from html import escape

from server.identity.signing import BadSeal, Seal
from server.stores import qr

# Nothing that a tired eye confuses: no 0 O, 1 I L, and no U that reads as V.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 5
PURPOSE = "poster"
PAGE_MM = (210, 297)
QR_MM = 116


@dataclass(frozen=True)
class Poster:
    """One printed code. `id` is what is typed: the organisation's code, a dash, the poster's code.

    `*_at` in ms UTC. `staff_id`: whose personal code it is; None for a code of the store's.
    """

    org_id: str
    id: str
    store_id: str
    position: str
    code: str
    revoked_at: int | None
    created_at: int
    staff_id: str | None = None


@dataclass(frozen=True)
class Sheet:
    """What is printed: the poster in the words of its store, and both addresses."""

    organisation: str
    store: str
    position: str
    link: str
    typed: str
    short: str


def shorten(random: bytes, length: int = CODE_LENGTH) -> str:
    """A code of the unambiguous alphabet from random bytes, one character for each byte pair."""
    pairs = (int.from_bytes(random[2 * i : 2 * i + 2], "big") for i in range(length))
    return "".join(ALPHABET[pair % len(ALPHABET)] for pair in pairs)


def make_id(org_code: str, code: str) -> str:
    return f"{org_code}-{code.lower()}"


def read_typed(typed: str) -> tuple[str, str] | None:
    """The organisation's code and the poster's id in what somebody typed, in any case."""
    tidy = typed.strip().lower().replace("_", "-").replace(" ", "")
    org_code, dash, code = tidy.rpartition("-")
    return (org_code, tidy) if dash and org_code and len(code) == CODE_LENGTH else None


def sign(keys: tuple[str, ...], poster: Poster) -> str:
    """The token of a poster's link: the same for ever, because it is printed."""
    return Seal(keys, PURPOSE).close(poster.id, poster.created_at)


def read_token(keys: tuple[str, ...], token: str, now: int) -> str | None:
    """The poster's id in a token of ours. It has no end: a poster is taken down by revoking it."""
    try:
        id = Seal(keys, PURPOSE).open(token, now)
    except BadSeal:
        return None
    return id if isinstance(id, str) else None


def make_sheet(
    poster: Poster, organisation: str, store: str, origin: str, keys: tuple[str, ...]
) -> Sheet:
    host = origin.removeprefix("https://").removeprefix("http://")
    return Sheet(
        organisation=organisation,
        store=store,
        position=poster.position,
        link=f"{origin}/r/{sign(keys, poster)}",
        typed=poster.id,
        short=f"{host}/p/{poster.id}",
    )


def draw_svg(sheet: Sheet) -> str:
    """The sheet as an A4 SVG in millimetres; text stays text, the printer has the fonts."""
    width, height = PAGE_MM
    body = "".join([_heading(sheet), _code(sheet), _footing(sheet)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f"viewBox=\"0 0 {width} {height}\" font-family=\"'PingFang SC','Noto Sans CJK SC',"
        f'\'Microsoft YaHei\',sans-serif" text-anchor="middle">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{body}</svg>'
    )


def _heading(sheet: Sheet) -> str:
    return (
        '<rect width="210" height="74" fill="#0b6e63"/>'
        + _text(sheet.organisation, 24, 8, "#e3f1ee")
        + _text(sheet.store, 42, _fit(sheet.store, 15), "#fff", weight=700)
        + _text("扫码登记，马上有人接待您", 61, 10, "#fff")
    )


def _code(sheet: Sheet) -> str:
    path, side = qr.to_path(qr.build(sheet.link))
    left, top = (PAGE_MM[0] - QR_MM) / 2, 86
    return (
        f'<g transform="translate({left} {top}) scale({QR_MM / side:.5f})" '
        f'shape-rendering="crispEdges"><path fill="#000" d="{path}"/></g>'
        + _text("微信或相机扫一扫 · Scan to register", 213, 6.5, "#1c1b19")
    )


def _footing(sheet: Sheet) -> str:
    return (
        '<path d="M30 224h150" stroke="#e4e1da" stroke-width=".6"/>'
        + _text("扫不了？在浏览器里输入", 236, 5.5, "#6b6862")
        + _text(sheet.short, 249, _fit(sheet.short, 9), "#0b6e63", weight=700)
        + _text(f"{sheet.position} · {sheet.typed}", 270, 6, "#1c1b19")
        + _text("请核对门店名称，谨防被贴换的二维码", 282, 4.5, "#6b6862")
    )


def _fit(text: str, size: float) -> float:
    """A smaller size for a long line; a Chinese character is as wide as it is tall."""
    width = sum(1.0 if ord(c) > 0x2E7F else 0.6 for c in text)
    return min(size, 176 / max(width, 1))


def _text(text: str, y: float, size: float, fill: str, weight: int = 400) -> str:
    return (
        f'<text x="105" y="{y}" font-size="{size:.4g}" font-weight="{weight}" '
        f'fill="{fill}">{escape(text)}</text>'
    )
