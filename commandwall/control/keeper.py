"""Keeps what walls show for the next start, behind the operator's back."""

from __future__ import annotations

import asyncio
import logging

from commandwall.base.tasks import Backoff
from commandwall.control.database import StoreError
from commandwall.control.store import Store
from commandwall.model.wall import Arrangement

log = logging.getLogger(__name__)


class ArrangementKeeper:
    """Writes the newest arrangement of each wall; an async context manager.

    A switch never waits for the disk, and of many quick ones only the last is written. A disk
    that refuses is tried again; leaving the context writes what still waits.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, Arrangement] = {}
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ArrangementKeeper:
        self._task = asyncio.create_task(self._run(), name="arrangement keeper")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._wake.set()
        if self._task is not None:
            await self._task

    def keep(self, wall: str, arrangement: Arrangement) -> None:
        """Remember what ``wall`` shows; returns at once."""
        self._waiting[wall] = arrangement
        self._wake.set()

    async def _run(self) -> None:
        backoff = Backoff((0.5, 1, 2, 5))
        while not self._closing.is_set():
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._write()
                backoff.reset()
            except StoreError as error:
                log.error("what the walls show is not kept: %s", error)
                await self._pause(backoff.next_s())
        try:
            await self._write()
        except StoreError as error:
            log.error("what %s showed is not kept: %s", ", ".join(self._waiting), error)

    async def _pause(self, delay_s: float) -> None:
        self._wake.set()
        try:
            await asyncio.wait_for(self._closing.wait(), delay_s)
        except TimeoutError:
            return

    async def _write(self) -> None:
        for wall, arrangement in list(self._waiting.items()):
            await self._store.save_arrangement(wall, arrangement)
            if self._waiting.get(wall) is arrangement:
                del self._waiting[wall]
