"""What all ways out of the house have in common: a pace, sizes, and what an answer means."""

from typing import Literal, NamedTuple, Protocol
from urllib.parse import quote

Verdict = Literal["sent", "too_long", "over_limit", "failed", "refused", "gone"]
"""`failed` is worth another try; `refused` stays so until somebody changes the settings; `gone`:
whoever set the robot up took it back."""


class Answer(NamedTuple):
    """`code` is ours and stable, the phone has its sentence; `detail` are the other side's own
    words. Neither ever holds an address or a secret."""

    verdict: Verdict
    code: str | None = None
    detail: str = ""
    retry_after_ms: int = 0


class Pace(NamedTuple):
    """Past `calm_a_minute` what waits is merged; `rest_ms` is the pause after being told off."""

    spacing_ms: int
    calm_a_minute: int
    most_a_minute: int
    rest_ms: int


class Letter(NamedTuple):
    """What goes out in one go: one message, or several merged. `key` names it once and for all."""

    key: str
    address: str
    secret: str | None
    text: str
    is_digest: bool = False


class Channel(Protocol):
    """One kind of robot. Sizes are bytes of UTF-8; `send` cuts what is longer, and never raises.

    Where `digest_bytes` is 0, messages are for a machine: neither merged nor given a link."""

    @property
    def pace(self) -> Pace: ...

    @property
    def text_bytes(self) -> int: ...

    @property
    def digest_bytes(self) -> int: ...

    def open_lead(self, lead_id: str) -> str:
        """What follows a line of a digest: the lead in the app, as this chat shows links."""

    async def send(self, letter: Letter, now: int) -> Answer: ...


def lead_url(origin: str, lead_id: str) -> str:
    return f"{origin}/leads/{quote(lead_id, safe='')}"


Channels = dict[str, Channel]
"""By kind: wecom, dingtalk, feishu, mail, push."""
