"""The WeCom group robot (企业微信). The key in its URL is the secret; nothing is signed.

Vendor's rules: 20 messages a minute for each robot, text up to 2048 bytes, markdown up to 4096.
"""

from dataclasses import dataclass
from typing import Any

import httpx

from server.clock import MINUTE_MS
from server.notify.channel import Answer, Letter, Pace, lead_url
from server.notify.webhook import Verdicts, judge, post
from server.notify.words import shorten

VERDICTS: Verdicts = {
    40058: ("too_long", "too_long"),
    45009: ("over_limit", "over_limit"),
    45033: ("over_limit", "over_limit"),
    93000: ("refused", "bad_key"),
    93004: ("refused", "removed"),
    93008: ("refused", "removed"),
}


@dataclass(frozen=True)
class WeCom:
    client: httpx.AsyncClient
    origin: str = ""
    pace: Pace = Pace(spacing_ms=3_000, calm_a_minute=15, most_a_minute=20, rest_ms=MINUTE_MS)
    text_bytes: int = 2048
    digest_bytes: int = 4096

    def open_lead(self, lead_id: str) -> str:
        return f" [打开]({lead_url(self.origin, lead_id)})"

    async def send(self, letter: Letter, now: int) -> Answer:
        reply = await post(self.client, letter.address, self.message(letter), letter.key, now)
        return reply if isinstance(reply, Answer) else judge(reply, "errcode", "errmsg", VERDICTS)

    def message(self, letter: Letter) -> dict[str, Any]:
        if letter.is_digest:
            content = shorten(letter.text, self.digest_bytes)
            return {"msgtype": "markdown", "markdown": {"content": content}}
        return {"msgtype": "text", "text": {"content": shorten(letter.text, self.text_bytes)}}
