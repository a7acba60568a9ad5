"""The RTP packet (RFC 3550 section 5.1): reading and writing its header."""

from __future__ import annotations

import struct
from typing import NamedTuple

from commandwall.base.errors import ProtocolError

HEADER_BYTES = 12
FIXED_HEADER = struct.Struct("!BBHII")
"""Version and flags, marker and payload type, sequence number, timestamp, SSRC."""

PLAIN = 0x80
"""The first byte of a version 2 header without padding, extension and CSRCs: nearly all of them."""

_PADDING = 0x20
_EXTENSION = 0x10


class RtpHeader(NamedTuple):
    """A header, and where the payload lies: ``data[start:end]`` of what was parsed."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    start: int
    end: int


def payload_bounds(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the payload of the packet ``data[start:end]`` begins and ends.

    Raises ProtocolError if the packet is cut short, is not version 2, or says of itself (CSRC
    count, extension length, padding) what cannot be.
    """
    if end - start < HEADER_BYTES:
        raise ProtocolError(f"an RTP packet of {end - start} bytes is shorter than its header")
    first = data[start]
    if first >> 6 != 2:
        raise ProtocolError(f"an RTP packet says it is version {first >> 6}, not 2")
    payload = start + HEADER_BYTES + 4 * (first & 0x0F)
    if first & _EXTENSION:
        if payload + 4 > end:
            raise ProtocolError("an RTP packet ends before its header extension")
        payload += 4 + 4 * (data[payload + 2] << 8 | data[payload + 3])
    if first & _PADDING and payload < end:
        if not 1 <= data[end - 1] <= end - payload:
            raise ProtocolError(f"an RTP packet says it has {data[end - 1]} bytes of padding")
        end -= data[end - 1]
    if payload > end:
        raise ProtocolError("an RTP packet ends inside its header")
    return payload, end


def parse_header(data: bytes, start: int = 0, end: int | None = None) -> RtpHeader:
    """Parse the packet ``data[start:end]``. Raises ProtocolError as ``payload_bounds`` does."""
    end = len(data) if end is None else end
    payload_start, payload_end = payload_bounds(data, start, end)
    _, second, sequence, timestamp, ssrc = FIXED_HEADER.unpack_from(data, start)
    return RtpHeader(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, payload_start, payload_end)


def build_packet(
    payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, *, marker: bool = False
) -> bytes:
    """Return a packet with a plain header; ``sequence`` and ``timestamp`` are taken modulo their size."""
    second = payload_type | (0x80 if marker else 0)
    return FIXED_HEADER.pack(PLAIN, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload
