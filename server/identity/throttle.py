"""How often one may guess. In memory: a restart forgives, a PIN's failures are in the database."""

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from server.errors import TooMany

FROM_ONE_PLACE = RateLimitItemPerMinute(10, 5)
ANYWHERE = RateLimitItemPerHour(50)


class Throttle:
    """Limits guesses for an account from one network, and for an account in all."""

    def __init__(self) -> None:
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def count(self, account: str, address: str) -> None:
        """Counts one attempt. Raises TooMany."""
        await self.hit(FROM_ONE_PLACE, "sign_in", account, network(address))
        await self.hit(ANYWHERE, "sign_in", account)

    async def forgive(self, account: str, address: str) -> None:
        """After a success: the next slip of the finger starts from nothing."""
        await self.limiter.clear(FROM_ONE_PLACE, "sign_in", account, network(address))

    async def hit(self, limit: RateLimitItem, *key: str) -> None:
        if not await self.limiter.hit(limit, *key):
            raise TooMany(retry_after=limit.get_expiry())


def network(address: str) -> str:
    """The first three parts of an IPv4 address, four of an IPv6 one."""
    if ":" in address:
        return ":".join(address.split(":")[:4])
    return ".".join(address.split(".")[:3])
