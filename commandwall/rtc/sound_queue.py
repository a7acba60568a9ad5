"""One peer's bounded queue of sound."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from commandwall.rtc.hooks import EndOfStreamError, OutgoingFrame
from commandwall.rtc.viewer import PacketisedFrame

MAX_WAITING_90K = 18_000
"""So much sound waits at most, 200 ms: what is later is of no use in a conversation, and would stay late."""

_MAX_PACKETS = 80
"""So many are 200 ms of the shortest packets there are; times of a broken publisher may stand still."""


class SoundQueue:
    """Gives a peer's sender its Opus packets; a :class:`commandwall.rtc.hooks.FrameSource`.

    ``on_start`` is called when the connection stands. A peer that is too slow loses the oldest; nobody else
    notices.
    """

    def __init__(self, on_start: Callable[[SoundQueue], None]) -> None:
        self._on_start = on_start
        self._queue: deque[PacketisedFrame] = deque()
        self._started = self._ended = False
        self._filled = asyncio.Event()

    async def next_frame(self) -> OutgoingFrame:
        """Return the next packet and its time in 48 kHz; one task calls this.

        Raises :class:`EndOfStreamError` after :meth:`end`.
        """
        if not self._started:
            self._started = True
            self._on_start(self)
        while not self._queue:
            if self._ended:
                raise EndOfStreamError
            self._filled.clear()
            await self._filled.wait()
        frame = self._queue.popleft()
        time_48k = frame.time_90k * 8 // 15
        return OutgoingFrame(frame.payloads, time_48k, frame.arrival_ns, frame.level_dbov)

    def want_key(self) -> None:
        """Do nothing: every packet of Opus is one to begin with."""

    def catch_up(self, group: Sequence[PacketisedFrame]) -> None:
        """Begin with what comes next; what was said before is over."""

    def push(self, frame: PacketisedFrame) -> bool:
        """Queue a packet, in the place of the oldest if too much waits."""
        queue = self._queue
        queue.append(frame)
        while frame.time_90k - queue[0].time_90k > MAX_WAITING_90K or len(queue) > _MAX_PACKETS:
            queue.popleft()
        self._filled.set()
        return True

    def end(self) -> None:
        """Send what waits and nothing more."""
        self._ended = True
        self._filled.set()
