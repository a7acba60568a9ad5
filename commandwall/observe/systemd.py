"""The protocol of systemd's ``Type=notify`` services (sd_notify(3)), spoken without a library."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_US_PER_S = 1_000_000


class Notifier:
    """Tells the service manager how things are; does nothing where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{path[1:]}" if path.startswith("@") else path
        own = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_s = int(environment.get("WATCHDOG_USEC", "0")) / _US_PER_S if own else 0.0

    def send(self, *assignments: str) -> None:
        """Send assignments like ``READY=1``; never waits."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sock:
                sock.sendto("\n".join(assignments).encode(), self._address)
        except OSError as error:
            log.warning("service manager at %s: %s", self._address, error)


class ServiceManager:
    """Keeps the service manager told while the daemon serves; an async context manager.

    ``faults`` gives what is not well. While it gives something the watchdog is not fed, so that
    a daemon which does not recover by itself is started anew.
    """

    def __init__(self, notifier: Notifier, faults: Callable[[], list[str]]) -> None:
        self._notifier = notifier
        self._faults = faults
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ServiceManager:
        self._notifier.send("READY=1", "STATUS=starting")
        self._task = asyncio.create_task(self._watch(), name="service manager")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._notifier.send("STOPPING=1", "STATUS=draining")
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _watch(self) -> None:
        every_s = min(_LOOK_EVERY_S, self._notifier.watchdog_s / 3 or _LOOK_EVERY_S)
        said = ""
        while True:
            faults = self._faults()
            status = f"STATUS={'; '.join(faults) or 'all walls tick, all workers are up'}"
            if not faults and self._notifier.watchdog_s:
                self._notifier.send("WATCHDOG=1")
            if status != said:
                self._notifier.send(status)
                said = status
            await asyncio.sleep(every_s)
