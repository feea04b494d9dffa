"""Every screen, looked at by a machine: one language, nothing wider than the phone, no fault."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from server.stores.public_holidays import CHINA, holidays_of, language_of
from tests.browser import axe
from tests.browser.browsers import ARGS, SHELL
from tests.browser.records import Records
from tests.browser.styles import Style, wear
from tests.browser.theatre import Theatre, opened
from tests.browser.tour import Tour

# The longer words on the narrower phone.
ZH, EN = Style("zh", "light"), Style("en", "dark", width=360)
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
# The other language names itself in its own script.
OTHER_LANGUAGE = {"中文"}
WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
IS_THE_APPS = "document.getElementById('app') !== null"
# What moves has arrived; what never does goes on.
COME_TO_REST = """() => document.getAnimations()
  .filter(({effect}) => effect.getComputedTiming().endTime < Infinity)
  .forEach((one) => one.finish())"""
READ = """() => {
  const said = []
  // What was read out before stays as it was read.
  const unseen = 'script, style, noscript, [aria-live=assertive], .pointer-events-none[role=status]'
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement
    if (parent && !parent.closest(unseen)) said.push(walk.currentNode.data)
  }
  for (const one of document.querySelectorAll('*'))
    for (const name of ['aria-label', 'placeholder', 'alt', 'title'])
      if (one.getAttribute(name)) said.push(one.getAttribute(name))
  return [document.title, ...said]
}"""

# What can be tapped or filled in, and a screen reader has no name for: none, or another than is
# written on it.
NAMELESS = """() => {
  const plain = (text) => text.replace(/\\s+/g, ' ').trim().toLowerCase()
  const taps = 'button, a[href], input:not([type=hidden]), select, textarea, summary'
  const said = (one) => one.getAttribute('aria-label')
    ?? document.getElementById(one.getAttribute('aria-labelledby'))?.textContent
    ?? (one.labels?.[0] ?? one).textContent + (one.querySelector('img')?.alt ?? '')
  return [...document.querySelectorAll(taps)].filter((one) => one.checkVisibility())
    .filter((one) => !plain(said(one))).map((one) => one.outerHTML.slice(0, 200))
}"""

FAULTY = (
    "<title>x</title><main><h1>x</h1><input><p style='color:#bbb;background:#ccc'>Hardly</p></main>"
)
pytestmark = [pytest.mark.browser, pytest.mark.unhurried]


@dataclass
class Looked:
    """What a tour came across."""

    pages: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    nameless: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)
    english: list[tuple[str, str]] = field(default_factory=list)

    def in_both(self, name: str, page: Page) -> None:
        """A page of the app is worn in either style; one without scripts is what it is."""
        self.look(f"{name}, {ZH.name}", page)
        if page.evaluate(IS_THE_APPS):
            wear(page, EN)
            self.in_english(name, page)
            wear(page, ZH)

    def in_english(self, name: str, page: Page) -> None:
        self.look(f"{name}, {EN.name}", page)
        self.english += [(name, text) for text in page.evaluate(READ)]

    def look(self, name: str, page: Page) -> None:
        self.pages.append(name)
        page.evaluate(COME_TO_REST)
        content, window = page.evaluate(WIDTHS)
        if content > window:
            self.wide.append(f"{name}: {content} px in {window}")
        self.nameless += [f"{name}: {html}" for html in page.evaluate(NAMELESS)]
        self.barriers += [f"{name}: {each}" for each in axe.violations(page)]


@pytest.fixture
def sample(playwright: Playwright, tmp_path: Path) -> Iterator[Theatre]:
    with opened(playwright, tmp_path, sample=True) as theatre:
        yield theatre


def test_every_screen_is_whole_and_in_one_language(sample: Theatre) -> None:
    looked = Looked()
    Tour(sample, EN, looked.in_english).see_the_customers_page()
    Tour(sample, ZH, looked.in_both).walk()
    assert len(looked.pages) >= 120
    assert looked.wide == []
    assert sample.faults() == []
    assert looked.nameless == []
    assert looked.barriers == [], "\n".join(looked.barriers)
    found = foreign(looked.english, sample.records)
    assert found == set(), "\n".join(f"{name}: {words}" for name, words in sorted(found))


def test_axe_sees_what_is_wrong_even_where_there_are_no_scripts(playwright: Playwright) -> None:
    browser = playwright.chromium.launch(executable_path=SHELL, args=[*ARGS])
    page = browser.new_page(java_script_enabled=False)
    page.set_content(FAULTY)
    found = {line.split(":")[0] for line in axe.violations(page)}
    assert {"label", "color-contrast", "html-has-lang"} <= found
    assert not page.evaluate(axe.HAS_SCRIPTS), "they were only lent"
    browser.close()


def foreign(texts: list[tuple[str, str]], records: Records) -> set[tuple[str, str]]:
    """(screen, words) that are Chinese and not what somebody is called or somebody wrote."""
    given = written(records) | holiday_names() | OTHER_LANGUAGE
    found = {(name, words) for name, text in texts for words in CHINESE.findall(text)}
    return {(name, words) for name, words in found if words not in given}


def holiday_names() -> set[str]:
    """The server names them, in the language in which the page was opened."""
    known = holidays_of(CHINA, language_of(CHINA, "zh"))
    year = timedelta(days=366)
    return {one.name for one in known.periods(date.today(), date.today() + year)}


def written(records: Records) -> set[str]:
    """Every run of Chinese in the rows: names, needs, remarks, as their authors left them."""
    bodies = [body for (body,) in records.query("SELECT body FROM rows")]
    return {words for body in bodies for words in CHINESE.findall(body)}
