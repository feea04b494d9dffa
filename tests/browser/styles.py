"""What a screen is looked at in: a language, a light, a width."""

import json
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.browsers import SIZE, Scheme

# As if somebody had chosen it in another window.
CHOOSE = """choice => {
  localStorage.setItem('shopbell-settings', choice)
  dispatchEvent(new StorageEvent('storage', {key: 'shopbell-settings'}))
}"""
SPEAKS = "tongue => document.documentElement.lang.startsWith(tongue)"


@dataclass(frozen=True)
class Style:
    tongue: str
    scheme: Scheme
    width: int = SIZE[0]

    @property
    def locale(self) -> str:
        return "zh-CN" if self.tongue == "zh" else "en-GB"

    @property
    def name(self) -> str:
        return f"{self.tongue}-{self.scheme}"


def wear(page: Page, style: Style) -> None:
    """On any page of the app, without loading it anew."""
    page.set_viewport_size({"width": style.width, "height": SIZE[1]})
    page.emulate_media(color_scheme=style.scheme)
    page.evaluate(CHOOSE, json.dumps({"tongue": style.tongue}))
    page.wait_for_function(SPEAKS, arg=style.tongue)
