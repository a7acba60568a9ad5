"""RTCP between a sender and its receiver: when what is sent had arrived; losses, round trip, rate."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSrPacket,
    unpack_remb_fci,
)

from commandwall.base.clock import NS_PER_S, monotonic_ns
from commandwall.rtc.hooks import OutgoingFrame

_MIDDLE = 0xFFFF_FFFF
_UNITS_PER_S = 65536


class ReceiverReports:
    """Follows one sender's receiver; a :class:`commandwall.rtc.hooks.SenderListener`.

    ``loss_ratio`` (0 to 1), ``jitter_s`` and ``rtt_s`` are of the newest report, ``None`` before the first;
    ``allowed_bps`` is what the receiver estimates it can take (REMB), 0 while it does not say.

    aiortc tells receivers when a frame was sent, and they play together what was sent together. Sound is held
    back for mixing, and pictures are not where they are only passed on: so the time told here is that
    of the frame's arrival, or what stands in its place, which may lie ahead.
    """

    def __init__(self, ssrc: int, clock_hz: int, now_ns: Callable[[], int] = monotonic_ns) -> None:
        self.loss_ratio: float | None = None
        self.jitter_s: float | None = None
        self.rtt_s: float | None = None
        self.allowed_bps = 0
        self._ssrc = ssrc
        self._clock_hz = clock_hz
        self._now_ns = now_ns
        self._sent = 0, 0
        self._late_ns = 0

    def begins(self, frame: OutgoingFrame) -> None:
        """Note how long ago ``frame``, which is sent now, had arrived."""
        self._late_ns = self._now_ns() - frame.arrival_ns if frame.arrival_ns else 0

    def sending(self, packet: Any) -> None:
        """Tell the arrival in a sender report, and note when it went out."""
        if isinstance(packet, RtcpSrPacket):
            packet.sender_info.ntp_timestamp -= (self._late_ns << 32) // NS_PER_S
            self._sent = packet.sender_info.ntp_timestamp >> 16 & _MIDDLE, self._now_ns()

    def heard(self, packet: Any) -> None:
        """Take what the receiver says."""
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for block in packet.reports:
                if block.ssrc == self._ssrc:
                    self._take(block)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            try:
                self.allowed_bps = unpack_remb_fci(packet.fci)[0]
            except (ValueError, struct.error):
                return  # Another use of application layer feedback (RFC 4585 section 6.4), or cut short.

    def _take(self, block: RtcpReceiverInfo) -> None:
        self.loss_ratio = block.fraction_lost / 256
        self.jitter_s = block.jitter / self._clock_hz
        middle, at_ns = self._sent
        if block.lsr and block.lsr == middle:
            passed_s = (self._now_ns() - at_ns) / NS_PER_S
            self.rtt_s = max(0.0, passed_s - block.dlsr / _UNITS_PER_S)
