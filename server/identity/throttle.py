"""How often one may guess a password. A PIN's failures are in the database."""

from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from server.attempts import Attempts

FROM_ONE_PLACE = RateLimitItemPerMinute(10, 5)
ANYWHERE = RateLimitItemPerHour(50)


async def count_sign_in(attempts: Attempts, account: str, address: str) -> None:
    """For an account from one network, and for an account in all. Raises TooMany."""
    await attempts.count(FROM_ONE_PLACE, "sign_in", account, network(address))
    await attempts.count(ANYWHERE, "sign_in", account)


async def forgive_sign_in(attempts: Attempts, account: str, address: str) -> None:
    """After a success: the next slip of the finger starts from nothing."""
    await attempts.forgive(FROM_ONE_PLACE, "sign_in", account, network(address))


def network(address: str) -> str:
    """The first three parts of an IPv4 address, four of an IPv6 one."""
    if ":" in address:
        return ":".join(address.split(":")[:4])
    return ".".join(address.split(".")[:3])
