"""One received RTP source of sound: packets in, frames out for whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from commandwall.base.clock import NS_PER_S, RTP_CLOCK_HZ, monotonic_ns
from commandwall.base.errors import CommandwallError, ProtocolError
from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.audio import AudioFormat, AudioParameters
from commandwall.rtp.packet import FIXED_HEADER, payload_bounds
from commandwall.rtp.sequence import STALE
from commandwall.rtp.source import RtpSource

OnFrame = Callable[[AccessUnit], None]

_parse_fixed = FIXED_HEADER.unpack_from


class AudioReceiver(RtpSource):
    """Takes the packets of one track of sound in their order. While nobody listens they are not looked at.

    Times begin at 0 with the first frame that somebody hears. Every frame is a key frame, and none is
    damaged: what is lost is a gap in the times. That the sound ends (RTCP BYE) ends nothing else.
    """

    __slots__ = ("_count", "_format", "_listener", "_payload_type", "_pts_90k", "_timestamp", "_utc_ns")

    def __init__(self, payload: AudioFormat, payload_type: int, clock_hz: int) -> None:
        self._format = payload
        self._payload_type = payload_type
        self._listener: OnFrame | None = None
        super().__init__(clock_hz, _go_on)

    def _begin(self) -> None:
        super()._begin()
        self._timestamp = -1
        self._count = self._pts_90k = self._utc_ns = 0

    @property
    def parameters(self) -> AudioParameters:
        """What the sound is."""
        return self._format.parameters

    def listen(self, listener: OnFrame | None) -> None:
        """Hand each frame to ``listener`` from now on; ``None``: nobody listens any more.

        It is called on the event loop and must not block.
        """
        if listener is None:
            self._begin()
            self._format.lose()
        self._listener = listener

    def on_rtp(self, data: bytes, start: int, end: int) -> None:
        """Take the packet ``data[start:end]``; packets of other payload types are passed over."""
        if self._listener is None:
            return
        try:
            payload, end = payload_bounds(data, start, end)
            _, second, sequence, timestamp, ssrc = _parse_fixed(data, start)
            if second & 0x7F == self._payload_type and self._in_turn(ssrc, sequence):
                self._hand_on(self._format.push(data, payload, end, timestamp), timestamp, self._listener)
        except ProtocolError:
            self._malformed += 1

    def _in_turn(self, ssrc: int, sequence: int) -> bool:
        """Return whether a packet is to be used: it is not late. Takes note of what is missing before it."""
        if ssrc != self._ssrc:
            if self._ssrc >= 0:
                self._restart()
                self._format.lose()
            self._ssrc = ssrc
        missing = self._order.accept(sequence)
        if missing == STALE:
            return False
        if missing:
            self._format.lose()
        return True

    def _hand_on(self, frames: Sequence[bytes], timestamp: int, listener: OnFrame) -> None:
        """Give ``frames`` their times: that of the packet, and each further one a frame's time later."""
        if timestamp != self._timestamp:
            self._timestamp = timestamp
            self._pts_90k = self._timeline.advance(timestamp)
            self._utc_ns = self._timeline.utc_ns()
            self._count = 0
        now_ns = monotonic_ns()
        for frame in frames:
            later = self._count * self._format.frame_ticks
            pts_90k = self._pts_90k + later * RTP_CLOCK_HZ // self._clock_hz
            utc_ns = self._utc_ns + later * NS_PER_S // self._clock_hz if self._utc_ns else 0
            self._count += 1
            listener(AccessUnit(frame, pts_90k, True, False, now_ns, utc_ns))


def _go_on(_: CommandwallError) -> None:
    """Let the pictures go on without sound: a microphone that is switched off is not their end."""
