"""One recording: two streams of packet buses into one file, in step by when they arrived."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ
from commandwall.base.errors import CommandwallError, ConnectionLostError, ProtocolError
from commandwall.ipc.packets import BusAddress, Subscription
from commandwall.media.matroska import MatroskaWriter
from commandwall.model.access_unit import AccessUnit, StreamInfo

LEAST_FREE_BYTES = 256 << 20
"""So much of the disk is left to the daemon's state and the machine's logs."""
_LOOK_S = 2.0
_AGAIN_S = 0.5
_SAMPLE_RATE, _CHANNELS = 48_000, 1


class Track:
    """Turns the times of a stream into those of the file: by when it arrived first, then by its own."""

    def __init__(self, bus: BusAddress) -> None:
        self.bus = bus
        self._offset_90k: int | None = None

    def anew(self) -> None:
        """Begin with a publication whose times have nothing to do with those before."""
        self._offset_90k = None

    def pts_90k(self, unit: AccessUnit, begun_ns: int) -> int:
        """Return when ``unit`` is in a file that was begun at ``begun_ns``; may be negative."""
        if self._offset_90k is None:
            self._offset_90k = (unit.arrival_ns - begun_ns) * RTP_CLOCK_HZ // NS_PER_S - unit.pts_90k
        return unit.pts_90k + self._offset_90k


class Recorder:
    """Writes one file. Belongs to the event loop, which waits for the disk as no other process does.

    The file begins with the first key frame. A publisher that goes is waited for. ``least_free_bytes`` of
    the disk stay free.
    """

    def __init__(
        self, path: Path, picture: BusAddress, sound: BusAddress, least_free_bytes: int = LEAST_FREE_BYTES
    ) -> None:
        self._path = path
        self._least_free_bytes = least_free_bytes
        self._picture, self._sound = Track(picture), Track(sound)
        self._writer: MatroskaWriter | None = None
        self._begun_ns = 0

    async def run(self) -> None:
        """Write until cancelled; raises :class:`CommandwallError` when the file cannot grow any more."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._leave_room(), name="room on the disk")
                group.create_task(self._take(self._picture, self._write_picture), name="pictures")
                group.create_task(self._take(self._sound, self._write_sound), name="sound")
        finally:
            if self._writer is not None:
                self._writer.close()

    async def _leave_room(self) -> None:
        while True:
            try:
                free = shutil.disk_usage(self._path.parent).free
            except OSError as error:
                raise CommandwallError(
                    "{file}: {error}", file=self._path.name, error=error.strerror
                ) from error
            if free < self._least_free_bytes:
                raise CommandwallError(
                    "{file}: only {free} MB of its disk are free; delete recordings or make room",
                    file=self._path.name,
                    free=free // 1_000_000,
                )
            await asyncio.sleep(_LOOK_S)

    async def _take(self, track: Track, write: Callable[[AccessUnit], None]) -> None:
        while True:
            track.anew()
            with suppress(ConnectionLostError, ProtocolError):
                async for unit in _units(track.bus):
                    write(unit)
            await asyncio.sleep(_AGAIN_S)

    def _write_picture(self, unit: AccessUnit) -> None:
        if self._writer is None:
            if not unit.key:
                return
            self._writer = MatroskaWriter(self._path, unit.data, _SAMPLE_RATE, _CHANNELS)
            self._begun_ns = unit.arrival_ns
        pts_90k = self._picture.pts_90k(unit, self._begun_ns)
        self._writer.write_picture(unit.data, pts_90k, key=unit.key)

    def _write_sound(self, unit: AccessUnit) -> None:
        if self._writer is not None:
            pts_90k = self._sound.pts_90k(unit, self._begun_ns)
            if pts_90k >= 0:
                self._writer.write_sound(unit.data, pts_90k)


async def _units(bus: BusAddress) -> AsyncIterator[AccessUnit]:
    """Yield what is published at ``bus`` until that ends."""
    try:
        subscription = await Subscription.open(Path(bus.packet_path), bus.stream)
    except OSError as error:
        raise ConnectionLostError(f"{bus.stream}: {error.strerror}") from error
    try:
        async for record in subscription.records():
            if not isinstance(record, StreamInfo):
                yield record
    finally:
        subscription.close()
