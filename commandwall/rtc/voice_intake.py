"""Sound of a peer, put on the packet bus as it comes: no jitter buffer, no decoder."""

from __future__ import annotations

from collections.abc import Callable

from aiortc.rtp import RtcpSrPacket, RtpPacket

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.model.access_unit import UNTOLD_DBOV, AccessUnit, StreamInfo
from commandwall.rtc.intake import Reception
from commandwall.rtc.published import Published
from commandwall.rtp.audio import MAX_FRAME_BYTES, OPUS_CLOCK_HZ
from commandwall.rtp.rtcp import ntp_to_utc_ns
from commandwall.rtp.sequence import SequenceTracker
from commandwall.rtp.timeline import Timeline

_NS_PER_SAMPLE = NS_PER_S / OPUS_CLOCK_HZ
_JITTER_GAIN = 1 / 16


class VoiceIntake:
    """Makes access units of a peer's Opus packets; an :class:`commandwall.rtc.intake.Intake`.

    Each packet is handed on at once, so one that was overtaken on its way comes after those that follow it:
    ``pts_90k`` is its place, 1800 ticks to 20 ms, and a gap there is what was lost. The first is
    at 0. ``on_live`` is called with the first packet. Belongs to the event loop.
    """

    def __init__(self, channels: int, on_live: Callable[[], None]) -> None:
        self.stream = Published(_no_keys)
        self.stream.describe(StreamInfo("opus", sample_rate=OPUS_CLOCK_HZ, channels=channels))
        self.heard_ns = monotonic_ns()
        self._on_live = on_live
        self._ssrc = -1
        self._order = SequenceTracker()
        self._timeline = Timeline(OPUS_CLOCK_HZ, ordered=False)
        self._told = 0, 0
        self._bytes = self._malformed = 0
        self._transit_ns = 0.0
        self._jitter_ns = 0.0

    def take_packet(self, packet: RtpPacket) -> None:
        """Take an RTP packet, in any order."""
        self.heard_ns = now_ns = monotonic_ns()
        if packet.ssrc != self._ssrc:
            self._change_source(packet.ssrc)
        if not 0 < len(packet.payload) <= MAX_FRAME_BYTES:
            self._malformed += 1
            return
        self._order.accept(packet.sequence_number)
        self._bytes += len(packet.payload)
        pts_90k = self._timeline.advance(packet.timestamp)
        self._measure_jitter(packet.timestamp, now_ns)
        self.stream.push(
            AccessUnit(packet.payload, pts_90k, True, False, now_ns, self._timeline.utc_ns(), _level(packet))
        )

    def take_report(self, report: RtcpSrPacket) -> None:
        """Take a sender report, which sets the clock."""
        self.heard_ns = monotonic_ns()
        told = report.sender_info
        if report.ssrc == self._ssrc and told.ntp_timestamp >> 32:
            self._timeline.report(told.rtp_timestamp, ntp_to_utc_ns(told.ntp_timestamp))

    def reception(self) -> Reception:
        """Return what came since the last call."""
        order = self._order
        packets, lost = order.received + order.late, order.lost - order.late
        before, self._told = self._told, (packets, lost)
        came, malformed = self._bytes, self._malformed
        self._bytes = self._malformed = 0
        jitter_ms = self._jitter_ns / 1e6
        return Reception(packets - before[0], max(0, lost - before[1]), came, jitter_ms, malformed)

    def _change_source(self, ssrc: int) -> None:
        if self._ssrc < 0:
            self._on_live()
        else:
            self._order.restart()
            self._timeline.restart()
        self._ssrc, self._transit_ns = ssrc, 0.0

    def _measure_jitter(self, timestamp: int, now_ns: int) -> None:
        """RFC 3550 section 6.4.1; a clock that was set anew is passed over."""
        transit_ns = now_ns - timestamp * _NS_PER_SAMPLE
        change_ns = abs(transit_ns - self._transit_ns)
        self._transit_ns = transit_ns
        if change_ns < NS_PER_S:
            self._jitter_ns += (change_ns - self._jitter_ns) * _JITTER_GAIN


def _level(packet: RtpPacket) -> int:
    """Return the level that the packet tells (RFC 6464: 127 is silence)."""
    if packet.extensions.audio_level is None:
        return UNTOLD_DBOV
    return -int(packet.extensions.audio_level[1])


def _no_keys() -> None:
    """Every packet of Opus is one to begin with."""
