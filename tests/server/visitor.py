"""A customer with a phone in the store: opens the page, types, sends."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx

from server.config import Config
from server.customers.consent import CURRENT
from server.stores.posters import Poster, sign
from tests.conftest import MovableClock

SUN = {"phone": "138 0013 8000", "name": "孙先生", "need": "三室两厅全屋定制"}
AGREED = {"service": CURRENT["service"].version}


@dataclass
class Visitor:
    """`await register(name="…")` fills in the form as Mr Sun would and sends it."""

    browser: httpx.AsyncClient
    config: Config
    clock: MovableClock
    poster: Poster
    answers: dict[str, str] = field(default_factory=lambda: {**SUN, **AGREED})

    @property
    def path(self) -> str:
        return f"/r/{sign(self.config.keys, self.poster)}"

    async def open(self, **headers: str) -> httpx.Response:
        return await self.browser.get(self.path, headers=headers)

    async def register(self, **typed: str) -> httpx.Response:
        """The page after sending: the thanks, or the form again."""
        nonce = nonce_in(await self.open())
        self.clock.advance(seconds=20)
        return await self.send(nonce, **typed)

    async def send(self, nonce: str, **typed: str) -> httpx.Response:
        data = {**self.answers, "nonce": nonce, "lang": "zh", **typed}
        sent = {name: value for name, value in data.items() if value is not None}
        return await self.browser.post(self.path, data=sent, follow_redirects=True)


def nonce_in(page: httpx.Response) -> str:
    return unescape(re.findall(r'name="nonce" value="([^"]+)"', page.text)[0])


def pass_in(page: httpx.Response) -> str:
    """The typed form of the pass on the thank-you page."""
    found = re.findall(r"<b>(\w{4}) (\w{4})</b>", page.text)
    assert found, page.text
    return "".join(found[0])


def is_thanks(page: httpx.Response) -> bool:
    return page.status_code == 200 and "已收到您的登记" in page.text


Fields = dict[str, Any]
