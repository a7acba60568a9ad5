"""Compound RTCP packets: what was read is written and read again."""

from __future__ import annotations

from commandwall.rtp.rtcp import build, parse_compound

WORDS = (b"\x80\xc8\x00\x06", b"\x81\xc9\x00\x07", b"\x81\xca\x00\x03", b"\x81\xcb\x00\x01", b"\x80\xcc")


def check(data: bytes) -> None:
    packets = parse_compound(data)
    again = parse_compound(b"".join(map(build, packets)))
    assert [type(packet) for packet in again] == [type(packet) for packet in packets]
