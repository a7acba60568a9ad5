"""Task habits: named tasks, retries with back-off and jitter, bounded waits."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


def spawn(group: asyncio.TaskGroup, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Start ``coroutine`` in ``group`` under ``name``; the group owns it."""
    return group.create_task(coroutine, name=name)


@asynccontextmanager
async def bare() -> AsyncIterator[None]:
    """Raise one error that ended groups of tasks as what it is, out of groups in groups."""
    try:
        yield
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        raise error from None


async def run_until_first(*works: Coroutine[Any, Any, None]) -> None:
    """Run ``works`` side by side until the first of them ends; the others are cancelled.

    Raises what that one raised; of several that end together, what the first of ``works`` did.
    """
    tasks = [asyncio.create_task(work, name=getattr(work, "__qualname__", "work")) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if task in done:
            task.result()


class Backoff:
    """Delays between tries: the given steps, the last one repeated, each with +-20 % of jitter.

    Not shared between tasks. ``reset`` after a success.
    """

    def __init__(self, steps_s: tuple[float, ...] = (1, 2, 5, 10, 30), jitter: float = 0.2) -> None:
        self._steps_s = steps_s
        self._jitter = jitter
        self._tries = 0

    def next_s(self) -> float:
        """Return the next delay in seconds."""
        step = self._steps_s[min(self._tries, len(self._steps_s) - 1)]
        self._tries += 1
        return step * random.uniform(1 - self._jitter, 1 + self._jitter)

    def reset(self) -> None:
        """Begin again with the first step."""
        self._tries = 0

    def skip(self) -> None:
        """Go on with the last step, at once."""
        self._tries = max(self._tries, len(self._steps_s) - 1)
