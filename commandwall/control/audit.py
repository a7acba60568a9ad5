"""The audit log: every operation in order, written behind the operation and never lost on the way out."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from commandwall.base.clock import utc_ns
from commandwall.control.events import EventLog
from commandwall.control.roles import Principal
from commandwall.control.store import AuditLine, Store
from commandwall.control.write_behind import WriteBehind

log = logging.getLogger(__name__)

_BATCH = 500
_WAITING = 20_000
_MOST_CHARS = 2000


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
        self._lost = 0
        self._writer = WriteBehind("audit log", self._write, self._describe)

    async def __aenter__(self) -> AuditLog:
        await self._writer.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._writer.__aexit__()
        for line in self._waiting:
            log.error("audit line not written: %s", line)

    def record(
        self, who: Principal, action: str, target: str, detail: str = "", outcome: str = "done"
    ) -> None:
        """Note what ``who`` did, tell it to those who listen, and return at once.

        Of each text at most 2,000 characters are kept: anybody's requests come here, refused ones too.
        """
        line = AuditLine(utc_ns(), who.name, who.via, action, _kept(target), _kept(detail), _kept(outcome))
        if len(self._waiting) >= _WAITING:
            self._waiting.popleft()
            self._lost += 1
        self._waiting.append(line)
        self._events.publish("audit", {"audit": line})
        self._writer.wake()

    async def read(self, limit: int, before: int | None = None) -> list[AuditLine]:
        """Return at most ``limit`` lines, newest first, those just recorded included.

        Raises :class:`StoreError`.
        """
        await self._write()
        return await self._store.read_audit(limit, before)

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

    def _describe(self) -> str:
        return f"{len(self._waiting)} lines wait, {self._lost} are lost"


def _kept(text: str) -> str:
    """Return ``text`` as every line may hold it: not long, and in UTF-8 whatever was sent."""
    if len(text) > _MOST_CHARS:
        text = f"{text[: _MOST_CHARS - 1]}…"
    return text.encode(errors="replace").decode()
