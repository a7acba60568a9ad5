"""The audit log: every operation in order, written behind the operation and never lost on the way out."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import asdict

from commandwall.base.clock import utc_ns
from commandwall.base.tasks import Backoff
from commandwall.control.database import StoreError
from commandwall.control.events import EventLog
from commandwall.control.roles import Principal
from commandwall.control.store import AuditLine, Store

log = logging.getLogger(__name__)

_BATCH = 500
_WAITING = 20_000


class AuditLog:
    """Takes lines at once and writes them in order from a task of its own; an async context manager.

    A disk that refuses delays nothing: lines wait (at most 20,000, then the oldest are counted as
    lost) and are written when it is back. Leaving the context writes what still waits.
    """

    def __init__(self, store: Store, events: EventLog) -> None:
        self._store = store
        self._events = events
        self._waiting: deque[AuditLine] = deque()
        self._writing = asyncio.Lock()
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._lost = 0

    async def __aenter__(self) -> AuditLog:
        self._task = asyncio.create_task(self._run(), name="audit writer")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._wake.set()
        if self._task is not None:
            await self._task

    def record(
        self, who: Principal, action: str, target: str, detail: str = "", outcome: str = "done"
    ) -> None:
        """Note what ``who`` did, tell it to those who listen, and return at once."""
        line = AuditLine(utc_ns(), who.name, who.via, action, target, detail, outcome)
        if len(self._waiting) >= _WAITING:
            self._waiting.popleft()
            self._lost += 1
        self._waiting.append(line)
        self._events.publish("audit", {"audit": asdict(line)})
        self._wake.set()

    async def read(self, limit: int, before: int | None = None) -> list[AuditLine]:
        """Return at most ``limit`` lines, newest first, those just recorded included.

        Raises :class:`StoreError`.
        """
        await self._write()
        return await self._store.read_audit(limit, before)

    async def _run(self) -> None:
        backoff = Backoff((0.5, 1, 2, 5))
        while not self._closing.is_set():
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._write()
                backoff.reset()
            except StoreError as error:
                log.error("audit log: %s; %d lines wait, %d are lost", error, len(self._waiting), self._lost)
                await self._pause(backoff.next_s())
        await self._write_last()

    async def _pause(self, delay_s: float) -> None:
        self._wake.set()
        try:
            await asyncio.wait_for(self._closing.wait(), delay_s)
        except TimeoutError:
            return

    async def _write(self) -> None:
        async with self._writing:
            while self._waiting:
                batch = [self._waiting[index] for index in range(min(_BATCH, len(self._waiting)))]
                await self._store.add_audit(batch)
                self._forget(batch)

    def _forget(self, batch: list[AuditLine]) -> None:
        """Drop the lines of ``batch`` from the front, where they are unless they were counted as lost."""
        written = set(map(id, batch))
        while self._waiting and id(self._waiting[0]) in written:
            self._waiting.popleft()

    async def _write_last(self) -> None:
        try:
            await self._write()
        except StoreError as error:
            for line in self._waiting:
                log.error("audit line not written (%s): %s", error, line)
