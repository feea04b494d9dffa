"""How often somebody may try something. In memory: a restart forgives, a process counts alone."""

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from server.errors import TooMany


class Attempts:
    """Counted under a limit and a name: what is tried, then by or about whom."""

    def __init__(self) -> None:
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def allow(self, limit: RateLimitItem, *name: str) -> bool:
        return await self.limiter.hit(limit, *name)

    async def count(self, limit: RateLimitItem, *name: str) -> None:
        """Raises TooMany."""
        if not await self.allow(limit, *name):
            raise TooMany(retry_after=limit.get_expiry())

    async def forgive(self, limit: RateLimitItem, *name: str) -> None:
        await self.limiter.clear(limit, *name)


def attempts_at(request: Request) -> Attempts:
    attempts = request.app.state.attempts
    assert isinstance(attempts, Attempts)
    return attempts


def address_of(request: Request) -> str:
    """Of whoever asks; empty when there is none, as with a local socket."""
    return request.client.host if request.client else ""
