"""The balance of an account: what is left, and whether it is enough."""

from typing import TYPE_CHECKING

from lyricscli.errors import ServiceError
from lyricscli.models import Failure, Reason

if TYPE_CHECKING:
    from lyricscli.jobs.desk import Service


async def credits_left(service: "Service") -> float:
    """Ask a service for the credits left; raises ServiceError."""
    async with service.client() as client:
        return await client.credits()


async def require(service: "Service", least: float) -> None:
    """Raise ServiceError (`insufficient_credits`) when fewer are left, or why that cannot be known."""
    left = await credits_left(service)
    if left < least:
        message = f"{number(left)} credits are left, and --min-credits is {number(least)}; nothing was sent"
        raise ServiceError(Failure(Reason.INSUFFICIENT_CREDITS, message))


def number(amount: float) -> float:
    """Return the amount as it is written: without a fraction where there is none."""
    return int(amount) if amount.is_integer() else amount
