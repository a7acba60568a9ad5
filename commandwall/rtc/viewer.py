"""One viewer's bounded queue of packetised pictures."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from commandwall.model.access_unit import UNTOLD_DBOV
from commandwall.rtc.hooks import EndOfStreamError, OutgoingFrame

_MAX_FRAMES = 50
"""So many wait at most, besides the group of pictures that a viewer begins with."""
_MAX_BYTES = 8 << 20
_BURST_BYTES = 32 << 10
_BURST_PAUSE_S = 0.002
CATCH_UP_90K = 90
"""How far apart pictures of the past are told to be, so that a browser shows the newest of them at once
instead of playing all of them: 1 ms."""


class PacketisedFrame(NamedTuple):
    """One access unit as RTP payloads, shared by all who get it.

    ``time_90k`` never wraps; ``arrival_ns`` is when it was read or made, monotonic, 0 if that is not told:
    what has the same is played at the same time.
    """

    payloads: list[bytes]
    size: int
    time_90k: int
    key: bool
    arrival_ns: int = 0
    level_dbov: int = UNTOLD_DBOV


class Viewer:
    """Gives a browser's sender its pictures; a :class:`commandwall.rtc.hooks.FrameSource`.

    ``on_start`` is called when the connection stands and the first picture is asked for. A viewer
    that is too slow loses all that waits and goes on at the next key frame; nobody else notices.
    """

    def __init__(self, on_start: Callable[[Viewer], None], on_key_wanted: Callable[[], None]) -> None:
        self._on_start = on_start
        self.want_key = on_key_wanted
        self._queue: deque[PacketisedFrame] = deque()
        self._bytes = 0
        self._burst = 0
        self._most = _MAX_FRAMES
        self._started = self._ended = False
        self._skipping = True
        self._filled = asyncio.Event()

    async def next_frame(self) -> OutgoingFrame:
        """Return the payloads of the next picture and its time; one task calls this.

        Raises :class:`EndOfStreamError` after :meth:`end`.
        """
        if not self._started:
            self._started = True
            self._on_start(self)
        if self._burst > _BURST_BYTES:
            self._burst = 0
            await asyncio.sleep(_BURST_PAUSE_S)
        while not self._queue:
            if self._ended:
                raise EndOfStreamError
            self._burst, self._most = 0, _MAX_FRAMES
            self._filled.clear()
            await self._filled.wait()
        frame = self._queue.popleft()
        self._bytes -= frame.size
        self._burst += frame.size
        return OutgoingFrame(frame.payloads, frame.time_90k, frame.arrival_ns)

    def catch_up(self, group: Sequence[PacketisedFrame]) -> None:
        """Queue the group of pictures under way, key frame first, to be shown as one moment."""
        for number, frame in enumerate(group, 1 - len(group)):
            time_90k = group[-1].time_90k + number * CATCH_UP_90K
            self._queue.append(frame._replace(time_90k=time_90k, arrival_ns=group[-1].arrival_ns))
            self._bytes += frame.size
        if group:
            self._most = _MAX_FRAMES + len(group)
            self._skipping = False
            self._filled.set()

    def push(self, frame: PacketisedFrame) -> bool:
        """Queue a picture, or drop it; return whether the viewer follows (needs no key frame)."""
        if self._bytes + frame.size > _MAX_BYTES or len(self._queue) >= self._most:
            self._queue.clear()
            self._bytes = 0
            self._skipping = True
        if self._skipping and not frame.key:
            return False
        self._skipping = False
        self._queue.append(frame)
        self._bytes += frame.size
        self._filled.set()
        return True

    def end(self) -> None:
        """Send what waits and nothing more."""
        self._ended = True
        self._filled.set()
