"""One RTP packet."""

from __future__ import annotations

from commandwall.rtp.packet import parse_header


def check(data: bytes) -> None:
    header = parse_header(data)
    assert 12 <= header.start <= header.end <= len(data)
