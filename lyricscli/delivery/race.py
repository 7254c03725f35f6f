"""The race: whichever way brings the result first ends the wait."""

import asyncio  # noqa: TID253 (imported by use cases only)
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def race(*runners: Awaitable[T]) -> T:
    """Run all ways at once; return what the first to arrive brought, and end the others.

    Of two that arrive together the one named first wins. An error of the first to end is raised.
    """
    tasks = [asyncio.ensure_future(runner) for runner in runners]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task.done()).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
