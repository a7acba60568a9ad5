"""The protocol of systemd's ``Type=notify`` services (sd_notify(3)), spoken without a library."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Mapping
from typing import Protocol

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_US_PER_S = 1_000_000
_STARTING_ON = f"EXTEND_TIMEOUT_USEC={30 * _US_PER_S}"


class Condition(Protocol):
    """How the daemon is."""

    def faults(self) -> list[str]:
        """Return what is not well, in words."""

    def serves(self) -> bool:
        """Return whether it does what it is there for."""

    def stuck(self) -> bool:
        """Return whether it will not get well by itself."""


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

    It is ready when it first ``serves``, and may take its time for that unless it is stuck. While it is
    stuck the watchdog is not fed, so that it is started anew.
    """

    def __init__(self, notifier: Notifier, condition: Condition) -> None:
        self._notifier = notifier
        self._condition = condition
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ServiceManager:
        self._task = asyncio.create_task(self._watch(), name="service manager")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._notifier.send("STOPPING=1", "STATUS=draining")
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _watch(self) -> None:
        every_s = min(_LOOK_EVERY_S, self._notifier.watchdog_s / 3 or _LOOK_EVERY_S)
        ready, said = False, ""
        while True:
            if not ready and self._condition.serves():
                self._notifier.send("READY=1")
                ready = True
            if not self._condition.stuck():
                if not ready:
                    self._notifier.send(_STARTING_ON)
                elif self._notifier.watchdog_s:
                    self._notifier.send("WATCHDOG=1")
            status = f"STATUS={'; '.join(self._condition.faults()) or 'all walls tick, all workers are up'}"
            if status != said:
                self._notifier.send(status)
                said = status
            await asyncio.sleep(every_s)
