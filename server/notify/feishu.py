"""The Feishu custom bot (飞书), signed in the body.

Vendor's rules: 100 messages a minute and 5 a second, a body up to 20 KB; the timestamp in seconds
may be an hour off.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import httpx

from server.clock import MINUTE_MS, SECOND_MS
from server.notify.channel import Answer, Letter, Pace, lead_url
from server.notify.webhook import Verdicts, judge, post
from server.notify.words import shorten

VERDICTS: Verdicts = {
    9499: ("failed", "rejected"),
    11232: ("over_limit", "over_limit"),
    11233: ("over_limit", "over_limit"),
    19001: ("refused", "bad_key"),
    19007: ("refused", "removed"),
    19021: ("refused", "bad_sign"),
    19022: ("refused", "bad_ip"),
    19024: ("refused", "no_keyword"),
}


@dataclass(frozen=True)
class Feishu:
    """Far fewer than the vendor allows, for those who read them. A character may take six bytes of
    JSON, so that 3,000 are within the 20 KB whatever they are."""

    client: httpx.AsyncClient
    origin: str = ""
    pace: Pace = Pace(spacing_ms=1_000, calm_a_minute=15, most_a_minute=60, rest_ms=MINUTE_MS)
    text_bytes: int = 3000
    digest_bytes: int = 3000

    def open_lead(self, lead_id: str) -> str:
        return f" {lead_url(self.origin, lead_id)}"

    async def send(self, letter: Letter, now: int) -> Answer:
        reply = await post(self.client, letter.address, self.message(letter, now), letter.key, now)
        return reply if isinstance(reply, Answer) else judge(reply, "code", "msg", VERDICTS)

    def message(self, letter: Letter, now: int) -> dict[str, Any]:
        content = {"text": shorten(letter.text, self.text_bytes)}
        return {"msg_type": "text", "content": content} | stamp(letter.secret, now // SECOND_MS)


def stamp(secret: str | None, now_s: int) -> dict[str, str]:
    return {"timestamp": str(now_s), "sign": sign(secret, now_s)} if secret else {}


def sign(secret: str, now_s: int) -> str:
    """The text is the key, and nothing is signed with it: such is the vendor's rule."""
    key = f"{now_s}\n{secret}".encode()
    return base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()
