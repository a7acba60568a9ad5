"""One RTP packet."""

from __future__ import annotations

from commandwall.rtp.packet import parse_header

WORDS = (b"\x80\x60", b"\x80\xe0", b"\x90\x60", b"\xbe\xde\x00\x01", b"\xa0\x60")


def check(data: bytes) -> None:
    header = parse_header(data)
    assert 12 <= header.start <= header.end <= len(data)
