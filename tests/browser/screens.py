"""`python -m tests.browser.screens`: the pictures of docs/screens, taken anew."""

import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.stage import ROOT
from tests.browser.styles import Style
from tests.browser.theatre import opened
from tests.browser.tour import Tour

FOLDER = ROOT / "docs" / "screens"
LARGEST_BYTES = 150_000
COLOURS = (256, 128, 64)


def take(folder: Path, style: Style) -> None:
    """Every screen in this style, as small PNGs in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)

    def keep(name: str, page: Page) -> None:
        (folder / f"{name}.png").write_bytes(shrunk(photographed(page)))

    with (
        tempfile.TemporaryDirectory() as room,
        sync_playwright() as playwright,
        opened(playwright, Path(room), sample=True) as theatre,
    ):
        Tour(theatre, style, keep).walk()


def photographed(page: Page) -> bytes:
    return page.screenshot(animations="disabled", caret="hide")


def shrunk(png: bytes) -> bytes:
    """The picture with as many colours as fit into the size; text stays sharp."""
    with Image.open(BytesIO(png)) as picture:
        opaque = picture.convert("RGB")
    for colours in COLOURS:
        made = BytesIO()
        opaque.quantize(colours, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
        if made.tell() < LARGEST_BYTES:
            return made.getvalue()
    raise ValueError(f"{made.tell()} bytes are too many for a picture of a screen")


if __name__ == "__main__":
    take(FOLDER, Style("zh", "light"))
