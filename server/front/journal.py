"""One JSON line for each request and event: routes, never addresses, bodies or tokens."""

import json
import logging
import secrets
import sys
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import Problem, render

ID_BYTES = 8
QUIET = {"/livez", "/readyz", "/metrics"}
log = logging.getLogger("shopbell.request")

Observe = Callable[[str, str, int, float], None]
"""method, route, status, seconds"""


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": int(record.created * 1000),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def start_journal() -> None:
    """Sends the logs of this process to standard error. For the command line, once."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("alembic", "httpx", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class Journal:
    """Gives each request an id, logs how it ended, and answers for what nobody expected."""

    def __init__(self, app: ASGIApp, observe: Observe) -> None:
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        scope.setdefault("state", {})["request_id"] = secrets.token_hex(ID_BYTES)
        answer = Answer(scope, send)
        started = time.perf_counter()
        try:
            await self.app(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = 499
        except Exception:
            log.exception("failed", extra={"facts": facts_of(scope)})
            await answer.apologise(receive)
        finally:
            self.record(scope, answer, time.perf_counter() - started)

    def record(self, scope: Scope, answer: "Answer", seconds: float) -> None:
        route = route_of(scope)
        self.observe(scope["method"], route, answer.status, seconds)
        outcome = {"status": answer.status, "ms": round(seconds * 1000, 1), "bytes": answer.bytes}
        level = logging.DEBUG if route in QUIET else logging.INFO
        log.log(level, "request", extra={"facts": {**facts_of(scope), **outcome}})


class Answer:
    """Watches a response go by."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.onward = send
        self.status = 0
        self.bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            tag = (b"x-request-id", self.scope["state"]["request_id"].encode())
            message["headers"] = [*message.get("headers", []), tag]
        elif message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
        await self.onward(message)

    async def apologise(self, receive: Receive) -> None:
        """Without a word about what went wrong; the request id finds it in the log."""
        if self.status == 0:
            await render(Problem(), self.scope)(self.scope, receive, self.send)


def facts_of(scope: Scope) -> dict[str, Any]:
    return {
        "request_id": scope["state"]["request_id"],
        "method": scope["method"],
        "route": route_of(scope),
    }


def route_of(scope: Scope) -> str:
    """The route's pattern: paths carry tokens."""
    return str(getattr(scope.get("route"), "path", "")) or "(none)"
