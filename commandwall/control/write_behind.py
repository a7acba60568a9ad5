"""Writing to the state database behind the back of whoever has something to keep."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from commandwall.base.tasks import Backoff
from commandwall.control.database import StoreError

log = logging.getLogger(__name__)


class WriteBehind:
    """Calls ``write`` in a task of its own each time :meth:`wake` was called; an async context manager.

    A disk that refuses delays nobody: ``write`` is called again after a while, and a last time
    when the context is left. ``write`` raises :class:`StoreError` and keeps what it did not write;
    ``waiting`` says in words what that is.
    """

    def __init__(self, name: str, write: Callable[[], Awaitable[None]], waiting: Callable[[], str]) -> None:
        self._name = name
        self._write = write
        self._waiting = waiting
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> WriteBehind:
        self._task = asyncio.create_task(self._run(), name=self._name)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._wake.set()
        if self._task is not None:
            await self._task

    def wake(self) -> None:
        """There is something to write; returns at once."""
        self._wake.set()

    async def _run(self) -> None:
        backoff = Backoff((0.5, 1, 2, 5))
        while not self._closing.is_set():
            await self._wake.wait()
            self._wake.clear()
            if await self._try():
                backoff.reset()
            else:
                self._wake.set()
                await self._pause(backoff.next_s())
        await self._try()

    async def _try(self) -> bool:
        try:
            await self._write()
        except StoreError as error:
            log.error("%s: not written: %s: %s", self._name, self._waiting(), error)
            return False
        except Exception:  # What nobody foresaw must not end the writing of all that comes after.
            log.exception("%s: not written: %s", self._name, self._waiting())
            return False
        return True

    async def _pause(self, delay_s: float) -> None:
        try:
            await asyncio.wait_for(self._closing.wait(), delay_s)
        except TimeoutError:
            return
