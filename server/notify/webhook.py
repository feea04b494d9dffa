"""One POST to a robot: short, bounded, and whatever comes back becomes an answer."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx
import msgspec

from server.clock import HOUR_MS, SECOND_MS
from server.notify.channel import Answer, Verdict

TIMEOUT_S = 5.0
WHOLE_S = 8.0
"""For the exchange as a whole: a robot that answers a byte at a time never runs into TIMEOUT_S."""
ANSWER_BYTES = 64 * 1024
DETAIL_CHARS = 200
LONGEST_REST_MS = HOUR_MS

# It writes every URL it posts to into the log, key and all.
logging.getLogger("httpx").setLevel(logging.WARNING)

Verdicts = Mapping[int, tuple[Verdict, str | None]]


class Reply(NamedTuple):
    status: int
    body: Any
    retry_after_ms: int


class Unreadable(Exception):
    """Longer than any robot's answer."""


JSON = {"content-type": "application/json; charset=utf-8"}


async def post(
    client: httpx.AsyncClient, url: str, message: Any, key: str, now: int
) -> Reply | Answer:
    """The robot's reply, or why there is none. Redirects are not followed. `key` is the letter's:
    whatever stands between us and the robot can tell a copy by it."""
    headers = {**JSON, "idempotency-key": key}
    return await post_bytes(client, url, msgspec.json.encode(message), headers, now)


async def post_bytes(
    client: httpx.AsyncClient, url: str, content: bytes, headers: Mapping[str, str], now: int
) -> Reply | Answer:
    try:
        async with asyncio.timeout(WHOLE_S):
            return await exchange(client, url, content, headers, now)
    except (TimeoutError, httpx.TimeoutException):
        return Answer("failed", "timeout")
    except Unreadable:
        return Answer("failed", "garbage")
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return Answer("failed", "unreachable", type(error).__name__)


async def exchange(
    client: httpx.AsyncClient, url: str, content: bytes, headers: Mapping[str, str], now: int
) -> Reply:
    sending = client.stream("POST", url, content=content, headers=headers, timeout=TIMEOUT_S)
    async with sending as response:
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > ANSWER_BYTES:
                raise Unreadable
        return Reply(response.status_code, decoded(body), retry_after(response.headers, now))


def decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def retry_after(headers: httpx.Headers, now: int) -> int:
    """In ms from now; the header holds seconds or a date. At most an hour."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdecimal():
        return min(int(told[:9]) * SECOND_MS, LONGEST_REST_MS)
    try:
        until = parsedate_to_datetime(told).replace(tzinfo=UTC).timestamp() * SECOND_MS
    except (ValueError, TypeError, OverflowError):
        return 0
    return int(min(max(until - now, 0), LONGEST_REST_MS))


def judge(reply: Reply, code_field: str, words_field: str, verdicts: Verdicts) -> Answer:
    """A refusal may come with HTTP 200 and an acceptance never with anything else."""
    code = reply.body.get(code_field) if isinstance(reply.body, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        return judge_status(reply)
    if code == 0:
        return Answer("sent") if reply.status == 200 else judge_status(reply)
    verdict, ours = verdicts.get(code, ("failed", "rejected"))
    words = f"{code} {reply.body.get(words_field) or ''}".strip()
    return Answer(verdict, ours, words[:DETAIL_CHARS], reply.retry_after_ms)


def judge_status(reply: Reply) -> Answer:
    told = f"HTTP {reply.status}"
    if reply.status == 200:
        return Answer("failed", "garbage")
    if reply.status == 429:
        return Answer("over_limit", "over_limit", told, reply.retry_after_ms)
    return Answer("failed", "http", told, reply.retry_after_ms)
