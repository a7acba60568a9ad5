"""An RTP packet as faults see it: its fields, to be changed before it goes out."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from commandwall.rtp.h264 import FIRST_SLICE, FU_A, IDR, PPS, SPS
from commandwall.rtp.nal_format import FU_END
from commandwall.rtp.packet import build_packet, parse_header
from commandwall.rtp.rtcp import ntp_to_utc_ns, utc_ns_to_ntp

_REPORT_SSRC, _REPORT_NTP, _REPORT_TIMESTAMP = 4, 8, 16
"""Where a sender report has these (RFC 3550 section 6.4.1), in bytes."""


@dataclass(slots=True)
class Packet:
    """One packet on its way to one client. ``channel`` is that of interleaving, 0 over UDP."""

    payload: bytes
    timestamp: int
    ssrc: int
    payload_type: int
    marker: bool = False
    sequence: int = 0
    channel: int = 0

    @classmethod
    def parse(cls, channel: int, data: bytes) -> Packet:
        """Return the packet in ``data``. Raises ProtocolError where it is none."""
        head = parse_header(data)
        payload = data[head.start : head.end]
        return cls(payload, head.timestamp, head.ssrc, head.payload_type, head.marker, head.sequence, channel)

    def to_bytes(self) -> bytes:
        """Return the packet as it goes over the wire, without interleaving."""
        return build_packet(
            self.payload_type, self.sequence, self.timestamp, self.ssrc, self.payload, marker=self.marker
        )

    @property
    def nal_type(self) -> int:
        """The type of the H.264 NAL unit that is in it, or whose fragment is; 0 where there is none."""
        if not self.payload:
            return 0
        kind = self.payload[0] & 0x1F
        if kind != FU_A:
            return kind
        return self.payload[1] & 0x1F if len(self.payload) > 1 else 0

    @property
    def ends_slice(self) -> bool:
        """Whether it is a slice of a picture, or the last fragment of one."""
        whole = self.nal_type != 0 and (self.payload[0] & 0x1F != FU_A or self.payload[1] & FU_END != 0)
        return whole and FIRST_SLICE <= self.nal_type <= IDR

    @property
    def begins_key_frame(self) -> bool:
        """Whether it carries a parameter set, or a part of an IDR picture."""
        return self.nal_type in (IDR, SPS, PPS)


def interleave(channel: int, data: bytes) -> bytes:
    """Return ``data`` as an interleaved frame (RFC 2326 section 10.12)."""
    return struct.pack("!cBH", b"$", channel, len(data)) + data


def report_ssrc(report: bytes) -> int:
    """Return the SSRC of who sends a sender report."""
    ssrc: int = struct.unpack_from("!I", report, _REPORT_SSRC)[0]
    return ssrc


def report_timestamp(report: bytes) -> int:
    """Return the RTP timestamp of a sender report."""
    timestamp: int = struct.unpack_from("!I", report, _REPORT_TIMESTAMP)[0]
    return timestamp


def report_utc_ns(report: bytes) -> int:
    """Return the time of day that a sender report tells, UTC in ns."""
    return ntp_to_utc_ns(struct.unpack_from("!Q", report, _REPORT_NTP)[0])


def changed_report(
    report: bytes, *, ssrc: int | None = None, utc_ns: int | None = None, timestamp: int | None = None
) -> bytes:
    """Return a sender report with another SSRC, time of day or RTP timestamp; what follows it stays."""
    data = bytearray(report)
    if utc_ns is not None:
        struct.pack_into("!Q", data, _REPORT_NTP, utc_ns_to_ntp(utc_ns))
    if ssrc is not None:
        struct.pack_into("!I", data, _REPORT_SSRC, ssrc & 0xFFFFFFFF)
    if timestamp is not None:
        struct.pack_into("!I", data, _REPORT_TIMESTAMP, timestamp & 0xFFFFFFFF)
    return bytes(data)
