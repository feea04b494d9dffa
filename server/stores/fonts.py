"""The machine's Chinese font, which posters are set in. Looked for once."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_ROOTS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_NAMES = (
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


@lru_cache(maxsize=1)
def find_chinese_font() -> Path | None:
    """The first known Chinese font on this machine."""
    found = {path.name: path for path in _font_files()}
    return next((found[name] for name in _NAMES if name in found), None)


def face_of(font: Path) -> int:
    """Which face of a collection is the one for simplified Chinese."""
    return _SIMPLIFIED.get(font.name, 0)


def _font_files() -> Iterable[Path]:
    for root in _ROOTS:
        yield from Path(root).rglob("*.tt[cf]")
        yield from Path(root).rglob("*.otf")
