"""The DingTalk custom robot (钉钉), signed in the query.

Vendor's rules: 20 messages a minute, else it is mute for ten minutes; the timestamp in ms may be an
hour off; a message up to 20,000 bytes.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote_plus

import httpx

from server.clock import MINUTE_MS
from server.notify.channel import Answer, Letter, Pace, lead_url
from server.notify.webhook import Verdicts, judge, post
from server.notify.words import shorten

REFUSED = 310000
"""Signature, time, keyword or address: only the words tell which."""
REASONS = (
    ("keyword", "no_keyword"),
    ("关键词", "no_keyword"),
    ("timestamp", "bad_time"),
    ("whitelist", "bad_ip"),
    (" ip", "bad_ip"),
)
VERDICTS: Verdicts = {
    130101: ("over_limit", "over_limit"),
    130103: ("over_limit", "over_limit"),
    410100: ("over_limit", "over_limit"),
    460101: ("too_long", "too_long"),
    REFUSED: ("refused", "bad_sign"),
    300001: ("refused", "bad_key"),
    300005: ("refused", "bad_key"),
    400013: ("refused", "removed"),
    400101: ("refused", "bad_key"),
    400102: ("refused", "removed"),
    400106: ("refused", "removed"),
}


@dataclass(frozen=True)
class DingTalk:
    """Two a minute below the limit: one too many costs ten minutes."""

    client: httpx.AsyncClient
    origin: str = ""
    pace: Pace = Pace(spacing_ms=3_000, calm_a_minute=13, most_a_minute=18, rest_ms=10 * MINUTE_MS)
    text_bytes: int = 4096
    digest_bytes: int = 4096

    def open_lead(self, lead_id: str) -> str:
        return f" {lead_url(self.origin, lead_id)}"

    async def send(self, letter: Letter, now: int) -> Answer:
        url = signed(letter.address, letter.secret, now)
        message = {"msgtype": "text", "text": {"content": shorten(letter.text, self.text_bytes)}}
        reply = await post(self.client, url, message, letter.key, now)
        if isinstance(reply, Answer):
            return reply
        return explained(judge(reply, "errcode", "errmsg", VERDICTS))


def signed(url: str, secret: str | None, now: int) -> str:
    return f"{url}&timestamp={now}&sign={quote_plus(sign(secret, now))}" if secret else url


def sign(secret: str, now: int) -> str:
    """Before it is quoted for the URL."""
    text = f"{now}\n{secret}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), text, hashlib.sha256)).decode()


def explained(answer: Answer) -> Answer:
    if answer.code != "bad_sign":
        return answer
    words = answer.detail.lower()
    return answer._replace(code=next((code for hint, code in REASONS if hint in words), "bad_sign"))
