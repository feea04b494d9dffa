"""The WeCom group robot: one POST a message, and what its answers mean.

Vendor's rules: 20 messages a minute per robot, text up to 2048 bytes, markdown up to 4096, both in
UTF-8. A refusal comes with HTTP 200 and an `errcode` that is not 0. The URL is the secret.
"""

import logging
from typing import Any, Literal, NamedTuple

import httpx

from server.notify.words import MARKDOWN_BYTES, TEXT_BYTES, shorten

TIMEOUT_S = 5.0
TOO_LONG = 40058
OVER_LIMIT = 45009
ERROR_CHARS = 200

# It writes every URL it posts to into the log, key and all.
logging.getLogger("httpx").setLevel(logging.WARNING)

Verdict = Literal["sent", "too_long", "over_limit", "failed"]

VERDICTS: dict[int, Verdict] = {TOO_LONG: "too_long", OVER_LIMIT: "over_limit"}


class Answer(NamedTuple):
    """`error` says why, without the robot's URL."""

    verdict: Verdict
    error: str | None = None


async def post(client: httpx.AsyncClient, url: str, text: str, *, markdown: bool) -> Answer:
    try:
        response = await client.post(url, json=payload(text, markdown), timeout=TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer("failed", type(error).__name__)
    if response.status_code != 200:
        return Answer("failed", f"HTTP {response.status_code}")
    return judge(response)


def payload(text: str, markdown: bool) -> dict[str, Any]:
    kind, limit = ("markdown", MARKDOWN_BYTES) if markdown else ("text", TEXT_BYTES)
    return {"msgtype": kind, kind: {"content": shorten(text, limit)}}


def judge(response: httpx.Response) -> Answer:
    try:
        body = response.json()
        code = int(body["errcode"])
    except (ValueError, KeyError, TypeError):
        return Answer("failed", "answer without errcode")
    if code == 0:
        return Answer("sent")
    error = f"errcode {code} {body.get('errmsg', '')}"[:ERROR_CHARS]
    return Answer(VERDICTS.get(code, "failed"), error)
