"""Receiving a stream from a packet bus (a shared screen), in the shape that a feed takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from commandwall.base.errors import ConnectionLostError
from commandwall.ingest.audio import NO_SOUND
from commandwall.ingest.feed import UnitListener
from commandwall.ipc.packets import BusAddress, Subscription
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.reason import Reason

Records = AsyncIterator[StreamInfo | AccessUnit]
_DESCRIBED_S = 10.0


class BusSession:
    """A subscription as a feed's :class:`Session`. What comes is read at once: it is already in order."""

    audio_info = NO_SOUND
    audio_fault = Reason()

    def __init__(self, info: StreamInfo, records: Records, on_unit: UnitListener) -> None:
        self.info = info
        self._records = records
        self._on_unit = on_unit
        self._units = 0

    def packet_counts(self) -> tuple[int, int]:
        """Return how many access units came; nothing is missing on a bus."""
        return self._units, 0

    def sender_clock(self) -> None:
        """Return nothing: no reports come, so pictures count from when they arrive."""
        return

    def read_in_lots(self, lots: bool) -> None:
        """Do nothing: see the class."""

    def read_lot(self) -> None:
        """Do nothing: see the class."""

    def listen(self, listener: UnitListener | None) -> None:
        """Do nothing: there is no sound."""

    async def closed(self) -> None:
        """Hand on what comes until the publisher ends the stream; raises :class:`ProtocolError`."""
        async for record in self._records:
            if isinstance(record, StreamInfo):
                self.info = record
            else:
                self._units += 1
                self._on_unit(record)


@asynccontextmanager
async def open_bus(bus: BusAddress, on_unit: UnitListener) -> AsyncIterator[BusSession]:
    """Subscribe to ``bus`` and wait for what the stream is.

    Raises :class:`ConnectionLostError` when nobody publishes it, or no picture comes of it.
    """
    try:
        subscription = await Subscription.open(Path(bus.packet_path), bus.stream)
    except OSError as error:
        raise ConnectionLostError(f"{bus.stream}: {error.strerror}") from error
    records = subscription.records()
    try:
        yield BusSession(await _described(bus, records), records, on_unit)
    finally:
        subscription.close()


async def _described(bus: BusAddress, records: Records) -> StreamInfo:
    try:
        async with asyncio.timeout(_DESCRIBED_S):
            info = await anext(records, None)
    except TimeoutError as error:
        raise ConnectionLostError(f"{bus.stream}: no picture within {_DESCRIBED_S:.0f} s") from error
    if not isinstance(info, StreamInfo):
        raise ConnectionLostError(f"{bus.stream} is not published")
    return info
