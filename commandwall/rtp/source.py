"""What receivers of pictures and of sound share: the order, the clock and the reports of one RTP source."""

from __future__ import annotations

from collections.abc import Callable

from commandwall.base.clock import monotonic_ns
from commandwall.base.errors import CommandwallError, ConnectionLostError, ProtocolError
from commandwall.rtp.rtcp import Goodbye, ReportBlock, SenderReport, ntp_to_utc_ns, parse_compound
from commandwall.rtp.sequence import SequenceTracker
from commandwall.rtp.timeline import Timeline


class RtpSource:
    """One source that is received (RFC 3550): RTCP in, receiver reports out. RTP is a subclass's.

    ``on_end`` is told why nothing more is to be expected: here ConnectionLostError, upon RTCP BYE.
    Belongs to the event loop's thread; nothing blocks, and nothing is raised for what the peer sends.
    """

    __slots__ = ("_clock_hz", "_malformed", "_on_end", "_order", "_report", "_ssrc", "_timeline")

    def __init__(self, clock_hz: int, on_end: Callable[[CommandwallError], None]) -> None:
        self._clock_hz = clock_hz
        self._on_end = on_end
        self._malformed = 0
        self._begin()

    def _begin(self) -> None:
        """Expect any source, with times from 0 on."""
        self._order = SequenceTracker()
        self._timeline = Timeline(self._clock_hz)
        self._ssrc = -1
        self._report: tuple[int, int] | None = None

    def on_rtp(self, data: bytes, start: int, end: int) -> None:
        """Take the packet ``data[start:end]``."""
        raise NotImplementedError

    def on_rtcp(self, data: bytes, start: int, end: int) -> None:
        """Take the compound RTCP packet ``data[start:end]``: sender reports set the clock."""
        try:
            packets = parse_compound(data[start:end])
        except ProtocolError:
            self._malformed += 1
            return
        for packet in packets:
            if isinstance(packet, SenderReport) and self._ssrc in (-1, packet.ssrc):
                self._report = packet.ntp >> 16 & 0xFFFFFFFF, monotonic_ns()
                if packet.ntp >> 32:
                    self._timeline.report(packet.rtp_timestamp, ntp_to_utc_ns(packet.ntp))
            elif isinstance(packet, Goodbye) and (self._ssrc in packet.ssrcs or not packet.ssrcs):
                self._on_end(ConnectionLostError("the camera ended the stream (RTCP BYE)"))

    def report_block(self) -> ReportBlock | None:
        """Return what a receiver report says of this source, ``None`` before its first packet.

        Jitter is not measured and told as 0.
        """
        if self._ssrc < 0:
            return None
        order = self._order
        middle, at_ns = self._report or (0, 0)
        delay = (monotonic_ns() - at_ns) * 65536 // 10**9 if at_ns else 0
        return ReportBlock(
            self._ssrc, order.fraction_lost(), order.lost, order.highest(), 0, middle, min(delay, 0xFFFFFFFF)
        )

    def _restart(self) -> None:
        """Go on with another source in this one's place, on the same timeline."""
        self._order.restart()
        self._timeline.restart()
        self._report = None
