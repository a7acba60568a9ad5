"""Who may connect now: how many openings a second in all, and how many at a time at one host.

Whatever happens to the cameras, a worker does not begin more openings in any second than its share
of ``ingest.connects_per_s``, and asks no host for more than its share of
``ingest.connects_per_host`` sessions at the same time: a recorder with 64 channels that has just
started up is asked for a few after another, as fast as it answers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from commandwall.base.clock import monotonic_s

CONNECTS_PER_S = 200
CONNECTS_PER_HOST = 16
_WINDOW_S = 1.0
_TIMER_S = 0.001
"""Event loops count in milliseconds and may wake up one early."""


class Admission:
    """Admits the openings of one worker, first come, first served. Belongs to the event loop.

    A host is an address and a port: cameras behind one address that is forwarded by port are
    asked side by side.
    """

    def __init__(self, per_s: int = CONNECTS_PER_S, per_host: int = CONNECTS_PER_HOST) -> None:
        self._per_host = per_host
        self._began_s: deque[float] = deque(maxlen=per_s)
        self._gate = asyncio.Lock()
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def opening(self, url: str) -> AsyncIterator[None]:
        """Wait until ``url`` may be opened; the context lasts until the camera plays, or does not."""
        host = urlsplit(url).netloc
        places = self._hosts.get(host)
        if places is None:
            places = self._hosts[host] = asyncio.Semaphore(self._per_host)
        async with places:
            await self._turn()
            yield

    async def _turn(self) -> None:
        """Wait until fewer than ``per_s`` openings have begun within the last second, and begin one."""
        began_s = self._began_s
        async with self._gate:
            if len(began_s) == began_s.maxlen:
                early_s = began_s[0] + _WINDOW_S - monotonic_s()
                if early_s > 0:
                    await asyncio.sleep(early_s + _TIMER_S)
            began_s.append(monotonic_s())
