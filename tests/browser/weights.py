"""What the built app weighs, counted in the build itself: bytes as the server sends them."""

import gzip
import re
from functools import cache
from pathlib import Path

from tests.browser.stage import BUILT

STATIC_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["']\./([\w.-]+\.js)["']""")
LATER_IMPORT = re.compile(r"""\bimport\(\s*["'`]\./([\w.-]+\.js)["'`]""")
PRECACHED = re.compile(r"""["']?url["']?:["'`]([^"'`]+)["'`]""")
# The server sends these as they are.
SQUEEZED_ALREADY = {".png"}


def scripts_before_a_tap() -> int:
    """Today, which most people see first, and all that it cannot run without."""
    return sum(weight(name) for name in first_page())


def markup() -> int:
    """The page and every stylesheet of the app, those of later pages too."""
    sheets = (path.name for path in (BUILT / "assets").glob("*.css"))
    return squeezed(BUILT / "index.html") + sum(weight(name) for name in sheets)


def later_pieces() -> dict[str, int]:
    """Whatever is fetched by itself when it is wanted, with what comes along; without what the
    first page has brought already."""
    there = first_page()
    pieces = {name for path in scripts() for name in LATER_IMPORT.findall(path.read_text())}
    added = {name: with_imports({name}) - there for name in pieces - there}
    return {name: sum(map(weight, needed)) for name, needed in added.items()}


def precache() -> int:
    """All that a phone fetches ahead, so that no page is missing without a network."""
    return sum(smallest(BUILT / path) for path in precached())


def precache_on_disk() -> int:
    return sum((BUILT / path).stat().st_size for path in precached())


def precached() -> set[str]:
    return set(PRECACHED.findall((BUILT / "sw.js").read_text()))


def first_page() -> set[str]:
    named = re.findall(r"/assets/([\w.-]+\.js)", (BUILT / "index.html").read_text())
    return with_imports(set(named))


def with_imports(names: set[str]) -> set[str]:
    """And all that they cannot run without."""
    found: set[str] = set()
    while left := names - found:
        found |= left
        texts = ((BUILT / "assets" / name).read_text() for name in left)
        names = names | {each for text in texts for each in STATIC_IMPORT.findall(text)}
    return found


def scripts() -> list[Path]:
    return list((BUILT / "assets").glob("*.js"))


def weight(name: str) -> int:
    return squeezed(BUILT / "assets" / name)


@cache
def squeezed(path: Path) -> int:
    content = path.read_bytes()
    return len(content if path.suffix in SQUEEZED_ALREADY else gzip.compress(content, 6))


def smallest(path: Path) -> int:
    """As every host with a certificate sends it: Brotli, which the build has made."""
    made = path.with_name(f"{path.name}.br")
    return path.stat().st_size if path.suffix in SQUEEZED_ALREADY else made.stat().st_size
