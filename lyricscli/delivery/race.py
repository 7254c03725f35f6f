"""The race: whichever way brings the result first ends the wait."""

import asyncio  # noqa: TID253 (imported by use cases only)
from collections.abc import Awaitable, Mapping

from lyricscli.models import DeliveredBy, Outcome


async def race(
    runners: Mapping[DeliveredBy, Awaitable[Outcome]],
) -> tuple[DeliveredBy, Outcome]:
    """Run all ways at once; return the first to arrive and what it brought, and end the others.

    Of two that arrive together the one named first wins. An error of the first to end is raised.
    """
    tasks = {asyncio.ensure_future(runner): way for way, runner in runners.items()}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        winner = next(task for task in tasks if task.done())
        return tasks[winner], winner.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
