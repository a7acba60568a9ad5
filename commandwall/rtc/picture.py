"""The picture that one peer is sent: one rung of one thing, and from a key frame on of another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, monotonic_ns
from commandwall.base.errors import CommandwallError, InvalidError
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.rtc.broadcast import Format
from commandwall.rtc.broadcasts import Broadcasts
from commandwall.rtc.viewer import CATCH_UP_90K, PacketisedFrame, Viewer

_FIRST_KEY_S = 8.0
"""So long may a camera take that is opened for this: to describe itself, and to come to a key frame."""


class Picture:
    """Joins broadcasts to one :class:`Viewer`, whose times go on from one to the next.

    ``rungs`` are the same picture in several sizes, the largest first; only the one that is sent is
    read. ``on_over`` is called when it ended for good. Belongs to the event loop; :meth:`close` it.
    """

    def __init__(
        self, broadcasts: Broadcasts, rungs: Sequence[StreamAt], on_over: Callable[[], None]
    ) -> None:
        self.viewer = Viewer(self._start, self._want_key)
        self.rungs = tuple(rungs)
        self.sent_bytes = 0
        self._broadcasts = broadcasts
        self._on_over = on_over
        self._codec = ""
        self._now = _Leg(self, broadcasts, rungs[0])
        self._next: _Leg | None = None
        self._sent = self.rungs
        self._started = False
        self._last: tuple[int, int] | None = None

    @property
    def rung(self) -> int:
        """The number of the rung that is sent, 0 the largest."""
        source = self._now.source
        return self.rungs.index(source) if source in self.rungs else 0

    @property
    def switching(self) -> bool:
        """Whether a key frame of another stream is waited for."""
        return self._next is not None

    async def format(self) -> Format:
        """Wait for the first key frame of the largest rung that may be sent.

        Raises as :meth:`Broadcast.format` and ``check_live`` do.
        """
        try:
            found = await self._now.broadcast.format(_FIRST_KEY_S)
        except InvalidError:
            if len(self.rungs) == 1:
                raise
            self.rungs = self._sent = self.rungs[1:]
            self._take_over(_Leg(self, self._broadcasts, self.rungs[0]))
            return await self.format()
        self._now.broadcast.check_live()
        self._codec = found.codec
        return found

    async def switch(self, rungs: Sequence[StreamAt], rung: int = 0) -> None:
        """Send ``rungs[rung]`` from its next key frame on; until then what is sent goes on.

        A rung of another codec than what was agreed on is none; raises :class:`InvalidError` when all are,
        :class:`UnavailableError` when there is no picture there. Then nothing changes.
        """
        self.rungs = tuple(rungs)
        source = self.rungs[min(rung, len(rungs) - 1)]
        self._drop_next()
        if source == self._now.source:
            self._sent = self.rungs
            return
        leg = self._next = _Leg(self, self._broadcasts, source)
        try:
            found = await leg.broadcast.format(_FIRST_KEY_S)
            if found.codec != self._codec:
                raise InvalidError(
                    "the picture is {codec} now, and this connection carries {agreed}; ask for it anew",
                    codec=found.codec,
                    agreed=self._codec,
                )
        except (CommandwallError, asyncio.CancelledError) as error:
            if self._next is not leg:
                raise
            self.rungs = self._sent
            self._drop_next()
            others = [each for each in rungs if each != source]
            if not others or not isinstance(error, InvalidError):
                raise
            await self.switch(others, rung)
            return
        if self._next is not leg:
            return  # Something else was asked for meanwhile.
        if self._started:
            leg.broadcast.join(leg)
        else:
            self._take_over(leg)

    def close(self) -> None:
        """Read nothing more."""
        self._drop_next()
        self._now.close()

    def take(self, leg: _Leg, frame: PacketisedFrame) -> bool:
        """Hand on a frame of ``leg``; the first key frame of another one than now makes it that."""
        if leg is not self._now:
            if not frame.key:
                return False
            self._join_times(leg, frame.time_90k, 1)
            self._take_over(leg)
        self._note(frame.time_90k + leg.shift_90k, frame.size)
        return self.viewer.push(leg.shifted(frame))

    def take_group(self, leg: _Leg, group: Sequence[PacketisedFrame]) -> None:
        """Hand on the group of pictures that ``leg`` begins with."""
        if not group:
            return
        if leg is not self._now:
            self._join_times(leg, group[-1].time_90k, len(group) * CATCH_UP_90K)
            self._take_over(leg)
        self._note(group[-1].time_90k + leg.shift_90k, sum(frame.size for frame in group))
        self.viewer.catch_up([leg.shifted(frame) for frame in group])

    def ended(self, leg: _Leg) -> None:
        """Take note that nothing more comes of ``leg``."""
        if leg is self._next:
            self.rungs = self._sent
            self._drop_next()
        else:
            self.viewer.end()
            self._on_over()

    def _start(self, _: Viewer) -> None:
        self._started = True
        self._now.broadcast.join(self._now)

    def _want_key(self) -> None:
        self._now.broadcast.want_key()

    def _note(self, time_90k: int, size: int) -> None:
        self._last = time_90k, monotonic_ns()
        self.sent_bytes += size

    def _join_times(self, leg: _Leg, time_90k: int, least_90k: int) -> None:
        """Move ``time_90k`` of ``leg`` to now, which is ``least_90k`` after the picture before at least."""
        if self._last is not None:
            last_90k, last_ns = self._last
            passed_90k = (monotonic_ns() - last_ns) * RTP_CLOCK_HZ // NS_PER_S
            leg.shift_90k = last_90k + max(passed_90k, least_90k) - time_90k

    def _take_over(self, leg: _Leg) -> None:
        before, self._now = self._now, leg
        if self._next is leg:
            self._next = None
            self._sent = self.rungs
        before.close()

    def _drop_next(self) -> None:
        if self._next is not None:
            self._next.close()
            self._next = None


class _Leg:
    """One broadcast on its way to one picture; a :class:`commandwall.rtc.broadcast.Listener`."""

    def __init__(self, picture: Picture, broadcasts: Broadcasts, source: StreamAt) -> None:
        self.source = source
        self.shift_90k = 0
        self.broadcast = broadcasts.acquire(source)
        self._picture = picture
        self._broadcasts = broadcasts

    def push(self, frame: PacketisedFrame) -> bool:
        """Take a frame or drop it; return whether a key frame is not needed to go on."""
        return self._picture.take(self, frame)

    def catch_up(self, group: Sequence[PacketisedFrame]) -> None:
        """Take the group of pictures under way."""
        self._picture.take_group(self, group)

    def end(self) -> None:
        """Take note that nothing more comes."""
        self._picture.ended(self)

    def shifted(self, frame: PacketisedFrame) -> PacketisedFrame:
        """Return ``frame`` with its time on the picture's time line."""
        return frame._replace(time_90k=frame.time_90k + self.shift_90k) if self.shift_90k else frame

    def close(self) -> None:
        """Get nothing more."""
        self.broadcast.viewers.discard(self)
        self._broadcasts.release(self.source, self.broadcast)
