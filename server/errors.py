"""Every failure that reaches a client, and the one place that turns it into an answer.

The server sends stable codes and facts; sentences live on the phone.
"""

from typing import Any, ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported"}


class Problem(Exception):
    """Raised anywhere below a route. `context` is sent with the code; keep secrets out of it."""

    status: ClassVar[int] = 500
    usual_code: ClassVar[str] = "internal"

    def __init__(self, code: str | None = None, **context: Any) -> None:
        super().__init__(code or self.usual_code)
        self.code = code or self.usual_code
        self.context = context

    @property
    def headers(self) -> dict[str, str]:
        return {}


class BadRequest(Problem):
    status = 400
    usual_code = "invalid"


class Unauthenticated(Problem):
    status = 401
    usual_code = "unauthenticated"


class Forbidden(Problem):
    status = 403
    usual_code = "forbidden"


class NotFound(Problem):
    status = 404
    usual_code = "not_found"


class Conflict(Problem):
    status = 409
    usual_code = "conflict"


class TooLarge(Problem):
    status = 413
    usual_code = "too_large"


class UnsupportedMedia(Problem):
    status = 415
    usual_code = "unsupported"


class Later(Problem):
    """A problem that waiting cures. `retry_after` is in seconds."""

    def __init__(self, code: str | None = None, *, retry_after: int, **context: Any) -> None:
        super().__init__(code, **context)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"retry-after": str(self.retry_after)}


class TooMany(Later):
    status = 429
    usual_code = "too_many"


class Unavailable(Later):
    status = 503
    usual_code = "unavailable"


def render(problem: Problem, scope: Scope) -> Response:
    body = {"error": {"code": problem.code, **problem.context}, "request_id": request_id(scope)}
    return JSONResponse(body, status_code=problem.status, headers=problem.headers)


def request_id(scope: Scope) -> str:
    return str(scope.get("state", {}).get("request_id", ""))


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return render(error, request.scope)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such route, wrong method) in our shape."""
    assert isinstance(error, HTTPException)
    problem = Problem(HTTP_CODES.get(error.status_code, "invalid"))
    response = render(problem, request.scope)
    response.status_code = error.status_code
    response.headers.update(error.headers or {})
    return response


HANDLERS = {Problem: on_problem, HTTPException: on_http_exception}
