"""How soon a customer's pass that is held up is found, measured in the page itself."""

from dataclasses import dataclass
from random import Random

from playwright.sync_api import Page, expect

from tests.browser import hard_pictures
from tests.browser.company import XIA
from tests.browser.hard_pictures import Content
from tests.browser.people import Clerk
from tests.browser.pictures import reel
from tests.browser.theatre import Theatre

# From the tap that opens the page to the sheet that says what was found.
WATCH = """() => {
  window.foundAfter = new Promise((resolve) => {
    let tapped = 0
    addEventListener('click', () => { tapped ||= performance.now() }, {capture: true})
    const look = new MutationObserver(() => {
      if (document.querySelector('dialog[open]')) {
        look.disconnect()
        resolve(performance.now() - tapped)
      }
    })
    look.observe(document.body, {childList: true, subtree: true, attributes: true})
  })
}"""
# What the browser itself needs until a camera's picture can be drawn.
OPEN_CAMERA = """async () => {
  const began = performance.now()
  const video = Object.assign(document.createElement('video'), {muted: true, playsInline: true})
  const stream = await navigator.mediaDevices.getUserMedia({video: {width: 1280, height: 960}})
  video.srcObject = stream
  await video.play()
  const taken = performance.now() - began
  stream.getTracks().forEach((track) => track.stop())
  return taken
}"""


@dataclass(frozen=True)
class Glance:
    """In ms: until the sheet is there, and the part of it that is the browser's own camera."""

    found: float
    camera: float


class FrontDesk:
    """A clerk whose phone has the reader already, and a pass before its camera."""

    def __init__(self, theatre: Theatre, name: str) -> None:
        self.clerk = Clerk(theatre.profile(name, camera=True, windowed=True, fetched=False), XIA)
        assert self.clerk.profile.camera is not None
        reel(self.clerk.profile.camera, held_up())
        self.clerk.signs_in(theatre.stage)
        self.clerk.comes_back()
        self.clerk.has_the_reader()

    def glance(self) -> Glance:
        page = self.clerk.page
        page.goto("/")
        expect(page.get_by_role("navigation")).to_be_visible()
        camera = float(page.evaluate(OPEN_CAMERA))
        return Glance(self.scan(page), camera)

    def scan(self, page: Page) -> float:
        page.evaluate(WATCH)
        self.clerk.goes_to("扫码")
        expect(page.get_by_role("dialog", name="客户的登记码")).to_be_visible()
        return float(page.evaluate("window.foundAfter"))


def held_up() -> bytes:
    """As a customer shows it: not quite straight, not quite still."""
    content: Content = hard_pictures.PASSES[0]
    return hard_pictures.photograph_of(content, hard_pictures.moved, 0, Random("held up"))
