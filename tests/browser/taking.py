"""How much work a photo of twelve megapixels is, from the album to the outbox."""

import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFilter
from playwright.sync_api import expect

from tests.browser.company import BO
from tests.browser.people import Rep
from tests.browser.theatre import Theatre
from tests.browser.weak import SLOWER

FILE = "twelve.jpg"
TWELVE_MEGAPIXELS = (4000, 3000)
MS_A_TICK = 1000 / os.sysconf("SC_CLK_TCK")
WATCH_PHOTO = """(() => {
  const now = () => performance.now()
  const said = () => [...document.querySelectorAll('[role=status]')].some(
    ({textContent}) => textContent.includes('照片已存本机'))
  window.photo = {began: 0, kept: 0, said}
  addEventListener('change', ({target}) => {
    if (target.type === 'file') window.photo = {began: now(), kept: 0, said}
  }, true)
  new MutationObserver(() => {
    if (window.photo.began && !window.photo.kept && said()) window.photo.kept = now()
  }).observe(document, {childList: true, subtree: true, characterData: true})
})()"""


@dataclass(frozen=True)
class Taken:
    """From the choice to the word that it is kept, in ms: `ready` as on a phone that is four times
    slower in every thread and does one thing after the other, `wall` on this machine, whatever
    else runs on it. The browser's own tools would slow down the screen's thread alone, and the
    picture is read in others."""

    ready: float
    wall: float


def open_customer(theatre: Theatre) -> Rep:
    """With the button for the camera before them."""
    photograph(theatre.folder / FILE)
    bo = Rep(theatre.profile("camera", windowed=True), BO)
    bo.signs_in(theatre.stage)
    bo.registers_and_receives(name="钱女士", phone="139 0001 2345")
    expect(bo.page.get_by_label("拍照")).to_be_visible()
    bo.page.evaluate(WATCH_PHOTO)
    return bo


def take_once(theatre: Theatre, rep: Rep) -> Taken:
    """What went before it is sent and done: it is not counted."""
    rep.syncs()
    rep.opens_customer("钱女士")
    began = worked_ms(rep.profile.folder)
    rep.page.locator("input[type=file]").first.set_input_files(theatre.folder / FILE)
    rep.page.wait_for_function("() => window.photo.kept", polling=20)
    worked = worked_ms(rep.profile.folder) - began
    wall = rep.page.evaluate("window.photo.kept - window.photo.began")
    rep.page.wait_for_function("() => !window.photo.said()", polling=100)
    return Taken(SLOWER * worked, wall)


def worked_ms(folder: Path) -> float:
    """The processor's time of the pages of the browser in this folder, all their threads."""
    return sum(map(processor_ms, renderers_of(folder)))


def renderers_of(folder: Path) -> list[Path]:
    named = [(each, words_of(each)) for each in Path("/proc").glob("[0-9]*")]
    ours = f"--user-data-dir={folder}".encode()
    found = [each for each, words in named if ours in words and b"--type=renderer" in words]
    assert found, "this browser does not say whose its pages are"
    return found


def words_of(process: Path) -> list[bytes]:
    try:
        # A renderer's are separated by spaces.
        return (process / "cmdline").read_bytes().replace(b" ", b"\0").split(b"\0")
    except FileNotFoundError:
        return []


def processor_ms(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * MS_A_TICK


def photograph(path: Path) -> None:
    """As a phone writes it: some megabytes, with grain."""
    small = Image.effect_noise((400, 300), 90).filter(ImageFilter.GaussianBlur(3))
    large = small.resize(TWELVE_MEGAPIXELS, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(TWELVE_MEGAPIXELS, 12)
    picture = Image.merge("RGB", (large, Image.blend(large, grain, 0.3), grain))
    picture.save(path, "JPEG", quality=88)
