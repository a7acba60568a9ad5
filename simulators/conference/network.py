"""A participant's line: loses, delays and turns round datagrams as a bad network does, by a seed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from simulators.conference.faults import NetworkFaults

_REORDERED_S = 0.03
_SAME_DELAY_S = 0.1
"""For so long packets find the line equally full."""
_IN_TURN_S = 1e-6
_MOST_ARRIVED = 4096
_FIRST_MEDIA, _LAST_MEDIA = 128, 191
"""The first byte of RTP and RTCP (RFC 7983); what sets up the connection is left alone."""

Send = Callable[[bytes], Coroutine[Any, Any, None]]
Receive = Callable[[], Coroutine[Any, Any, bytes]]


class Line:
    """One direction of a line. ``faults`` may be changed at any time. Belongs to the event loop.

    Jitter is that of a queue: it changes ten times a second, and nothing overtakes in it.
    """

    def __init__(self, faults: NetworkFaults, seed: int) -> None:
        self.faults = faults
        self.lost = 0
        self._chance = random.Random(seed)
        self._burst_left = 0
        self._last_s = 0.0
        self._queue_s = 0.0
        self._queue_until_s = 0.0

    def delay_s(self, data: bytes, now_s: float) -> float | None:
        """Return by how much ``data`` is delayed, or ``None`` if it is lost; ``now_s`` is the loop's time."""
        faults = self.faults
        if faults.none or not data or not _FIRST_MEDIA <= data[0] <= _LAST_MEDIA:
            return max(0.0, self._last_s - now_s)  # What was delayed goes first.
        if self._loses(faults):
            self.lost += 1
            return None
        if now_s >= self._queue_until_s:
            self._queue_s = self._chance.random() * faults.jitter_ms / 1000
            self._queue_until_s = now_s + _SAME_DELAY_S
        at_s = max(self._last_s + _IN_TURN_S, now_s + self._queue_s)
        if faults.reorder and self._chance.random() < faults.reorder:
            return at_s - now_s + _REORDERED_S
        self._last_s = at_s
        return at_s - now_s

    def _loses(self, faults: NetworkFaults) -> bool:
        if self._burst_left > 0:
            self._burst_left -= 1
            return True
        if self._chance.random() < faults.loss / faults.burst:
            self._burst_left = faults.burst - 1
            return True
        return False


def sending_through(line: Line, send: Send) -> Send:
    """Return a ``send`` that sends through ``line``."""
    loop = asyncio.get_running_loop()
    late: set[asyncio.Task[None]] = set()

    async def give_up_quietly(data: bytes) -> None:
        try:
            await send(data)
        except ConnectionError:
            return  # It was closed meanwhile.

    def send_late(data: bytes) -> None:
        task = loop.create_task(give_up_quietly(data), name="late datagram")
        late.add(task)
        task.add_done_callback(late.discard)

    async def send_through(data: bytes) -> None:
        delay_s = line.delay_s(data, loop.time())
        if delay_s is None:
            return
        if delay_s > 0:
            loop.call_later(delay_s, send_late, data)
        else:
            await send(data)

    return send_through


class LineReceiver:
    """Receives through a ``line``; a task of its own reads, from the first call until the line is closed."""

    def __init__(self, line: Line, receive: Receive) -> None:
        self._line = line
        self._receive = receive
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue(_MOST_ARRIVED)
        self._closed: ConnectionError | None = None
        self._reading: asyncio.Task[None] | None = None

    async def receive(self) -> bytes:
        """Return the next datagram that got through; raises ConnectionError when there is none to come."""
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read(), name="line")
        data = await self._arrived.get()
        if self._closed is not None and not data:
            raise self._closed
        return data

    async def close(self) -> None:
        """Read no more."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while self._closed is None:
            try:
                data = await self._receive()
            except ConnectionError as error:
                self._closed = error
                self._arrive(b"")
                return
            delay_s = self._line.delay_s(data, loop.time())
            if delay_s is not None and delay_s > 0:
                loop.call_later(delay_s, self._arrive, data)
            elif delay_s is not None:
                self._arrive(data)

    def _arrive(self, data: bytes) -> None:
        if self._arrived.full():
            self._arrived.get_nowait()
        self._arrived.put_nowait(data)
