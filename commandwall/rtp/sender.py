"""Sending one RTP source: packets in their order, and sender reports (RFC 3550)."""

from __future__ import annotations

import secrets

from commandwall.base.clock import RTP_CLOCK_HZ
from commandwall.rtp.packet import build_packet
from commandwall.rtp.rtcp import SenderReport, SourceDescription, build, utc_ns_to_ntp

_CNAME = "commandwall"


class RtpSender:
    """Numbers packets and counts them. Sequence number, timestamp and SSRC begin at random (section 5.1).

    ``clock_hz`` is the clock of the payload format. Belongs to one thread.
    """

    __slots__ = (
        "_clock_hz",
        "_octets",
        "_offset",
        "_packets",
        "_payload_type",
        "_sequence",
        "_timestamp",
        "ssrc",
    )

    def __init__(self, payload_type: int, clock_hz: int) -> None:
        self._payload_type = payload_type
        self._clock_hz = clock_hz
        self._sequence = secrets.randbits(16)
        self._offset = secrets.randbits(32)
        self._timestamp = 0
        self._packets = self._octets = 0
        self.ssrc = secrets.randbits(32)

    @property
    def packets(self) -> int:
        """How many packets there have been."""
        return self._packets

    def packet(self, payload: bytes, pts_90k: int) -> bytes:
        """Return the next packet, of what begins at ``pts_90k``; the first one has the marker."""
        self._timestamp = self._offset + pts_90k * self._clock_hz // RTP_CLOCK_HZ & 0xFFFFFFFF
        first = not self._packets
        packet = build_packet(
            self._payload_type, self._sequence, self._timestamp, self.ssrc, payload, marker=first
        )
        self._sequence += 1
        self._packets += 1
        self._octets += len(payload)
        return packet

    def report(self, utc_ns: int) -> bytes:
        """Return a sender report (section 6.4.1) that says that the newest packet was sent at ``utc_ns``."""
        packets, octets = self._packets & 0xFFFFFFFF, self._octets & 0xFFFFFFFF
        report = SenderReport(self.ssrc, utc_ns_to_ntp(utc_ns), self._timestamp, packets, octets)
        return build(report) + build(SourceDescription(((self.ssrc, _CNAME),)))
